//! Whatever comes in, nothing panics, and the laws of `sdp::fuzzing` hold.

use proptest::prelude::*;
use sdp::{MAX_LINES, MAX_MEDIA, SdpError, SessionDescription};

/// Lines that mean something, in every state of repair.
const LINES: [&str; 66] = [
    "o=- 1 1 IN IP4 192.0.2.9",
    "o=John Doe 1",
    "s=-",
    "s=J\u{fc}rgen",
    "c=IN IP4 192.0.2.9",
    "c=IN IP4 0.0.0.0",
    "c=IN IP6 ::",
    "c=IN IP6 2001:db8::9",
    "c=IN IP4 host.example.com",
    "c=IN",
    "t=0 0",
    "b=AS:64",
    "z=",
    "m=audio 49170 RTP/AVP 0",
    "m=audio 49170 RTP/AVP 96 97 8 101 102",
    "m=audio 49170/2 RTP/AVPF 9 0 8 00 101",
    "m=audio 0 RTP/AVP 0",
    "m=audio 0 RTP/AVP",
    "m=audio 1234 RTP/SAVP 0",
    "m=audio 65535 RTP/AVP 0 127",
    "m=video 4000 RTP/AVP 96",
    "m=image 4002 udptl t38",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:97 G722/16000",
    "a=rtpmap:101 telephone-event/8000",
    "a=rtpmap:102 telephone-event/48000",
    "a=rtpmap:0 pcmu/8000/1",
    "a=rtpmap:8",
    "a=rtpmap:127 x/y",
    "a=fmtp:101 0-16",
    "a=fmtp:96 useinbandfec=1",
    "a=fmtp:",
    "a=ptime:20",
    "a=ptime:0",
    "a=maxptime:5",
    "a=sendonly",
    "a=inactive",
    "a=RecvOnly ",
    "a=rtcp:5000 IN IP4 192.0.2.7",
    "a=rtcp:x",
    "a=rtcp-mux",
    "a=rtcp-xr:rcvr-rtt=all:10000 voip-metrics",
    "a=rtcp-xr",
    "a=",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
    "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB|2^31|1:4",
    "a=crypto:3 AEAD_AES_128_GCM inline:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ== WSH=64",
    "a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB KDR=3",
    "m=audio 1236 RTP/SAVPF 8 0",
    "m=video 4004 RTP/AVPF 97 98 34",
    "m=video 4006 RTP/SAVP 97",
    "m=text 4008 RTP/AVP 99 100",
    "m=Text 4010 RTP/AVP 99",
    "a=rtpmap:97 H264/90000",
    "a=rtpmap:98 H264/90000",
    "a=rtpmap:98 VP8/90000",
    "a=rtpmap:99 t140/1000",
    "a=rtpmap:100 red/1000",
    "a=fmtp:97 profile-level-id=42e01f;packetization-mode=1",
    "a=fmtp:98 profile-level-id=42e01f",
    "a=fmtp:100 99/99/99",
    "a=rtcp-fb:* nack pli",
    "a=mid:v",
    "a=group:BUNDLE a v",
    "b=TIAS:512000",
];

fn description() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        20 => proptest::sample::select(LINES.as_slice()).prop_map(|line| line.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..30),
        1 => "[a-z]=[ -~]{0,40}".prop_map(String::into_bytes),
    ];
    let end = proptest::sample::select(vec!["\r\n", "\n", "\r", "\r\n\r\n"]);
    proptest::collection::vec((line, end), 0..24).prop_map(|lines| {
        let mut text = b"v=0\r\n".to_vec();
        lines.iter().for_each(|(line, end)| {
            text.extend_from_slice(line);
            text.extend_from_slice(end.as_bytes());
        });
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn octets_of_any_kind(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        sdp::fuzzing::offer_answer(&bytes);
    }

    #[test]
    fn lines_of_any_kind(bytes in description()) {
        sdp::fuzzing::offer_answer(&bytes);
    }

    #[test]
    fn writing_and_reading_changes_nothing(bytes in description()) {
        if let Ok(description) = SessionDescription::parse(&bytes) {
            let text = description.to_string();
            let again = SessionDescription::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(&again, &description);
            prop_assert_eq!(again.to_string(), text);
        }
    }
}

#[test]
fn bare_line_feeds_and_a_missing_last_one_are_taken() {
    let strict = b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    let loose = b"v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0";
    assert_eq!(SessionDescription::parse(strict), SessionDescription::parse(loose));
}

#[test]
fn errors_name_the_line() {
    let error = |text: &str| SessionDescription::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error(""), SdpError::Version);
    assert_eq!(error("o=- 1 1 IN IP4 192.0.2.9\r\nv=0\r\n"), SdpError::Version);
    assert_eq!(error("v=1\r\n"), SdpError::Version);
    assert_eq!(error("v=0\r\n\r\nhello\r\n"), SdpError::NotALine { line: 2 });
    for media in [
        "audio",
        "audio 1",
        "audio 1 ",
        "audio 65536 RTP/AVP 0",
        "audio -1 RTP/AVP 0",
        "",
        "\0audio 1 RTP/AVP 0",
    ] {
        assert_eq!(error(&format!("v=0\r\ns=-\r\nm={media}\r\n")), SdpError::Media { line: 3 }, "{media:?}");
    }
}

#[test]
fn an_m_line_that_is_not_text_is_refused_and_not_skipped() {
    let error = SessionDescription::parse(b"v=0\r\nm=\xff 1 RTP/AVP 0\r\n").unwrap_err();
    assert_eq!(error, SdpError::Media { line: 2 });
}

#[test]
fn sizes_are_bounded() {
    let with = |line: &str, count: usize| format!("v=0\r\n{}", line.repeat(count));
    let media = "m=audio 1 RTP/AVP 0\n";
    assert!(SessionDescription::parse(with(media, MAX_MEDIA).as_bytes()).is_ok());
    assert!(matches!(
        SessionDescription::parse(with(media, MAX_MEDIA + 1).as_bytes()),
        Err(SdpError::TooManyMedia { .. })
    ));
    assert!(SessionDescription::parse(with("a=x\n", MAX_LINES - 1).as_bytes()).is_ok());
    assert!(matches!(
        SessionDescription::parse(with("a=x\n", MAX_LINES).as_bytes()),
        Err(SdpError::TooManyLines { .. })
    ));
    let long = with("a=", 1) + &"x".repeat(65_535);
    assert!(matches!(SessionDescription::parse(long.as_bytes()), Err(SdpError::TooLong { .. })));
}
