//! Secure RTP between two ends: what gets through, what does not, and what others make of the same keys.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::Header;
use rtp::srtp::{Inbound, MasterKey, Mki, Outbound, ProtectError, Suite, UnprotectError};

/// A key whose octets count up from 0.
fn key(suite: Suite) -> MasterKey {
    let octets: Vec<u8> = (0..46).collect();
    MasterKey::new(suite, &octets[..suite.master_length()]).unwrap()
}

fn ends(suite: Suite) -> (Outbound, Inbound) {
    (Outbound::new(&key(suite)), Inbound::new(&key(suite)))
}

fn packet(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let header = Header { sequence, ssrc, timestamp: 160, ..Header::default() };
    [&header.to_bytes(), payload].concat()
}

fn protected(ours: &mut Outbound, packet: &[u8]) -> Vec<u8> {
    let mut buffer = [packet, &[0; Suite::MOST_ADDED]].concat();
    let length = ours.protect_rtp(&mut buffer, packet.len()).unwrap();
    buffer.truncate(length);
    buffer
}

fn protected_rtcp(ours: &mut Outbound, compound: &[u8]) -> Vec<u8> {
    let mut buffer = [compound, &[0; Suite::MOST_ADDED]].concat();
    let length = ours.protect_rtcp(&mut buffer, compound.len()).unwrap();
    buffer.truncate(length);
    buffer
}

fn unprotected(theirs: &mut Inbound, packet: &[u8]) -> Result<Vec<u8>, UnprotectError> {
    let mut octets = packet.to_vec();
    let length = theirs.unprotect_rtp(&mut octets);
    if length.is_err() {
        assert_eq!(octets, packet, "what is refused stays as it is");
    }
    length.map(|length| octets[..length].to_vec())
}

