//! Packets of another length, whatever happens on the way in.

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::{Header, Repacker};

/// What happens to a stream.
#[derive(Clone, Debug)]
enum Step {
    /// The next packet, of so many octets, after some that were lost.
    Sound { octets: u16, lost: u16 },
    /// One that came before.
    Late { behind: u16 },
    /// An event between the sound.
    Event,
    /// A packet is left out on purpose.
    Skip,
    /// Time passes without a packet.
    Silence { ticks: u32 },
    /// The feed ends.
    Splice,
    /// Another source.
    Source { ssrc: u32, sequence: u16, timestamp: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..2_500_u16, Just(0)).prop_map(|(octets, lost)| Step::Sound { octets, lost }),
        6 => (Just(160), 0..3_u16).prop_map(|(octets, lost)| Step::Sound { octets, lost }),
        2 => (0..9_u16).prop_map(|behind| Step::Late { behind }),
        1 => Just(Step::Event),
        1 => Just(Step::Skip),
        1 => (1..9_000_u32).prop_map(|ticks| Step::Silence { ticks }),
        1 => Just(Step::Splice),
        1 => (1..4_u32, any::<u16>(), any::<u32>())
            .prop_map(|(ssrc, sequence, timestamp)| Step::Source { ssrc, sequence, timestamp }),
    ]
}

/// The octet that sounds at a moment.
fn sound_at(ssrc: u32, timestamp: u32) -> u8 {
    (timestamp ^ (timestamp >> 8) ^ ssrc) as u8
}

/// So many octets from a moment on.
fn sound(ssrc: u32, timestamp: u32, octets: u16) -> Vec<u8> {
    (0..u32::from(octets)).map(|tick| sound_at(ssrc, timestamp.wrapping_add(tick))).collect()
}

/// The next packet of a source and what becomes of it: headers of what goes out, with its payload.
fn feed(repacker: &mut Repacker, source: &mut Header, step: &Step) -> Vec<(Header, Vec<u8>)> {
    let mut sent = Vec::new();
    match *step {
        Step::Sound { octets, lost } => {
            let lost_ticks = u32::from(lost) * u32::from(octets);
            source.sequence = source.sequence.wrapping_add(1 + lost);
            source.timestamp = source.timestamp.wrapping_add(lost_ticks);
            let payload = sound(source.ssrc, source.timestamp, octets);
            if repacker.fits(payload.len()) {
                sent.extend(repacker.pass(source, payload.len()).map(|header| (header, payload)));
            } else {
                repacker.push(source, &payload);
            }
            source.timestamp = source.timestamp.wrapping_add(u32::from(octets));
        }
        Step::Late { behind } => {
            let sequence = source.sequence.wrapping_sub(behind);
            let timestamp = source.timestamp.wrapping_sub(160 * u32::from(behind));
            let payload = sound(source.ssrc, timestamp, 160);
            repacker.push(&Header { sequence, timestamp, ..*source }, &payload);
        }
        Step::Event => {
            source.sequence = source.sequence.wrapping_add(1);
            sent.extend(repacker.pass(source, 0).map(|header| (header, Vec::new())));
        }
        Step::Skip => {
            source.sequence = source.sequence.wrapping_add(1);
            repacker.skip(source);
        }
        Step::Silence { ticks } => source.timestamp = source.timestamp.wrapping_add(ticks),
        Step::Splice => repacker.splice(),
        Step::Source { ssrc, sequence, timestamp } => {
            *source = Header { ssrc, sequence, timestamp, ..Header::default() };
        }
    }
    let mut payload = [0; 520];
    while let Some((header, octets)) = repacker.pop(&mut payload) {
        sent.push((header, payload[..octets].to_vec()));
    }
    sent
}

proptest! {
    /// Every octet that goes out is the one that came for its moment, in packets of the right length, whose numbers grow.
    #[test]
    fn sound_keeps_its_time(length in 1..600_usize, steps in vec(step(), 0..200)) {
        let mut repacker = Repacker::new(length);
        let length = repacker.length();
        let mut source = Header { ssrc: 1, sequence: 65_500, timestamp: u32::MAX - 900, ..Header::default() };
        let mut last: Option<Header> = None;
        for step in &steps {
            for (header, payload) in feed(&mut repacker, &mut source, step) {
                prop_assert!(payload.is_empty() || payload.len() == length);
                let expected = sound(header.ssrc, header.timestamp, payload.len() as u16);
                prop_assert_eq!(payload, expected, "{:?}", step);
                if let Some(last) = last {
                    let ahead = header.sequence.wrapping_sub(last.sequence);
                    prop_assert!((1..=102).contains(&ahead), "{} ahead after {:?}", ahead, step);
                }
                last = Some(header);
            }
        }
    }
}
