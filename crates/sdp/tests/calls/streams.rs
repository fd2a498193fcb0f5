//! Streams that we refuse keep their place in the answer.

use sdp::Codec;
use sdp::negotiation::{NegotiationError, Negotiator};

use crate::{answer, local, media_lines, phone};

#[test]
fn video_fax_and_a_second_audio_get_port_0() {
    let (text, agreed) = answer(
        "m=video 4002 RTP/AVP 96 97\nm=audio 4000 RTP/AVP 0\nm=image 4004 udptl t38\nm=audio 4006 RTP/AVP 8\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    )
    .unwrap();
    assert_eq!(
        media_lines(&text),
        [
            "m=video 0 RTP/AVP 96",
            "m=audio 10000 RTP/AVP 0",
            "m=image 0 udptl t38",
            "m=audio 0 RTP/AVP 8",
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        ]
    );
    assert_eq!(agreed.remote, Some("192.0.2.9:4000".parse().unwrap()));
}

#[test]
fn an_audio_stream_that_cannot_be_used_gives_way_to_the_next() {
    let (text, agreed) = answer("m=audio 4000 RTP/AVP 9\nm=audio 4006 RTP/AVP 8").unwrap();
    assert_eq!(media_lines(&text), ["m=audio 0 RTP/AVP 9", "m=audio 10000 RTP/AVP 8"]);
    assert_eq!(agreed.codec, Codec::PCMA);
}

#[test]
fn the_stream_in_use_stays_in_use() {
    let mut session = Negotiator::new(1, "-");
    let media = local(&[Codec::PCMA]);
    session.answer(phone("m=audio 0 RTP/AVP 8\nm=audio 4006 RTP/AVP 8").as_bytes(), &media).unwrap();
    let again = phone("m=audio 4000 RTP/AVP 8\nm=audio 4006 RTP/AVP 8");
    let (text, _) = session.answer(again.as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 0 RTP/AVP 8", "m=audio 10000 RTP/AVP 8"]);
}

#[test]
fn a_call_without_open_audio_is_refused() {
    for media in ["m=video 4002 RTP/AVP 96", "m=audio 0 RTP/AVP 0", "a=nothing"] {
        let error = answer(media).unwrap_err();
        assert_eq!(error, NegotiationError::NoAudio, "{media}");
        assert_eq!((error.status(), error.warning_code()), (488, 304));
    }
}

#[test]
fn an_answer_that_refuses_or_misplaces_our_stream_is_an_error() {
    let mut session = Negotiator::new(1, "-");
    session.offer(&local(&[Codec::PCMA]));
    let mut accept = |media: &str| session.accept(phone(media).as_bytes()).unwrap_err();
    assert_eq!(accept("m=audio 0 RTP/AVP 8"), NegotiationError::Refused);
    assert_eq!(accept("m=video 4000 RTP/AVP 96"), NegotiationError::Unaligned(1));
    assert_eq!(accept("a=nothing"), NegotiationError::Unaligned(1));
    assert!(matches!(accept("m=audio 4000 RTP/AVP 9"), NegotiationError::NoCommonCodec { .. }));
}

#[test]
fn a_port_of_ours_is_needed() {
    let mut media = local(&[Codec::PCMA]);
    media.port = 0;
    let error =
        Negotiator::new(1, "-").answer(phone("m=audio 4000 RTP/AVP 8").as_bytes(), &media).unwrap_err();
    assert_eq!((error.clone(), error.status()), (NegotiationError::NoLocalPort, 500));
}