fn unprotected_rtcp(theirs: &mut Inbound, packet: &[u8]) -> Result<Vec<u8>, UnprotectError> {
    let mut octets = packet.to_vec();
    let length = theirs.unprotect_rtcp(&mut octets);
    if length.is_err() {
        assert_eq!(octets, packet, "what is refused stays as it is");
    }
    length.map(|length| octets[..length].to_vec())
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A receiver report and a goodbye.
const RTCP: [u8; 16] = [0x80, 201, 0, 1, 0xCA, 0xFE, 0xBA, 0xBE, 0x81, 203, 0, 1, 0xCA, 0xFE, 0xBA, 0xBE];

/// What libsrtp 2 makes of two packets, the second of which has rolled over and an extension, and of [`RTCP`], its first,
/// which it numbers 1.
const OF_LIBSRTP: &[(Suite, [&str; 3])] = &[
    (
        Suite::AesCm128HmacSha1_80,
        [
            "8000ffff000000a0cafebabe1746fb5cf5f846b38617950da12c7e29339fcdc8315fc57a3d660fbd9fd6",
            "90000000000000a0cafebabebede0001010203043b67f7e48acba8d7ddd72c33a6baebb5c2",
            "80c90001cafebabe07ab7a0a9636901d80000001ee9ae8457fab837c0f79",
        ],
    ),
    (
        Suite::AesCm128HmacSha1_32,
        [
            "8000ffff000000a0cafebabe1746fb5cf5f846b38617950da12c7e29339fcdc8315fc57a",
            "90000000000000a0cafebabebede0001010203043b67f7e48acba8d7ddd72c",
            "80c90001cafebabe07ab7a0a9636901d80000001ee9ae8457fab837c0f79",
        ],
    ),
    (
        Suite::AeadAes128Gcm,
        [
            "8000ffff000000a0cafebabe4bafc265b142175fa0a79781ab956154a497edb9ddaaf2a1366ae83aba6197fd413f2847",
            "90000000000000a0cafebabebede00010102030428e9f04115f1cd492bae88898b912010634198c4ab565f",
            "80c90001cafebabe4ad627131055f535680e55ee86dd7768c05f45a4a9405c5080000001",
        ],
    ),
    (
        Suite::AeadAes256Gcm,
        [
            "8000ffff000000a0cafebabefce57e870bd5bae60e9b3fe974c1728b24453c41af297354b388f34efd2f114cf88d2048",
            "90000000000000a0cafebabebede0001010203045d3b1dfc2ad2ad8d0c52510f6a21101bc4170979d60f88",
            "80c90001cafebabe38b53d64009194f26ffc54af469f21baa80ab2dadc56bd1880000001",
        ],
    ),
];

#[test]
fn libsrtp_makes_the_same_of_the_same_key() {
    let first = packet(0xCAFE_BABE, 65_535, &[0; 20]);
    let second = [&octets("90000000000000a0cafebabebede000101020304"), &b"wrapped"[..]].concat();
    for (suite, [of_first, of_second, of_rtcp]) in OF_LIBSRTP {
        let (mut ours, mut theirs) = ends(*suite);
        assert_eq!(protected(&mut ours, &first), octets(of_first), "{suite}");
        assert_eq!(protected(&mut ours, &second), octets(of_second), "{suite}");
        protected_rtcp(&mut ours, &RTCP);
        assert_eq!(protected_rtcp(&mut ours, &RTCP), octets(of_rtcp), "{suite}");
        assert_eq!(unprotected(&mut theirs, &octets(of_first)), Ok(first.clone()));
        assert_eq!(unprotected(&mut theirs, &octets(of_second)), Ok(second.clone()));
        assert_eq!(unprotected_rtcp(&mut theirs, &octets(of_rtcp)), Ok(RTCP.to_vec()));
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    for suite in Suite::ALL {
        let (mut ours, mut theirs) = ends(suite);
        let plain = packet(7, 1_000, b"a word");
        let (rtp, rtcp) = (protected(&mut ours, &plain), protected_rtcp(&mut ours, &RTCP));
        for bit in 0..rtp.len() * 8 {
            let mut bent = rtp.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(unprotected(&mut theirs, &bent).is_err(), "{suite}, bit {bit}");
        }
        for bit in 0..rtcp.len() * 8 {
            let mut bent = rtcp.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(unprotected_rtcp(&mut theirs, &bent).is_err(), "{suite}, bit {bit}");
        }
        assert_eq!(unprotected(&mut theirs, &rtp), Ok(plain), "{suite}: and nothing has changed");
        assert_eq!(unprotected_rtcp(&mut theirs, &rtcp), Ok(RTCP.to_vec()));
    }
}

#[test]
fn a_packet_is_heard_once() {
    for suite in Suite::ALL {
        let (mut ours, mut theirs) = ends(suite);
        let rtp = protected(&mut ours, &packet(7, 1, b"once"));
        let rtcp = protected_rtcp(&mut ours, &RTCP);
        assert!(unprotected(&mut theirs, &rtp).is_ok() && unprotected_rtcp(&mut theirs, &rtcp).is_ok());
        assert_eq!(unprotected(&mut theirs, &rtp), Err(UnprotectError::Replayed));
        assert_eq!(unprotected_rtcp(&mut theirs, &rtcp), Err(UnprotectError::Replayed));
    }
}

#[test]
fn a_number_is_used_once() {
    let (mut ours, _) = ends(Suite::AeadAes128Gcm);
    protected(&mut ours, &packet(7, 1, b"one"));
    let mut again = [packet(7, 1, b"two"), vec![0; Suite::MOST_ADDED]].concat();
    let before = again.clone();
    assert_eq!(ours.protect_rtp(&mut again, 15), Err(ProtectError::Repeated));
    assert_eq!(again, before);
}

#[test]
fn streams_under_one_key_are_few() {
    let (mut ours, _) = ends(Suite::AesCm128HmacSha1_80);
    (0..8).for_each(|ssrc| drop(protected(&mut ours, &packet(ssrc, 1, b""))));
    let mut ninth = [0; 40];
    ninth[..12].copy_from_slice(&packet(8, 1, b""));
    assert_eq!(ours.protect_rtp(&mut ninth, 12), Err(ProtectError::TooManyStreams(8)));
    protected(&mut ours, &packet(3, 2, b""));
}

/// A peer that takes another SSRC with each call it resumes is heard for ever.
#[test]
fn another_ssrc_is_heard() {
    let mut theirs = Inbound::new(&key(Suite::AesCm256HmacSha1_32));
    for ssrc in 0..100 {
        let mut ours = Outbound::new(&key(Suite::AesCm256HmacSha1_32));
        let plain = packet(ssrc, 65_535, b"me again");
        assert_eq!(unprotected(&mut theirs, &protected(&mut ours, &plain)), Ok(plain));
        let plain = packet(ssrc, 0, b"rolled over");
        assert_eq!(unprotected(&mut theirs, &protected(&mut ours, &plain)), Ok(plain));
    }
}

/// The identifier stands before the tag in counter mode, and last with AES-GCM; ours never has one.
#[test]
fn a_key_may_be_named() {
    for suite in Suite::ALL {
        let (mut ours, _) = ends(suite);
        let mut theirs = Inbound::new(&key(suite)).with_mki(Some(Mki::new(1, 4).unwrap()));
        let plain = packet(7, 1, b"by name");
        let is_aead = matches!(suite, Suite::AeadAes128Gcm | Suite::AeadAes256Gcm);
        let named = |mut octets: Vec<u8>, tag: usize, mki: [u8; 4]| {
            let at = if is_aead { octets.len() } else { octets.len() - tag };
            octets.splice(at..at, mki);
            octets
        };
        let (rtp, rtcp) = (protected(&mut ours, &plain), protected_rtcp(&mut ours, &RTCP));
        let other = named(rtp.clone(), suite.rtp_tag_length(), [0, 0, 0, 2]);
        assert_eq!(unprotected(&mut theirs, &other), Err(UnprotectError::AnotherKey), "{suite}");
        assert!(unprotected(&mut theirs, &rtp).is_err());
        let rtp = named(rtp, suite.rtp_tag_length(), [0, 0, 0, 1]);
        assert_eq!(unprotected(&mut theirs, &rtp), Ok(plain), "{suite}");
        let rtcp = named(rtcp, suite.rtcp_tag_length(), [0, 0, 0, 1]);
        assert_eq!(unprotected_rtcp(&mut theirs, &rtcp), Ok(RTCP.to_vec()), "{suite}");
    }
}

#[test]
fn short_buffers_and_packets_are_refused() {
    let (mut ours, mut theirs) = ends(Suite::AesCm128HmacSha1_80);
    let mut buffer = packet(7, 1, &[0; 9]);
    let needed = buffer.len() + 10;
    assert_eq!(ours.protect_rtp(&mut buffer, needed - 10), Err(ProtectError::NoRoom { needed }));
    assert_eq!(ours.protect_rtcp(&mut buffer, 7), Err(ProtectError::TooShort(7)));
    assert_eq!(unprotected(&mut theirs, &buffer), Err(UnprotectError::TooShort(21)));
    assert_eq!(unprotected_rtcp(&mut theirs, &buffer), Err(UnprotectError::TooShort(21)));
    let whole = protected(&mut ours, &packet(7, 1, b""));
    assert_eq!(unprotected(&mut theirs, &whole), Ok(packet(7, 1, b"")), "a payload may be empty");
}

fn suite() -> impl Strategy<Value = Suite> {
    (0..Suite::ALL.len()).prop_map(|nth| Suite::ALL[nth])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Numbers that roll over again and again, with losses, packets that overtake each other and repeats: each packet that
    /// comes is heard as it was, once, unless it is older than the window.
    #[test]
    fn what_is_said_is_heard(
        suite in suite(),
        first in 0..u16::MAX,
        steps in vec((1..9_000_u64, 0..40_u64, any::<bool>()), 1..60),
    ) {
        let (mut ours, mut theirs) = ends(suite);
        let mut index = u64::from(first);
        let mut sent: Vec<(u64, Vec<u8>, Vec<u8>)> = Vec::new();
        let mut heard = std::collections::HashSet::new();
        for (ahead, delay, repeat) in steps {
            // Two in a row, of which the first comes late.
            for step in [ahead, 1] {
                index += step;
                let plain = packet(0xB0B, index as u16, &index.to_be_bytes());
                let octets = protected(&mut ours, &plain);
                sent.push((index, plain, octets));
            }
            let newest = sent.len() - 1;
            let late = newest.saturating_sub(delay as usize);
            for nth in [newest, newest - 1, late].into_iter().chain(repeat.then_some(newest)) {
                let (number, plain, octets) = &sent[nth];
                let outcome = unprotected(&mut theirs, octets);
                if heard.contains(number) || index - number >= 128 {
                    prop_assert!(outcome.is_err());
                } else {
                    prop_assert_eq!(outcome, Ok(plain.clone()));
                    heard.insert(*number);
                }
            }
        }
    }

    /// Any packet of RTP, whatever its header has, and whatever it carries.
    #[test]
    fn whatever_is_carried_comes_back(suite in suite(), payload in vec(any::<u8>(), 0..300), sources in 0..16_u8, extension: bool) {
        let (mut ours, mut theirs) = ends(suite);
        let mut plain = packet(9, 9, &[]);
        plain[0] |= sources | if extension { 0x10 } else { 0 };
        plain.extend(vec![0xAA; 4 * usize::from(sources)]);
        if extension {
            plain.extend([0xBE, 0xDE, 0, 1, 1, 2, 3, 4]);
        }
        let header = plain.len();
        plain.extend(&payload);
        let octets = protected(&mut ours, &plain);
        prop_assert_eq!(&octets[..header], &plain[..header]);
        prop_assert!(payload.len() < 8 || octets[header..plain.len()] != payload[..]);
        prop_assert_eq!(unprotected(&mut theirs, &octets), Ok(plain));
    }

    /// Octets of a stranger are refused, and the stream goes on.
    #[test]
    fn octets_of_strangers_change_nothing(suite in suite(), noise in vec(vec(any::<u8>(), 0..60), 0..20)) {
        let (mut ours, mut theirs) = ends(suite);
        for (sequence, mut octets) in noise.into_iter().enumerate() {
            if let Some(first) = octets.first_mut() {
                *first = 0x80;
            }
            prop_assert!(unprotected(&mut theirs, &octets).is_err());
            prop_assert!(unprotected_rtcp(&mut theirs, &octets).is_err());
            let plain = packet(9, sequence as u16, b"on");
            prop_assert_eq!(unprotected(&mut theirs, &protected(&mut ours, &plain)), Ok(plain));
        }
    }
}
