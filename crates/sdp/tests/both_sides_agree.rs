//! A offers, B answers, A takes the answer in: both think the same of the call, whatever each can do.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use proptest::prelude::*;
use sdp::negotiation::{
    CodecOffer, Feedback, LineKind, LocalLine, LocalMedia, Negotiated, NegotiatedLine, NegotiationError,
    Negotiator, Preference, Protection, StreamKey,
};
use sdp::{Codec, Direction, SessionDescription};
use zeroize::Zeroizing;

fn codecs() -> impl Strategy<Value = Vec<CodecOffer>> {
    let known = [
        Codec::PCMU,
        Codec::PCMA,
        Codec::G722,
        Codec::GSM,
        Codec::OPUS,
        Codec::G726_32,
        Codec::COMFORT_NOISE,
        Codec::new("AMR-WB", 16_000, 1),
        Codec::new("L16", 16_000, 1),
    ];
    let fmtp = prop_oneof![
        Just(None),
        Just(Some("octet-align=1".to_owned())),
        Just(Some("octet-align=0".to_owned()))
    ];
    let offer =
        (proptest::sample::select(known.to_vec()), any::<u8>(), fmtp).prop_map(|(codec, number, fmtp)| {
            CodecOffer { payload_type: number, fmtp, ..CodecOffer::from(codec) }
        });
    proptest::collection::vec(offer, 0..8)
}

fn direction() -> impl Strategy<Value = Direction> {
    proptest::sample::select(
        [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive].as_slice(),
    )
}

/// Keys of octets that nobody else has.
fn protection() -> impl Strategy<Value = Protection> {
    let suites = [("AES_CM_128_HMAC_SHA1_80", 30), ("AES_CM_128_HMAC_SHA1_32", 30), ("AEAD_AES_128_GCM", 28)];
    let keys = proptest::sample::subsequence(suites.to_vec(), 0..=3).prop_shuffle();
    (keys, any::<bool>(), any::<u8>()).prop_map(|(suites, demanded, octet)| Protection {
        keys: suites
            .into_iter()
            .map(|(suite, length)| StreamKey { suite, key_and_salt: Zeroizing::new(vec![octet; length]) })
            .collect(),
        demanded,
    })
}

prop_compose! {
    fn local_media()(
        host in prop_oneof![1 => Just(0_u32), 8 => 0xc000_0200_u32..0xc000_02ff],
        port in 1_u16..,
        rtcp_port in proptest::option::of(1_u16..),
        codecs in codecs(),
        telephone_event in proptest::option::of(any::<u8>()),
        direction in direction(),
        ptime in any::<u16>(),
        protection in proptest::option::of(protection()),
        redundancy in any::<bool>(),
    ) -> LocalMedia {
        let address = IpAddr::V4(Ipv4Addr::from(host));
        LocalMedia { address, port, rtcp_port, codecs, telephone_event, direction, ptime, protection, redundancy, lines: Vec::new() }
    }
}

fn side(id: u64) -> impl Strategy<Value = Negotiator> {
    (any::<bool>(), any::<bool>()).prop_map(move |(local, mux)| {
        let preference = if local { Preference::Local } else { Preference::Remote };
        Negotiator::new(id, "-").with_preference(preference).with_rtcp_mux(mux)
    })
}

