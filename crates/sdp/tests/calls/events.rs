//! telephone-event goes with the clock of the codec.

use sdp::Codec;
use sdp::negotiation::{EventPayload, Negotiator};

use crate::{answer, local, media_lines, phone};

/// A softphone: Opus and G.711, events on both clocks.
const SOFTPHONE: &str = "m=audio 4000 RTP/AVP 111 8 110 126\na=rtpmap:111 opus/48000/2\n\
                         a=rtpmap:110 telephone-event/48000\na=rtpmap:126 telephone-event/8000";

fn events(codecs: &[Codec], media: &str) -> Option<EventPayload> {
    Negotiator::new(1, "-").answer(phone(media).as_bytes(), &local(codecs)).unwrap().1.telephone_event
}

#[test]
fn the_clock_of_the_codec_decides() {
    let at_48 = EventPayload { send: 110, receive: 110, clock_rate: 48_000 };
    let at_8 = EventPayload { send: 126, receive: 126, clock_rate: 8000 };
    assert_eq!(events(&[Codec::OPUS, Codec::PCMA], SOFTPHONE), Some(at_48));
    assert_eq!(events(&[Codec::PCMA, Codec::OPUS], SOFTPHONE), Some(at_8));
}

#[test]
fn the_answer_has_events_for_every_common_codec() {
    let both =
        Negotiator::new(1, "-").answer(phone(SOFTPHONE).as_bytes(), &local(&[Codec::OPUS, Codec::PCMA]));
    assert_eq!(media_lines(&both.unwrap().0), ["m=audio 10000 RTP/AVP 111 8 110 126"]);
    let one = Negotiator::new(1, "-").answer(phone(SOFTPHONE).as_bytes(), &local(&[Codec::PCMA])).unwrap().0;
    assert_eq!(media_lines(&one), ["m=audio 10000 RTP/AVP 8 126"]);
    assert!(one.contains("a=fmtp:126 0-16\r\n"));
}

#[test]
fn events_at_8_khz_do_where_nothing_better_is_offered() {
    let media = "m=audio 4000 RTP/AVP 111 101\na=rtpmap:111 opus/48000/2\na=rtpmap:101 telephone-event/8000";
    let expected = EventPayload { send: 101, receive: 101, clock_rate: 8000 };
    assert_eq!(events(&[Codec::OPUS], media), Some(expected));
}

#[test]
fn events_need_both_sides() {
    assert_eq!(answer("m=audio 4000 RTP/AVP 0").unwrap().1.telephone_event, None);
    let offer = phone("m=audio 4000 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000");
    let mut media = local(&[Codec::PCMU]);
    media.telephone_event = None;
    let (text, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert_eq!(agreed.telephone_event, None);
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 0"]);
}
