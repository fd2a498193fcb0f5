use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::{Method, RequestBuilder};

fn message(content_type: &str, body: &[u8]) -> Message {
    let builder = RequestBuilder::new(&Method::Invite, "sip:911@192.0.2.1");
    Message::parse(builder.body(content_type, body).build()).unwrap()
}

fn bodies(message: &Message) -> Vec<String> {
    message.parts().iter().map(|part| String::from_utf8_lossy(part.body()).into_owned()).collect()
}

const MIXED: &str = "multipart/mixed; boundary=\"bound ary\"";

#[test]
fn a_description_is_found_among_other_parts() {
    let body = "for old programs\r\n--bound ary \r\nContent-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\
                Content-Disposition: by-reference;handling=optional\r\n\r\n<presence/>\r\n\r\n--bound ary\r\n\
                content-type:\r\n application/SDP\r\n\r\nv=0\r\n--bound aryx\r\n\r\n--bound ary--\r\nthe end";
    let message = message(MIXED, body.as_bytes());
    assert_eq!(bodies(&message), ["<presence/>\r\n", "v=0\r\n--bound aryx\r\n"]);
    assert_eq!(message.session_description(), Some(&b"v=0\r\n--bound aryx\r\n"[..]));
    let [first, second] = message.parts()[..] else { panic!("two parts") };
    assert_eq!((first.content_id(), first.is_optional(), second.is_optional()), (Some("a@b"), true, false));
    assert_eq!(message.body_of("application", "pidf+xml"), Some(&b"<presence/>\r\n"[..]));
    assert_eq!(message.body_of("application", "xml"), None);
}

#[test]
fn parts_of_parts_stand_in_their_place() {
    let body = "--bound ary\r\nContent-Type: multipart/alternative;boundary=i\r\n\r\n\
                --i\r\nContent-Type: text/plain\r\n\r\na\r\n--i\r\nContent-Type: application/sdp\r\n\r\nb\r\n--i--\r\n\
                \r\n--bound ary\r\n\r\nc\r\n--bound ary--";
    let message = message(MIXED, body.as_bytes());
    assert_eq!(bodies(&message), ["a", "b", "c"]);
    assert_eq!(message.session_description(), Some(&b"b"[..]));
}

#[test]
fn a_single_body_is_its_only_part() {
    assert_eq!(bodies(&message("application/sdp", b"v=0")), ["v=0"]);
    assert_eq!(message("application/sdp;x=1", b"v=0").session_description(), Some(&b"v=0"[..]));
    assert_eq!(message("text/plain", b"v=0").session_description(), None);
    assert_eq!(message("odd", b"v=0").session_description(), None);
    assert!(message("application/sdp", b"").parts().is_empty());
    let untold = b"INVITE sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nv=0";
    let untold = Message::parse(Bytes::from_static(untold)).unwrap();
    assert_eq!(untold.session_description(), Some(&b"v=0"[..]));
}

#[test]
fn what_is_no_multipart_has_no_parts() {
    for content_type in ["multipart/mixed", "multipart/mixed;boundary=\"\"", "multipart/mixed;boundary=other"]
    {
        assert!(message(content_type, b"--b\r\n\r\nx\r\n--b--").parts().is_empty(), "{content_type}");
    }
    assert!(message("multipart/mixed;boundary=b", b"--b--\r\n").parts().is_empty());
    // A body that was cut off ends with what came.
    assert_eq!(bodies(&message("multipart/mixed;boundary=b", b"--b\n\nx\n")), ["x\n"]);
    assert_eq!(bodies(&message("multipart/mixed;boundary=b", b"--b\nA: b")), [""]);
}

#[test]
fn a_sender_cannot_make_us_count_for_long() {
    let many = "--b\r\n\r\nx\r\n".repeat(1_000) + "--b--";
    assert_eq!(message("multipart/mixed;boundary=b", many.as_bytes()).parts().len(), MOST_PARTS);
    let mut deep = "end".to_string();
    for _ in 0..10 {
        deep = alloc::format!("--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n{deep}");
    }
    assert!(message("multipart/mixed;boundary=b", deep.as_bytes()).parts().is_empty());
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        parts in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..40), "[a-z -]{0,20}"), 1..5),
        tricky in "(--next-part(-1)?(--)?\r\n){0,3}",
    ) {
        let mut builder = MultipartBuilder::new().part("text/plain", &[], tricky.as_bytes());
        for (body, id) in &parts {
            builder = builder.part("a/b", &[("Content-ID", id)], body);
        }
        let (content_type, octets) = builder.build();
        let message = message(&content_type, &octets);
        let read = message.parts();
        prop_assert_eq!(read.len(), parts.len() + 1);
        prop_assert_eq!(read[0].body(), tricky.as_bytes());
        for (part, (body, id)) in read[1..].iter().zip(&parts) {
            prop_assert_eq!(part.body(), &body[..]);
            prop_assert_eq!(part.content_id(), Some(id.trim()));
            prop_assert!(part.is("a", "b"));
        }
    }

    #[test]
    fn anything_is_read(body in "(--b|-|\r|\n|:| |Content-Type: multipart/x;boundary=b\r\n|a){0,60}") {
        let message = message("multipart/mixed;boundary=b", body.as_bytes());
        prop_assert!(message.parts().len() <= MOST_PARTS);
        let _ = (message.session_description(), message.body_of("a", "b"));
    }
}
