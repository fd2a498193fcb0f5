//! Each side sends with the numbers that the other asked for.

use sdp::Codec;
use sdp::negotiation::Negotiator;

use crate::{local, phone};

#[test]
fn an_answer_keeps_the_numbers_of_the_offer() {
    let (text, agreed) = crate::answer(
        "m=audio 4000 RTP/AVP 100 96\na=rtpmap:100 pcma/8000\na=rtpmap:96 telephone-event/8000",
    )
    .unwrap();
    assert!(text.contains("m=audio 10000 RTP/AVP 100 96\r\n"));
    assert!(text.contains("a=rtpmap:100 PCMA/8000\r\n"));
    assert_eq!((agreed.send_payload_type, agreed.receive_payload_type), (100, 100));
    let events = agreed.telephone_event.unwrap();
    assert_eq!((events.send, events.receive), (96, 96));
}

#[test]
fn an_answer_with_other_numbers_is_followed() {
    let mut caller = Negotiator::new(1, "-");
    let offer = caller.offer(&local(&[Codec::OPUS]));
    assert!(offer.contains("m=audio 10000 RTP/AVP 96 101\r\n"));
    let answer = phone(
        "m=audio 4000 RTP/AVP 107 99\na=rtpmap:107 opus/48000/2\na=fmtp:107 useinbandfec=1\na=rtpmap:99 telephone-event/48000",
    );
    let agreed = caller.accept(answer.as_bytes()).unwrap();
    assert_eq!((agreed.send_payload_type, agreed.receive_payload_type), (107, 96));
    let events = agreed.telephone_event.unwrap();
    assert_eq!((events.send, events.receive), (99, 101));
    assert_eq!(agreed.common[0].fmtp.as_deref(), Some("useinbandfec=1"));
}
