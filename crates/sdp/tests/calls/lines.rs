//! Video and text beside the audio.

use sdp::negotiation::{Feedback, LineKind, LocalLine, LocalMedia, NegotiatedLine, Negotiator};
use sdp::{Codec, Direction};

use crate::{local, media_lines, phone, version};

const VIDEO: &str = "m=video 4002 RTP/AVPF 97 98\na=rtpmap:97 VP8/90000\na=rtpmap:98 H264/90000\n\
    a=fmtp:98 profile-level-id=42e01f;packetization-mode=1\na=rtcp-fb:* nack pli\na=rtcp-fb:* transport-cc\nb=TIAS:512000\na=mid:v";
const TEXT: &str =
    "m=text 4004 RTP/AVP 99 100\na=rtpmap:99 t140/1000\na=rtpmap:100 red/1000\na=fmtp:100 99/99/99";

/// Our audio in A-law with every stream beside it that the offer has and that `takes`.
fn all_of(session: &Negotiator, offer: &str, takes: impl Fn(&Codec) -> bool) -> LocalMedia {
    let lines = session.offered_lines(phone(offer).as_bytes(), None).into_iter().zip((10_002..).step_by(2));
    let lines = lines.map(|(line, port)| LocalLine {
        place: line.place,
        kind: line.kind,
        address: None,
        port,
        rtcp_port: None,
        codecs: line.codecs.into_iter().filter(|offer| takes(&offer.codec)).collect(),
        feedback: Feedback::ALL,
        bandwidth: line.bandwidth,
        direction: Direction::SendRecv,
        protection: None,
    });
    LocalMedia { lines: lines.collect(), ..local(&[Codec::PCMA]) }
}

/// Ours for an offer: a line of the numbers and parameters that somebody else has.
fn line(place: usize, kind: LineKind, of: &str) -> LocalLine {
    let offer = format!("m=audio 4000 RTP/AVP 8\n{of}");
    let media = all_of(&Negotiator::new(9, "-"), &offer, |_| true);
    LocalLine { place, ..media.lines.into_iter().find(|line| line.kind == kind).unwrap() }
}

#[test]
fn a_stream_may_be_at_an_address_of_its_own() {
    let elsewhere =
        |line: LocalLine| LocalLine { address: Some([192, 0, 2, 77].into()), rtcp_port: Some(4_444), ..line };
    let mut session = Negotiator::new(1, "-");
    let lines = vec![elsewhere(line(1, LineKind::Video, VIDEO))];
    let offer = session.offer(&LocalMedia { lines, ..local(&[Codec::PCMA]) });
    let video = offer.split_once("m=video").unwrap().1;
    assert!(video.contains("\r\nc=IN IP4 192.0.2.77\r\nb=AS:512\r\na="), "{offer}");
    assert!(video.contains("a=rtcp:4444\r\n"), "{offer}");
    assert_eq!(offer.matches("c=IN").count(), 2, "the audio is where the session is:\n{offer}");

    let offer = format!("m=audio 4000 RTP/AVP 8\n{VIDEO}");
    let mut other = Negotiator::new(2, "-");
    let mut media = all_of(&other, &offer, |_| true);
    media.lines = media.lines.into_iter().map(elsewhere).collect();
    let (answer, agreed) = other.answer(phone(&offer).as_bytes(), &media).unwrap();
    assert!(answer.contains("c=IN IP4 192.0.2.77\r\n"), "{answer}");
    assert_eq!(agreed.lines.len(), 1);
}

fn codecs(line: &NegotiatedLine) -> Vec<(&str, u8, u8)> {
    let names = line.common.iter();
    names.map(|c| (c.codec.name.as_str(), c.send_payload_type, c.receive_payload_type)).collect()
}

