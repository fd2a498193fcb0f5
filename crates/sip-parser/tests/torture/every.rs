//! Laws that hold for all of them.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use sip_parser::{Frame, Framer, HeaderName, Message, RequestBuilder, ResponseBuilder, Start};

/// Name and octets of each message.
fn all() -> Vec<(String, Bytes)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture/messages");
    let files = ["rfc4475", "rfc5118"].iter().flat_map(|rfc| fs::read_dir(folder.join(rfc)).unwrap());
    let read = |path: std::path::PathBuf| (path.display().to_string(), fs::read(path).unwrap().into());
    files.map(|file| read(file.unwrap().path())).collect()
}

#[test]
fn none_is_missing() {
    assert_eq!(all().len(), 49 + 12);
}

#[test]
fn what_is_written_again_is_read_again() {
    for (name, bytes) in all() {
        let Ok(message) = Message::parse(bytes) else { continue };
        let Start::Request { method, uri } = message.start() else { continue };
        let mut again = RequestBuilder::new(&method, uri);
        for (name, value) in message.headers().filter(|(name, _)| *name != HeaderName::ContentLength) {
            again = again.header(&name, value);
        }
        let again = Message::parse(again.build()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.start(), message.start(), "{name}");
        let call_id = |message: &Message| message.call_id().map(str::to_owned);
        assert_eq!(call_id(&again), call_id(&message), "{name}");
        assert_eq!(again.from(), message.from(), "{name}");
        assert_eq!(again.cseq(), message.cseq(), "{name}");
        assert!(again.contacts().eq(message.contacts()), "{name}");
    }
}

#[test]
fn each_can_be_answered() {
    for (name, bytes) in all() {
        let Ok(message) = Message::parse(bytes) else { continue };
        let reply = ResponseBuilder::reply(&message, 400).to_tag("tag").build();
        let reply = Message::parse(reply).unwrap_or_else(|error| panic!("{name}: {error}"));
        let vias =
            |message: &Message| message.values(&HeaderName::Via).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(vias(&reply), vias(&message), "{name}");
        assert_eq!(reply.raw(&HeaderName::CSeq), message.raw(&HeaderName::CSeq), "{name}");
    }
}

#[test]
fn a_stream_gives_them_back() {
    for (name, bytes) in all().into_iter().filter(|(name, _)| !name.contains("inv2543")) {
        let mut framer = Framer::new();
        for octet in bytes.iter() {
            framer.push(&[*octet]);
        }
        let Ok(message) = Message::parse(bytes.clone()) else { continue };
        let Ok(Some(Frame::Message(framed))) = framer.next() else { panic!("{name}") };
        assert_eq!(framed, bytes.slice(..framed.len()), "{name}");
        assert_eq!(Message::parse(framed).unwrap().body(), message.body(), "{name}");
    }
}