/// What must be alike, or mirrored, in the two views of one call.
fn check(
    a: &Negotiated,
    a_media: &LocalMedia,
    b: &Negotiated,
    b_media: &LocalMedia,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(&a.codec, &b.codec);
    let red = |agreed: &Negotiated, ours: bool| -> Vec<_> {
        let mut all: Vec<_> = agreed
            .redundancy
            .iter()
            .map(|red| {
                let numbers = (red.send_payload_type, red.receive_payload_type);
                (red.codec.to_string(), if ours { numbers } else { (numbers.1, numbers.0) }, red.preferred)
            })
            .collect();
        all.sort();
        all
    };
    prop_assert_eq!(red(a, true), red(b, false), "redundant data");
    prop_assert_eq!(
        (a.send_payload_type, a.receive_payload_type),
        (b.receive_payload_type, b.send_payload_type)
    );
    prop_assert_eq!(a.direction, b.direction.reversed());
    prop_assert_eq!(a.ptime, b.ptime);
    prop_assert_eq!(a.rtcp_mux, b.rtcp_mux);
    let keys = |n: &Negotiated| n.protection.clone().map(|p| (p.send, p.receive));
    prop_assert_eq!(keys(a), keys(b).map(|(send, receive)| (receive, send)));
    let demanded = |media: &LocalMedia| media.protection.as_ref().is_some_and(|p| p.demanded);
    prop_assert!(a.protection.is_some() || !(demanded(a_media) || demanded(b_media)));
    let events = |n: &Negotiated| n.telephone_event.map(|e| (e.send, e.receive, e.clock_rate));
    prop_assert_eq!(events(a), events(b).map(|(send, receive, clock)| (receive, send, clock)));
    let codecs = |n: &Negotiated| n.common.iter().map(|common| common.codec.clone()).collect::<Vec<_>>();
    prop_assert_eq!(codecs(a), codecs(b));
    prop_assert_eq!(a.remote, address(b_media));
    prop_assert_eq!(b.remote, address(a_media));
    prop_assert_eq!(a.remote_rtcp, rtcp_address(b_media, b.rtcp_mux));
    prop_assert_eq!(b.remote_rtcp, rtcp_address(a_media, a.rtcp_mux));
    Ok(())
}

fn address(media: &LocalMedia) -> Option<SocketAddr> {
    (!media.address.is_unspecified()).then_some(SocketAddr::new(media.address, media.port))
}

fn rtcp_address(media: &LocalMedia, mux: bool) -> Option<SocketAddr> {
    let rtp = address(media)?;
    let port = if mux { Some(media.port) } else { media.rtcp_port.or(media.port.checked_add(1)) };
    port.map(|port| SocketAddr::new(rtp.ip(), port))
}

/// One round; true when there was an agreement.
fn round(
    (a, a_media): (&mut Negotiator, &LocalMedia),
    (b, b_media): (&mut Negotiator, &LocalMedia),
) -> Result<bool, TestCaseError> {
    let offer = a.offer(a_media);
    match b.answer(offer.as_bytes(), b_media) {
        Ok((answer, b_view)) => {
            let a_view = a
                .accept(answer.as_bytes())
                .map_err(|e| TestCaseError::fail(format!("{e}\n{offer}\n{answer}")))?;
            if b_view.remote.is_none() && a_view.remote.is_none() && b_view.direction == Direction::Inactive {
                return Ok(true);
            }
            check(&a_view, a_media, &b_view, b_media)?;
            Ok(true)
        }
        Err(
            NegotiationError::NoCommonCodec { .. }
            | NegotiationError::NoAudio
            | NegotiationError::NoCommonSuite { .. }
            | NegotiationError::SecureTransport { .. }
            | NegotiationError::Unprotected { .. },
        ) => Ok(false),
        Err(other) => Err(TestCaseError::fail(format!("{other}\n{offer}"))),
    }
}

/// Streams beside the audio that one side would like, by kind, with its choice of codecs.
fn wishes() -> impl Strategy<Value = Vec<(LineKind, Vec<CodecOffer>)>> {
    let video = ["VP8", "H264", "H265"].map(|name| CodecOffer::from(Codec::new(name, 90_000, 1)));
    let text = ["t140"].map(|name| CodecOffer::from(Codec::new(name, 1_000, 1)));
    let video = proptest::sample::subsequence(video.to_vec(), 0..=3).prop_shuffle();
    let text = proptest::sample::subsequence(text.to_vec(), 0..=1);
    let wish = prop_oneof![
        video.prop_map(|codecs| (LineKind::Video, codecs)),
        text.prop_map(|codecs| (LineKind::Text, codecs)),
    ];
    proptest::collection::vec(wish, 0..4)
}