#[test]
fn each_stream_is_answered_in_its_place() {
    let offer = format!("{VIDEO}\nm=audio 4000 RTP/AVP 8\nm=image 4008 udptl t38\n{TEXT}");
    let mut session = Negotiator::new(1, "-");
    let media = all_of(&session, &offer, |codec| !codec.is_named("VP8"));
    let (text, agreed) = session.answer(phone(&offer).as_bytes(), &media).unwrap();
    assert_eq!(
        media_lines(&text),
        [
            "m=video 10002 RTP/AVPF 98",
            "m=audio 10000 RTP/AVP 8",
            "m=image 0 udptl t38",
            "m=text 10004 RTP/AVP 99 100",
        ]
    );
    for told in [
        "a=fmtp:98 profile-level-id=42e01f;packetization-mode=1\r\n",
        "a=rtcp-fb:* nack pli\r\n",
        "b=AS:512\r\n",
        "a=mid:v\r\n",
        "a=rtpmap:99 t140/1000\r\na=rtpmap:100 red/1000\r\na=fmtp:100 99/99/99\r\n",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("transport-cc"), "what counts packets of another stream");
    let [video, t140] = agreed.lines.as_slice() else { panic!("{:?}", agreed.lines) };
    assert_eq!((video.place, video.kind, video.bandwidth), (0, LineKind::Video, Some(512)));
    assert_eq!(video.remote, Some("192.0.2.9:4002".parse().unwrap()));
    assert_eq!(codecs(video), [("H264", 98, 98)]);
    assert!(video.feedback.has(Feedback::PLI) && !video.feedback.has(Feedback::NACK));
    assert_eq!((t140.place, codecs(t140)), (3, vec![("t140", 99, 99), ("red", 100, 100)]));
}

#[test]
fn a_bundle_is_refused_by_leaving_its_group_out() {
    let offer = format!("a=group:BUNDLE a v\nm=audio 4000 RTP/AVP 8\na=mid:a\n{VIDEO}");
    let mut session = Negotiator::new(1, "-");
    let media = all_of(&session, &offer, |_| true);
    let (text, _) = session.answer(phone(&offer).as_bytes(), &media).unwrap();
    assert!(!text.contains("group"), "{text}");
    assert!(text.contains("a=mid:a\r\n") && text.contains("a=mid:v\r\n"), "{text}");
}

