//! Laws of the crate as functions over arbitrary octets, for fuzzers and property tests.
//!
//! They panic when a law is broken, and only then.
#![expect(clippy::expect_used, reason = "a broken law has to stop the fuzzer")]

use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use zeroize::Zeroizing;

use crate::attribute::Crypto;
use crate::negotiation::{
    CodecOffer, Feedback, LocalLine, LocalMedia, Negotiated, Negotiator, Protection, StreamKey,
};
use crate::{Codec, Direction, Media, SessionDescription};

/// Reads, writes, answers and accepts `data`.
pub fn offer_answer(data: &[u8]) {
    let named = crate::with_addresses(data, |_| Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    assert!(crate::host_names(&named).is_empty(), "every name became an address");
    assert_eq!(crate::with_addresses(data, |_| None), data, "what nobody knows stays as it is");
    let Ok(description) = SessionDescription::parse(data) else { return };
    let text = description.to_string();
    let again = SessionDescription::parse(text.as_bytes()).expect("what we write can be read");
    assert_eq!(description, again, "writing and reading changes nothing");
    read_all(&description);

    for protection in [None, Some(protection(false)), Some(protection(true))] {
        negotiate(data, &description, &LocalMedia { protection, ..local() });
    }
}

/// Answers `data`, offers again, and takes it in as an answer.
fn negotiate(data: &[u8], description: &SessionDescription<'_>, local: &LocalMedia) {
    let mut negotiator = Negotiator::new(1, "fuzz").with_extended_reports(true);
    let offered = negotiator.offered_codecs(data, local.protection.as_ref());
    let lines = wanted_lines(&negotiator, data, local);
    let local = &LocalMedia { lines, ..local.clone() };
    if let Ok((answer, negotiated)) = negotiator.answer(data, local) {
        let few = description.media().map(|media| media.formats().count()).sum::<usize>() <= 128;
        assert!(!few || offered.contains(&negotiated.codec), "what is agreed on was offered");
        check_answer(description, &answer, &negotiated);
        check_lines(description, local, &negotiated);
        check_demand(local, &negotiated);
        let (repeated, _) = negotiator.answer(data, local).expect("an offer can be repeated");
        assert_eq!(answer, repeated, "the same offer gets the same answer under the same version");
        let offer = negotiator.offer(local);
        let offered = SessionDescription::parse(offer.as_bytes()).expect("our offer can be read");
        assert_eq!(offered.media_count(), description.media_count(), "no m= line is lost");
        for (before, now) in description.media().zip(offered.media()) {
            assert!(before.kind().eq_ignore_ascii_case(now.kind()), "no m= line takes the place of another");
        }
        let kept = offered.media().filter(|media| !media.is_audio() && media.port() != 0).count();
        assert!(kept >= negotiated.lines.len(), "what is agreed on is offered again");
    }
    let mut caller = Negotiator::new(2, "fuzz");
    let places = local.lines.iter().map(|line| line.kind).fold(Vec::new(), |mut taken, kind| {
        taken.push(caller.place_for(kind, &taken));
        taken
    });
    let lines = local.lines.iter().zip(places).map(|(line, place)| LocalLine { place, ..line.clone() });
    caller.offer(&LocalMedia { lines: lines.collect(), ..local.clone() });
    if let Ok(negotiated) = caller.accept(data) {
        check_demand(local, &negotiated);
    }
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
        if answered.is_audio() {
            check_keys(&offered, &answered, negotiated);
        }
        assert!(offered.port() != 0 || answered.port() == 0, "a closed stream stays closed");
    }
    let open = answer.media().filter(|media| media.port() != 0).count();
    assert!(open <= 1 + negotiated.lines.len());
    assert!(negotiated.common.iter().any(|common| common.codec == negotiated.codec));
    assert!((10..=60).contains(&negotiated.ptime));
}

