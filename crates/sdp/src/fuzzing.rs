//! Laws of the crate as functions over arbitrary octets, for fuzzers and property tests.
//!
//! They panic when a law is broken, and only then.
#![expect(clippy::expect_used, reason = "a broken law has to stop the fuzzer")]

use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::negotiation::{CodecOffer, LocalMedia, Negotiated, Negotiator};
use crate::{Codec, SessionDescription};

/// Reads, writes, answers and accepts `data`.
pub fn offer_answer(data: &[u8]) {
    let Ok(description) = SessionDescription::parse(data) else { return };
    let text = description.to_string();
    let again = SessionDescription::parse(text.as_bytes()).expect("what we write can be read");
    assert_eq!(description, again, "writing and reading changes nothing");
    read_all(&description);

    let local = local();
    let mut negotiator = Negotiator::new(1, "fuzz");
    let offered = negotiator.offered_codecs(data);
    if let Ok((answer, negotiated)) = negotiator.answer(data, &local) {
        let few = description.media().map(|media| media.formats().count()).sum::<usize>() <= 128;
        assert!(!few || offered.contains(&negotiated.codec), "what is agreed on was offered");
        check_answer(&description, &answer, &negotiated);
        let (repeated, _) = negotiator.answer(data, &local).expect("an offer can be repeated");
        assert_eq!(answer, repeated, "the same offer gets the same answer under the same version");
        let offer = negotiator.offer(&local);
        let offered = SessionDescription::parse(offer.as_bytes()).expect("our offer can be read");
        assert_eq!(offered.media_count(), description.media_count(), "no m= line is lost");
    }
    let mut caller = Negotiator::new(2, "fuzz");
    caller.offer(&local);
    let _ = caller.accept(data);
}

/// The laws of an answer: as many streams, of the same kinds, over the same transports, with no other formats.
pub fn check_answer(offer: &SessionDescription<'_>, answer: &str, negotiated: &Negotiated) {
    let answer = SessionDescription::parse(answer.as_bytes()).expect("our answer can be read");
    assert_eq!(offer.media_count(), answer.media_count());
    for (offered, answered) in offer.media().zip(answer.media()) {
        assert!(answered.kind().eq_ignore_ascii_case(offered.kind()));
        assert_eq!(answered.protocol(), offered.protocol());
        let formats: Vec<&str> = offered.formats().collect();
        assert!(answered.formats().next().is_some());
        assert!(answered.formats().all(|format| formats.is_empty() || is_among(format, &formats)));
        assert!(offered.port() != 0 || answered.port() == 0, "a closed stream stays closed");
    }
    assert!(answer.media().filter(|media| media.port() != 0).count() <= 1);
    assert!(negotiated.common.iter().any(|common| common.codec == negotiated.codec));
    assert!((10..=60).contains(&negotiated.ptime));
}

/// A payload type may be written with zeros before it.
fn is_among(format: &str, formats: &[&str]) -> bool {
    let number = |text: &str| text.parse::<u8>().ok();
    formats
        .iter()
        .any(|other| *other == format || (number(other).is_some() && number(other) == number(format)))
}

/// Asks for everything that can be asked for.
fn read_all(description: &SessionDescription<'_>) {
    let _ = (description.origin(), description.name(), description.connection(), description.direction());
    for media in description.media() {
        let _ = (media.connection(), media.direction(), media.ptime(), media.maxptime(), media.rtcp());
        let _ = (media.rtcp_mux(), media.profile());
        for payload_type in media.payload_types().take(8) {
            let _ = (media.rtpmap(payload_type), media.fmtp(payload_type));
        }
    }
}

fn local() -> LocalMedia {
    let codecs = [Codec::OPUS, Codec::G722, Codec::PCMA, Codec::PCMU].map(CodecOffer::from);
    LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 10_000, codecs.into())
}
