//! What a session remembers from one offer to the next.

use sdp::Codec;
use sdp::negotiation::{NegotiationError, Negotiator};

use crate::{local, media_lines, phone, version};

#[test]
fn the_version_grows_only_with_a_change() {
    let mut session = Negotiator::new(1, "-");
    let mut media = local(&[Codec::PCMA]);
    let first = session.offer(&media);
    assert_eq!(version(&first), 1);
    assert_eq!(session.offer(&media), first);
    media.port = 10_002;
    let second = session.offer(&media);
    assert_eq!(version(&second), 2);
    // Back to what it was: a change against the last one, whether that was accepted or not.
    media.port = 10_000;
    assert_eq!(version(&session.offer(&media)), 3);
}

#[test]
fn owner_and_name_are_said_in_every_description() {
    let mut session = Negotiator::new(1, "desk 7").with_name("House of \r\nCards");
    let media = local(&[Codec::PCMA]);
    let offer = session.offer(&media);
    assert!(offer.contains("o=desk7 1 1 ") || offer.contains("o=desk_7 1 1 "), "{offer}");
    assert!(offer.contains("\r\ns=House of "), "{offer}");
    let (answer, _) = session.answer(phone("m=audio 4000 RTP/AVP 8").as_bytes(), &media).unwrap();
    assert!(answer.contains("\r\ns=House of "), "{answer}");
}

#[test]
fn answers_count_on_with_the_same_versions() {
    let mut session = Negotiator::new(1, "-");
    let media = local(&[Codec::PCMA]);
    let offer = phone("m=audio 4000 RTP/AVP 8");
    let (first, _) = session.answer(offer.as_bytes(), &media).unwrap();
    let (again, _) = session.answer(offer.as_bytes(), &media).unwrap();
    assert_eq!(first, again);
    let (held, _) = session.answer(phone("m=audio 4000 RTP/AVP 8\na=inactive").as_bytes(), &media).unwrap();
    assert_eq!((version(&first), version(&held)), (1, 2));
}

#[test]
fn our_offer_keeps_the_numbers_and_lines_of_the_peer_s() {
    let mut session = Negotiator::new(1, "-");
    let media = local(&[Codec::OPUS, Codec::PCMA]);
    let offer = phone(
        "m=video 4002 RTP/AVP 97 98\nm=audio 4000 RTP/AVPF 111 100\na=rtpmap:111 opus/48000/2\na=rtpmap:100 telephone-event/8000",
    );
    session.answer(offer.as_bytes(), &media).unwrap();
    let ours = session.offer(&media);
    let lines = media_lines(&ours);
    assert_eq!(lines[0], "m=video 0 RTP/AVP 97");
    assert!(lines[1].starts_with("m=audio 10000 RTP/AVPF 111 8 100 "), "{}", lines[1]);
    assert!(ours.contains("a=rtpmap:100 telephone-event/8000\r\n"));
}

/// What a re-INVITE without a description is answered with.
#[test]
fn an_offer_within_a_named_session_has_its_line() {
    let mut session = Negotiator::new(1, "own").with_name("sess");
    let media = local(&[Codec::PCMU, Codec::PCMA]);
    session.answer(phone("m=audio 4000 RTP/AVP 8").as_bytes(), &media).unwrap();
    let ours = session.offer(&media);
    assert!(media_lines(&ours)[0].starts_with("m=audio 10000 RTP/AVP 0 8"), "{ours}");
    session.accept(phone("m=audio 4000 RTP/AVP 8").as_bytes()).unwrap();
}

#[test]
fn a_refused_offer_changes_nothing() {
    let mut session = Negotiator::new(1, "-");
    let mut media = local(&[Codec::PCMA]);
    media.telephone_event = None;
    let (_, before) = session.answer(phone("m=audio 4000 RTP/AVP 8").as_bytes(), &media).unwrap();
    assert!(session.answer(phone("m=audio 4000 RTP/AVP 9").as_bytes(), &media).is_err());
    assert!(session.answer(b"nonsense", &media).is_err());
    assert_eq!(session.current(), Some(&before));
    assert_eq!(version(&session.offer(&media)), 1, "the text of the last description still holds");
}

#[test]
fn an_answer_may_come_twice_and_from_two_phones() {
    let mut session = Negotiator::new(1, "-");
    session.offer(&local(&[Codec::PCMA]));
    let early = phone("m=audio 4000 RTP/AVP 8");
    assert_eq!(session.accept(early.as_bytes()), session.accept(early.as_bytes()));
    let other = session.accept(phone("m=audio 6000 RTP/AVP 8").as_bytes()).unwrap();
    assert_eq!(other.remote, Some("192.0.2.9:6000".parse().unwrap()));
}

#[test]
fn an_answer_needs_an_offer() {
    let mut session = Negotiator::new(1, "-");
    let answer = phone("m=audio 4000 RTP/AVP 8");
    assert_eq!(session.accept(answer.as_bytes()), Err(NegotiationError::NoOffer));
    session.offer(&local(&[Codec::PCMA]));
    session.answer(answer.as_bytes(), &local(&[Codec::PCMA])).unwrap();
    assert_eq!(session.accept(answer.as_bytes()), Err(NegotiationError::NoOffer));
}

/// Media may go to another machine; the session is still the same one (RFC 3264 §8).
#[test]
fn the_origin_stays_where_the_media_moves() {
    let mut session = Negotiator::new(1, "-");
    let mut media = local(&[Codec::PCMA]);
    session.offer(&media);
    media.address = "198.51.100.7".parse().unwrap();
    let moved = session.offer(&media);
    assert!(moved.contains("o=- 1 2 IN IP4 192.0.2.1\r\n"), "{moved}");
    assert!(moved.contains("c=IN IP4 198.51.100.7\r\n"), "{moved}");
}