#[test]
fn a_stream_without_a_format_in_common_is_refused_and_the_audio_goes_on() {
    let offer = format!("m=audio 4000 RTP/AVP 8\n{VIDEO}");
    let mut session = Negotiator::new(1, "-");
    let media = all_of(&session, &offer, |codec| codec.is_named("H265"));
    let (text, agreed) = session.answer(phone(&offer).as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 8", "m=video 0 RTP/AVPF 97"]);
    assert!(agreed.lines.is_empty());
}

#[test]
fn h264_of_another_profile_or_mode_is_another_format() {
    let mut session = Negotiator::new(1, "-");
    let mut media = local(&[Codec::PCMA]);
    media.lines.push(line(1, LineKind::Video, VIDEO));
    let offer = session.offer(&media);
    assert!(
        offer
            .contains("a=rtpmap:98 H264/90000\r\na=fmtp:98 profile-level-id=42e01f;packetization-mode=1\r\n")
    );
    let mut answered = |fmtp: &str| {
        let answer = format!(
            "m=audio 4000 RTP/AVP 8\nm=video 4002 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 {fmtp}"
        );
        session.accept(phone(&answer).as_bytes()).unwrap().lines.first().map(|line| codecs(line).len())
    };
    assert_eq!(answered("profile-level-id=428014;packetization-mode=1"), Some(1));
    assert_eq!(answered("profile-level-id=42e01f"), None);
    assert_eq!(answered("profile-level-id=64001f;packetization-mode=1"), None);
}

#[test]
fn redundant_text_is_offered_with_the_numbers_that_its_text_has_got() {
    let mut session = Negotiator::new(1, "-");
    let mut media = local(&[Codec::PCMA]);
    let mut text = line(1, LineKind::Text, TEXT);
    // A number that may not be given to this: another one takes its place.
    text.codecs[0].payload_type = 8;
    text.codecs[1].fmtp = Some("8/8".to_owned());
    media.lines.push(text);
    let offer = session.offer(&media);
    assert!(offer.contains("m=text 10002 RTP/AVP 96 100\r\n"), "{offer}");
    assert!(offer.contains("a=fmtp:100 96/96\r\n"), "{offer}");
    let alone = "m=audio 4000 RTP/AVP 8\nm=text 4004 RTP/AVP 100\na=rtpmap:100 red/1000\na=fmtp:100 98/98";
    assert!(session.accept(phone(alone).as_bytes()).unwrap().lines.is_empty(), "what it carries is missing");
    let both =
        format!("{alone}\nm=x").replace("AVP 100", "AVP 98 100").replace("\nm=x", "\na=rtpmap:98 t140/1000");
    let agreed = session.accept(phone(&both).as_bytes()).unwrap();
    assert_eq!(codecs(&agreed.lines[0]), [("t140", 98, 96), ("red", 100, 100)]);
}

#[test]
fn streams_come_and_go_and_keep_their_places() {
    let mut session = Negotiator::new(1, "-");
    let plain = local(&[Codec::PCMA]);
    session.offer(&plain);
    session.accept(phone("m=audio 4000 RTP/AVP 8").as_bytes()).unwrap();
    // The phone adds text, then we add video.
    let with_text = format!("m=audio 4000 RTP/AVP 8\n{TEXT}");
    let media = all_of(&session, &with_text, |_| true);
    session.answer(phone(&with_text).as_bytes(), &media).unwrap();
    let mut media = plain.clone();
    media.lines = vec![line(1, LineKind::Text, TEXT)];
    let place = session.place_for(LineKind::Video, &[1]);
    media.lines.push(line(place, LineKind::Video, VIDEO));
    let offer = session.offer(&media);
    assert_eq!(
        media_lines(&offer),
        ["m=audio 10000 RTP/AVP 8 101", "m=text 10002 RTP/AVP 99 100", "m=video 10002 RTP/AVP 97 98"]
    );
    let refused = format!("m=audio 4000 RTP/AVP 8\nm=text 0 RTP/AVP 99\n{VIDEO}");
    let agreed = session.accept(phone(&refused).as_bytes()).unwrap();
    assert_eq!(agreed.lines.iter().map(|line| line.place).collect::<Vec<_>>(), [2]);
    // Without them the places stay, and a new stream takes that of a closed one of its kind.
    let closed = session.offer(&plain);
    assert_eq!(media_lines(&closed)[1..], ["m=text 0 RTP/AVP 99", "m=video 0 RTP/AVP 0"]);
    assert_eq!(session.place_for(LineKind::Video, &[]), 2);
    assert_eq!(session.place_for(LineKind::Video, &[2]), 3);
    assert!(version(&closed) > version(&offer));
}

#[test]
fn a_place_of_another_kind_is_not_taken() {
    let mut session = Negotiator::new(1, "-");
    let offer = "m=audio 4000 RTP/AVP 8\nm=image 4002 udptl t38";
    session.answer(phone(offer).as_bytes(), &local(&[Codec::PCMA])).unwrap();
    let mut media = local(&[Codec::PCMA]);
    media.lines = [0, 1].map(|place| line(place, LineKind::Video, VIDEO)).into();
    assert_eq!(media_lines(&session.offer(&media))[1..], ["m=image 0 udptl t38"]);
}

#[test]
fn hold_holds_each_stream_for_itself() {
    let mut session = Negotiator::new(1, "-");
    let offer = format!("m=audio 4000 RTP/AVP 8\n{VIDEO}\na=sendonly");
    let media = all_of(&session, &offer, |_| true);
    let (text, agreed) = session.answer(phone(&offer).as_bytes(), &media).unwrap();
    assert_eq!(agreed.direction, Direction::SendRecv);
    assert_eq!(agreed.lines[0].direction, Direction::RecvOnly);
    assert!(text.trim_end().ends_with("a=recvonly\r\na=mid:v"), "{text}");
}