fn local_line(place: usize, kind: LineKind, codecs: Vec<CodecOffer>) -> LocalLine {
    let port = 20_000 + 2 * u16::try_from(place).unwrap();
    let (feedback, direction) = (Feedback::ALL, Direction::SendRecv);
    LocalLine {
        place,
        kind,
        address: None,
        port,
        rtcp_port: None,
        codecs,
        feedback,
        bandwidth: None,
        direction,
        protection: None,
    }
}

/// The kinds and ports of the `m=` lines.
fn kinds(text: &str) -> Vec<(String, u16)> {
    let description = SessionDescription::parse(text.as_bytes()).unwrap();
    description.media().map(|media| (media.kind().to_owned(), media.port())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Streams come and go with each offer, from either side: both see the same ones in the same places, which they keep.
    #[test]
    fn on_what_goes_along_with_the_audio(
        rounds in proptest::collection::vec((any::<bool>(), wishes(), wishes()), 1..6),
    ) {
        let mut sides = [Negotiator::new(1, "-"), Negotiator::new(2, "-")];
        let audio = |host: u8| LocalMedia::new(IpAddr::from([192, 0, 2, host]), 10_000, vec![CodecOffer::from(Codec::PCMA)]);
        let mut before: Vec<String> = Vec::new();
        for (from_first, wanted, taken) in rounds {
            if !from_first {
                sides.reverse();
            }
            let [offerer, answerer] = &mut sides;
            let mut places = Vec::new();
            let lines = wanted.into_iter().map(|(kind, codecs)| {
                let place = offerer.place_for(kind, &places);
                places.push(place);
                local_line(place, kind, codecs)
            });
            let lines = lines.collect();
            let offer = offerer.offer(&LocalMedia { lines, ..audio(1) });
            let offered = answerer.offered_lines(offer.as_bytes(), None);
            let lines = offered.into_iter().zip(&taken).filter(|(line, (kind, _))| line.kind == *kind);
            let lines = lines.map(|(line, (kind, codecs))| local_line(line.place, *kind, codecs.clone())).collect();
            let (answer, answered) = answerer.answer(offer.as_bytes(), &LocalMedia { lines, ..audio(2) }).unwrap();
            let accepted = offerer.accept(answer.as_bytes()).unwrap();
            let view = |lines: &[NegotiatedLine]| -> Vec<(usize, Vec<Codec>)> {
                let view = lines.iter().map(|line| (line.place, line.common.iter().map(|c| c.codec.clone()).collect()));
                let mut view: Vec<_> = view.collect();
                view.sort_by_key(|(place, _)| *place);
                view
            };
            prop_assert_eq!(view(&answered.lines), view(&accepted.lines));
            let (offered, answered) = (kinds(&offer), kinds(&answer));
            prop_assert_eq!(offered.len(), answered.len());
            for ((kind, port), (other, answered)) in offered.iter().zip(&answered) {
                prop_assert_eq!(kind, other);
                prop_assert!(*port != 0 || *answered == 0);
            }
            prop_assert!(offered.iter().map(|(kind, _)| kind).zip(&before).all(|(now, before)| now == before));
            prop_assert!(offered.len() >= before.len());
            before = offered.into_iter().map(|(kind, _)| kind).collect();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_first_offer(mut a in side(1), mut b in side(2), a_media in local_media(), b_media in local_media()) {
        round((&mut a, &a_media), (&mut b, &b_media))?;
    }

    /// Any number of re-offers from either side, with other media each time.
    #[test]
    fn over_a_whole_call(
        mut a in side(1),
        mut b in side(2),
        rounds in proptest::collection::vec((any::<bool>(), local_media(), local_media()), 1..8),
    ) {
        for (from_a, a_media, b_media) in &rounds {
            if *from_a {
                round((&mut a, a_media), (&mut b, b_media))?;
            } else {
                round((&mut b, b_media), (&mut a, a_media))?;
            }
        }
    }
}
