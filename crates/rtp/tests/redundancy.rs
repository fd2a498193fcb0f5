//! Redundant data over a network that loses and delays packets: what is heard is what was said.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::redundancy::{RedundancyReceiver, RedundancySender, RedundantPayload};
use rtp::{Header, Packet};

const SOUND: u8 = 111;
const REDUNDANT: u8 = 63;

/// What becomes of a packet on its way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Comes,
    Lost,
    /// It comes after the next one.
    Late,
}

fn fates() -> impl Strategy<Value = Vec<(Fate, Vec<u8>)>> {
    let fate = prop_oneof![6 => Just(Fate::Comes), 2 => Just(Fate::Lost), 1 => Just(Fate::Late)];
    vec((fate, vec(any::<u8>(), 1..300)), 3..60)
}

/// Packets with redundancy, in the order in which they arrive.
fn travel(fates: &[(Fate, Vec<u8>)], first: u16, generations: usize) -> Vec<Vec<u8>> {
    let mut sender = RedundancySender::new();
    let (mut arrived, mut late): (Vec<Vec<u8>>, Option<Vec<u8>>) = (Vec::new(), None);
    for (nth, (fate, sound)) in fates.iter().enumerate() {
        let sequence = first.wrapping_add(nth as u16);
        let timestamp = (u32::MAX - 5_000).wrapping_add(960 * nth as u32);
        let header = Header { payload_type: SOUND, sequence, timestamp, ssrc: 5, marker: false };
        let mut packet = [&header.to_bytes()[..], sound].concat();
        let length = packet.len();
        packet.resize(2_000, 0);
        let grown = sender.add(&mut packet, length, REDUNDANT, generations).unwrap_or(length);
        packet.truncate(grown);
        match fate {
            Fate::Comes => {
                arrived.push(packet);
                arrived.extend(late.take());
            }
            Fate::Lost => {}
            Fate::Late => arrived.extend(late.replace(packet)),
        }
    }
    arrived.extend(late);
    arrived
}

/// What is heard: numbers and sound, in the order in which it goes on.
fn heard(arrived: &[Vec<u8>]) -> Vec<(u16, u32, Vec<u8>)> {
    let mut receiver = RedundancyReceiver::new();
    let mut heard = Vec::new();
    for packet in arrived {
        let packet = Packet::parse(packet).unwrap();
        let header = packet.header();
        let found = receiver.receive(&header);
        let repeated = found.is_repeated();
        let mut sound = packet.payload();
        if header.payload_type == REDUNDANT {
            let payload = RedundantPayload::parse(packet.payload()).unwrap();
            for lost in found.fill(&mut receiver, &payload) {
                assert_eq!((lost.header.payload_type, lost.header.ssrc), (SOUND, 5));
                heard.push((lost.header.sequence, lost.header.timestamp, lost.data.to_vec()));
            }
            sound = payload.primary().data;
        }
        if !repeated {
            heard.push((header.sequence, header.timestamp, sound.to_vec()));
        }
    }
    heard
}

proptest! {
    /// Nothing is heard twice, nor under a wrong number or time.
    #[test]
    fn what_is_heard_was_said(fates in fates(), first in any::<u16>(), generations in 1..4_usize) {
        let heard = heard(&travel(&fates, first, generations));
        let mut seen = std::collections::BTreeSet::new();
        for (sequence, timestamp, sound) in &heard {
            let nth = usize::from(sequence.wrapping_sub(first));
            prop_assert!(seen.insert(nth), "{nth} is heard twice");
            prop_assert_eq!(sound, &fates[nth].1);
            prop_assert_eq!(*timestamp, (u32::MAX - 5_000).wrapping_add(960 * nth as u32));
        }
    }

    /// As many losses in a row as there are generations do no harm.
    #[test]
    fn losses_in_a_row_are_made_good(sounds in vec(vec(any::<u8>(), 1..200), 12), first in any::<u16>(), generations in 1..4_usize) {
        let fate = |nth: usize| if (4..4 + generations).contains(&nth) { Fate::Lost } else { Fate::Comes };
        let fates: Vec<_> = sounds.into_iter().enumerate().map(|(nth, sound)| (fate(nth), sound)).collect();
        let heard = heard(&travel(&fates, first, generations));
        let numbers: Vec<u16> = heard.iter().map(|(sequence, ..)| sequence.wrapping_sub(first)).collect();
        prop_assert_eq!(numbers, (0..12).collect::<Vec<u16>>());
    }

    /// Whatever comes is read within its bounds.
    #[test]
    fn any_octets_are_read_or_refused(octets in vec(any::<u8>(), 0..600)) {
        rtp::fuzzing::redundancy(&octets);
        rtp::fuzzing::correction(&octets);
        if let Ok(payload) = RedundantPayload::parse(&octets) {
            let blocks: usize = payload.blocks().map(|block| 4 + block.data.len()).sum();
            prop_assert_eq!(blocks + 1 + payload.primary().data.len(), octets.len());
        }
    }
}
