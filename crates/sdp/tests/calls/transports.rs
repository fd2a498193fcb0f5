//! RTP profiles, addresses and RTCP.

use sdp::Codec;
use sdp::negotiation::{NegotiationError, Negotiator};

use crate::{answer, local, media_lines, phone};

#[test]
fn feedback_is_answered_as_offered() {
    let (text, _) = answer("m=audio 4000 RTP/AVPF 0").unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVPF 0"]);
}

#[test]
fn feedback_is_offered_where_it_is_wanted() {
    let ours = local(&[Codec::PCMA]);
    let mut session = Negotiator::new(1, "-").with_early_feedback(true);
    assert!(media_lines(&session.offer(&ours))[0].starts_with("m=audio 10000 RTP/AVPF 8"));
    // A phone that has none, and says so, is understood.
    let agreed = session.accept(phone("m=audio 4000 RTP/AVP 8").as_bytes()).unwrap();
    assert_eq!(agreed.remote, Some("192.0.2.9:4000".parse().unwrap()));
    assert!(media_lines(&session.offer(&ours))[0].starts_with("m=audio 10000 RTP/AVPF 8"));
}

#[test]
fn encryption_is_refused_with_its_own_reason() {
    for protocol in ["RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF"] {
        let error = answer(&format!("m=audio 4000 {protocol} 0")).unwrap_err();
        let name = protocol.to_owned();
        let expected = match protocol.strip_prefix("UDP/TLS/") {
            Some(_) => NegotiationError::Dtls { protocol: name },
            None => NegotiationError::SecureTransport { protocol: name },
        };
        assert_eq!(error, expected);
        assert_eq!((error.status(), error.warning_code()), (488, 302));
    }
    assert!(matches!(answer("m=audio 4000 TCP/X 0"), Err(NegotiationError::Transport { .. })));
}

#[test]
fn the_plain_stream_beside_an_encrypted_one_is_taken() {
    let (text, agreed) = answer("m=audio 4000 RTP/SAVP 0\nm=audio 4010 RTP/AVP 0").unwrap();
    assert_eq!(media_lines(&text), ["m=audio 0 RTP/SAVP 0", "m=audio 10000 RTP/AVP 0"]);
    assert_eq!(agreed.remote, Some("192.0.2.9:4010".parse().unwrap()));
}

#[test]
fn a_host_name_is_refused_only_where_it_matters() {
    let video = "m=audio 4000 RTP/AVP 0\nm=video 4002 RTP/AVP 96\nc=IN IP4 video.example.com";
    assert!(answer(video).is_ok());
    let error = answer("m=audio 4000 RTP/AVP 0\nc=IN IP4 phone.example.com").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the c= line names the host phone.example.com; an IP address is needed there"
    );
    assert_eq!(error.status(), 488);
}

#[test]
fn malformed_text_is_a_bad_request() {
    let error = Negotiator::new(1, "-").answer(b"INVITE", &local(&[Codec::PCMA])).unwrap_err();
    assert!(matches!(error, NegotiationError::Malformed(_)));
    assert_eq!(error.status(), 400);
}

#[test]
fn ipv6_is_written_and_read() {
    let mut media = local(&[Codec::PCMU]);
    media.address = "2001:db8::1".parse().unwrap();
    let offer = phone("m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::9");
    let (text, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert!(text.contains("o=- 1 1 IN IP6 2001:db8::1\r\n") && text.contains("c=IN IP6 2001:db8::1\r\n"));
    assert_eq!(agreed.remote, Some("[2001:db8::9]:4000".parse().unwrap()));
}

#[test]
fn our_rtcp_port_is_said_only_when_it_is_elsewhere() {
    let mut media = local(&[Codec::PCMU]);
    media.rtcp_port = Some(10_001);
    assert!(!Negotiator::new(1, "-").offer(&media).contains("a=rtcp"));
    media.rtcp_port = Some(12_345);
    assert!(Negotiator::new(1, "-").offer(&media).contains("a=rtcp:12345\r\n"));
}

#[test]
fn one_port_for_both_needs_both_sides() {
    let offer = phone("m=audio 4000 RTP/AVP 0\na=rtcp-mux");
    let media = local(&[Codec::PCMU]);
    let (text, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert!(!text.contains("rtcp-mux") && !agreed.rtcp_mux);
    assert_eq!(agreed.remote_rtcp, Some("192.0.2.9:4001".parse().unwrap()));
    let mut muxing = Negotiator::new(1, "-").with_rtcp_mux(true);
    let (text, agreed) = muxing.answer(offer.as_bytes(), &media).unwrap();
    assert!(text.contains("a=rtcp-mux\r\n") && agreed.rtcp_mux);
    assert_eq!(agreed.remote_rtcp, agreed.remote);
}