/// Every stream beside the audio that could be had, as whoever passes all on would want it.
fn wanted_lines(negotiator: &Negotiator, offer: &[u8], local: &LocalMedia) -> Vec<LocalLine> {
    let offered = negotiator.offered_lines(offer, local.protection.as_ref()).into_iter();
    let wanted = offered.zip((20_000..).step_by(2)).map(|(line, port)| LocalLine {
        place: line.place,
        kind: line.kind,
        address: None,
        port,
        rtcp_port: None,
        codecs: line.codecs,
        feedback: Feedback::ALL,
        bandwidth: line.bandwidth,
        direction: Direction::SendRecv,
        protection: local.protection.clone(),
    });
    wanted.collect()
}

/// The laws of streams beside the audio: each in its place, of its kind, with formats of the offer alone.
fn check_lines(offer: &SessionDescription<'_>, local: &LocalMedia, negotiated: &Negotiated) {
    for line in &negotiated.lines {
        let offered = offer.media().nth(line.place).expect("it is among those that were offered");
        assert!(offered.kind().eq_ignore_ascii_case(line.kind.name()) && offered.port() != 0);
        assert_eq!(negotiated.lines.iter().filter(|other| other.place == line.place).count(), 1);
        assert!(!line.common.is_empty());
        for common in &line.common {
            assert!(offered.payload_types().any(|number| number == common.send_payload_type));
        }
        let wanted = local.lines.iter().find(|wanted| wanted.place == line.place);
        assert!(wanted.is_some(), "nobody is given what he does not want");
    }
}

/// Who demands protection has it, and nobody has it who did not ask.
fn check_demand(local: &LocalMedia, negotiated: &Negotiated) {
    let demanded = local.protection.as_ref().map(|protection| protection.demanded);
    let closed = negotiated.remote.is_none();
    match (&negotiated.protection, demanded) {
        (None, demanded) => assert!(closed || demanded != Some(true)),
        (Some(_), demanded) => assert!(demanded.is_some()),
    }
}

/// The keys that an answer tells: those of the open stream, under a tag of the offer.
fn check_keys(offered: &Media<'_>, answered: &Media<'_>, negotiated: &Negotiated) {
    let told: Vec<Crypto<'_>> = answered.attributes().typed().collect();
    let [line] = told.as_slice() else {
        assert!(told.is_empty() && (answered.port() == 0 || negotiated.protection.is_none()));
        return;
    };
    let protection = negotiated.protection.as_ref().expect("who tells a key is told one");
    assert_eq!((line.suite, protection.receive.suite), (protection.send.suite, protection.send.suite));
    let mut theirs = offered.attributes().typed::<Crypto<'_>>();
    assert!(theirs.any(|theirs| theirs.tag == line.tag && theirs.suite.eq_ignore_ascii_case(line.suite)));
    assert_eq!(protection.send.key_and_salt.len(), protection.receive.key_and_salt.len());
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
        let _ = (media.rtcp_mux(), media.profile(), media.rtcp_xr().map(|asked| asked.formats().count()));
        for crypto in media.attributes().typed::<Crypto<'_>>() {
            let _ = (crypto.keys().count(), crypto.session_parameters().count());
        }
        for payload_type in media.payload_types().take(8) {
            let _ = (media.rtpmap(payload_type), media.fmtp(payload_type));
        }
    }
}

fn protection(demanded: bool) -> Protection {
    let suites = [("AES_CM_128_HMAC_SHA1_80", 30), ("AEAD_AES_128_GCM", 28)];
    let key = |(suite, length)| StreamKey { suite, key_and_salt: Zeroizing::new(alloc::vec![7; length]) };
    Protection { keys: suites.map(key).into(), demanded }
}

fn local() -> LocalMedia {
    let codecs = [Codec::OPUS, Codec::G722, Codec::PCMA, Codec::PCMU].map(CodecOffer::from);
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    LocalMedia { redundancy: true, ..LocalMedia::new(address, 10_000, codecs.into()) }
}
