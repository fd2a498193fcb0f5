//! Redundant sound (RFC 2198): which of it is agreed on, and under which numbers.

use sdp::Codec;
use sdp::negotiation::{LocalMedia, Negotiated, Negotiator};

use crate::{local, media_lines, phone};

fn redundant(codecs: &[Codec]) -> LocalMedia {
    LocalMedia { redundancy: true, ..local(codecs) }
}

/// What is agreed on: the codec, our number, that of the peer, that of its codec, packets repeated, whether it is preferred.
fn agreed(negotiated: &Negotiated) -> Vec<(&str, u8, u8, u8, u8, bool)> {
    let redundancy = negotiated.redundancy.iter();
    redundancy
        .map(|red| {
            let numbers = (red.receive_payload_type, red.send_payload_type, red.carries);
            (red.codec.name.as_str(), numbers.0, numbers.1, numbers.2, red.repeated, red.preferred)
        })
        .collect()
}

const BROWSER: &str = "m=audio 4000 RTP/AVP 111 63 0 8 110\n\
    a=rtpmap:111 opus/48000/2\na=rtpmap:63 red/48000/2\na=fmtp:63 111/111\na=rtpmap:110 telephone-event/48000";

#[test]
fn a_browser_s_offer_is_answered_with_its_numbers() {
    let media = redundant(&[Codec::OPUS, Codec::PCMU]);
    let (text, negotiated) = Negotiator::new(1, "-").answer(phone(BROWSER).as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 111 0 63 110"]);
    assert!(text.contains("a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"), "{text}");
    assert_eq!(agreed(&negotiated), [("opus", 63, 63, 111, 1, false)]);
    assert_eq!(negotiated.codec, Codec::OPUS);
}

#[test]
fn what_is_named_first_is_wanted_and_answered_so() {
    let offer = BROWSER.replace("111 63 0", "63 111 0").replace("111/111", "111/111/111");
    let media = redundant(&[Codec::OPUS, Codec::PCMU]);
    let (text, negotiated) = Negotiator::new(1, "-").answer(phone(&offer).as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 63 111 0 110"]);
    assert_eq!(agreed(&negotiated), [("opus", 63, 63, 111, 2, true)]);
    assert_eq!((negotiated.codec, negotiated.send_payload_type), (Codec::OPUS, 111));
}

#[test]
fn it_is_left_out_where_it_is_not_allowed_or_carries_what_we_have_not() {
    let answer = |offer: &str, media: &LocalMedia| {
        let (text, negotiated) = Negotiator::new(1, "-").answer(phone(offer).as_bytes(), media).unwrap();
        assert!(negotiated.redundancy.is_empty() && !text.contains("red"), "{text}");
    };
    answer(BROWSER, &local(&[Codec::OPUS, Codec::PCMU]));
    answer(BROWSER, &redundant(&[Codec::PCMU]));
    for fmtp in ["", "a=fmtp:121 0/5", "a=fmtp:121 x", "a=fmtp:121 96/96"] {
        let offer = format!("m=audio 4000 RTP/AVP 0 121\na=rtpmap:121 red/8000\n{fmtp}");
        answer(&offer, &redundant(&[Codec::PCMU]));
    }
    // Another clock than that of its codec.
    answer("m=audio 4000 RTP/AVP 0 121\na=rtpmap:121 red/16000\na=fmtp:121 0/0", &redundant(&[Codec::PCMU]));
}

#[test]
fn what_is_repeated_in_another_codec_is_taken_and_never_sent() {
    let offer = "m=audio 4000 RTP/AVP 9 0 3 121\na=rtpmap:121 red/8000\na=fmtp:121 9/0/3";
    let gsm = Codec::from_static(3).unwrap();
    let media = redundant(&[Codec::from_static(9).unwrap(), Codec::PCMU, gsm]);
    let (text, negotiated) = Negotiator::new(1, "-").answer(phone(offer).as_bytes(), &media).unwrap();
    assert!(text.contains("a=rtpmap:121 red/8000\r\na=fmtp:121 9/0/3\r\n"), "{text}");
    assert_eq!(agreed(&negotiated), [("G722", 121, 121, 9, 0, false)]);
    assert_eq!(negotiated.redundancy[0].others, [0, 3]);
    // One of them is not ours: it could not be read.
    let media = redundant(&[Codec::from_static(9).unwrap(), Codec::PCMU]);
    let (text, negotiated) = Negotiator::new(1, "-").answer(phone(offer).as_bytes(), &media).unwrap();
    assert!(negotiated.redundancy.is_empty() && !text.contains("red"), "{text}");

    // Of our own offer a phone takes the redundancy, and wants to get another.
    let mut session = Negotiator::new(1, "-");
    session.offer(&redundant(&[Codec::PCMU, Codec::PCMA]));
    let answer = "m=audio 4000 RTP/AVP 0 8 121\na=rtpmap:121 red/8000\na=fmtp:121 0/8";
    assert_eq!(agreed(&session.accept(phone(answer).as_bytes()).unwrap()), [("PCMU", 121, 121, 0, 0, false)]);
}

#[test]
fn each_codec_of_an_offer_may_have_its_own() {
    let offer = "m=audio 4000 RTP/AVP 0 8 121 122 123\na=rtpmap:121 red/8000\na=fmtp:121 0/0\n\
        a=rtpmap:122 red/8000\na=fmtp:122 8/8/8/8/8\na=rtpmap:123 red/8000\na=fmtp:123 0/0/0";
    let media = redundant(&[Codec::PCMA, Codec::PCMU]);
    let (text, negotiated) = Negotiator::new(1, "-").answer(phone(offer).as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 8 0 121 122"]);
    assert_eq!(agreed(&negotiated), [("PCMU", 121, 121, 0, 1, false), ("PCMA", 122, 122, 8, 3, false)]);
}

#[test]
fn our_offer_names_it_for_the_first_codec_on_each_clock() {
    let media = redundant(&[Codec::OPUS, Codec::PCMU, Codec::PCMA]);
    let mut caller = Negotiator::new(1, "-");
    let offer = caller.offer(&media);
    assert_eq!(media_lines(&offer), ["m=audio 10000 RTP/AVP 96 0 8 121 97 101 98"]);
    for line in ["a=rtpmap:121 red/48000/2", "a=fmtp:121 96/96", "a=rtpmap:97 red/8000", "a=fmtp:97 0/0"] {
        assert!(offer.contains(&format!("{line}\r\n")), "no {line} in {offer}");
    }
    // The phone numbers all of it in its own way, and would rather have redundancy.
    let answer = phone(
        "m=audio 4000 RTP/AVP 63 111 0\na=rtpmap:111 opus/48000/2\na=rtpmap:63 red/48000/2\na=fmtp:63 111/111",
    );
    let negotiated = caller.accept(answer.as_bytes()).unwrap();
    assert_eq!(agreed(&negotiated), [("opus", 121, 63, 111, 1, true)]);
    // The next offer keeps the numbers.
    assert_eq!(media_lines(&caller.offer(&media)), media_lines(&offer));
    let without = phone("m=audio 4000 RTP/AVP 8 97\na=rtpmap:97 red/8000\na=fmtp:97 8/8");
    assert_eq!(
        agreed(&caller.accept(without.as_bytes()).unwrap()),
        [],
        "we have offered it of another codec"
    );
}
