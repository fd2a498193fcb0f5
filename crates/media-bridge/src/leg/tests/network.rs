//! Two phones that talk through us, over networks that lose, delay, reorder and repeat packets, with clocks that differ: the same
//! way for the same seed.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rtp_jitter::simulation::{Arrival, Delay, Loss, Network};

use super::*;
use crate::codec::MOST_SAMPLES;
use crate::settings::{JitterBuffer, JitterMode};

const PACKETS: u32 = 250;

fn network() -> impl Strategy<Value = Network> {
    let ms = |ms: u64| Duration::from_millis(ms);
    let delay = prop_oneof![
        Just(Delay::None),
        (1..120_u64).prop_map(move |up_to| Delay::Uniform { up_to: ms(up_to) }),
        (1..40_u64).prop_map(move |mean| Delay::Exponential { mean: ms(mean) }),
        (1..40_u64).prop_map(move |mean| Delay::Queue { mean: ms(mean) }),
        Just(Delay::Stalls { every: ms(1_500), up_to: ms(300) }),
    ];
    let loss = prop_oneof![
        Just(Loss::None),
        (0.0..0.3).prop_map(|share| Loss::Random { share }),
        (0.0..0.3, 1.0..8.0).prop_map(|(share, mean)| Loss::Bursts { share, mean }),
    ];
    (delay, loss, 0.0..0.1, -200..200).prop_map(|(delay, loss, duplicates, drift_ppm)| Network {
        delay,
        loss,
        duplicates,
        drift_ppm,
    })
}

/// A packet of sound that a phone sent.
fn packet(arrival: Arrival, first: u16) -> Vec<u8> {
    let header = Header {
        sequence: first.wrapping_add(arrival.packet as u16),
        timestamp: 160 * arrival.packet,
        ssrc: 9,
        marker: arrival.packet == 0,
        payload_type: 0,
    };
    [&header.to_bytes()[..], &[arrival.packet as u8; 160]].concat()
}

/// What a leg sends on, packet by packet, while those of `arrivals` come to the other.
fn carried(arrivals: &[Arrival], first: u16, from: &mut Bench, to: &mut Bench) -> Vec<(Arrival, Vec<u8>)> {
    let start = from.now;
    let mut sent = Vec::new();
    for arrival in arrivals {
        (from.now, to.now) = (start + arrival.at, start + arrival.at);
        let mut packet = packet(*arrival, first);
        let heard = from.hear(&packet).expect("nothing is refused");
        if to.leg.recodes(&heard) {
            let mut pcm = [0; MOST_SAMPLES];
            let sound = from.leg.decode(&heard, &packet, to.leg.heard_rate(), &mut pcm).unwrap();
            let mut buffer = [0; 2_048];
            let outgoing = to.leg.relay_sound(to.now, &heard, sound, &mut buffer);
            sent.extend(outgoing.map(|outgoing| (*arrival, buffer[..outgoing.length].to_vec())));
        } else if let Some(outgoing) = to.leg.relay(to.now, &heard, &mut packet) {
            sent.push((*arrival, packet[..outgoing.length].to_vec()));
        }
    }
    sent
}

/// Whether every packet has the number and the time of its place in the stream, from the first that was sent on.
fn is_in_place(sent: &[(Arrival, Vec<u8>)]) -> Result<(), TestCaseError> {
    let Some((origin, first)) = sent.first() else { return Ok(()) };
    let first = Packet::parse(first).unwrap().header();
    for (arrival, packet) in sent {
        let header = Packet::parse(packet).unwrap().header();
        let distance = arrival.packet.wrapping_sub(origin.packet);
        prop_assert_eq!(header.sequence, first.sequence.wrapping_add(distance as u16));
        prop_assert_eq!(header.timestamp, first.timestamp.wrapping_add(160 * distance));
        prop_assert_eq!(header.ssrc, 0x5EED);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_is_lost_or_put_out_of_order_here(network in network(), seed in any::<u64>(), first in any::<u16>()) {
        let arrivals = network.carry(seed, PACKETS, Duration::from_millis(20));
        for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722] {
            let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(codec)));
            let sent = carried(&arrivals, first, &mut a, &mut b);
            is_in_place(&sent)?;
            // Those that are older than the first have no number any more.
            let oldest = arrivals.first().map_or(0, |arrival| arrival.packet);
            let expected = arrivals.iter().filter(|arrival| arrival.packet >= oldest).count();
            prop_assert_eq!(sent.len(), expected, "{:?}", codec);
        }
    }

    #[test]
    fn reports_count_what_the_network_did(network in network(), seed in any::<u64>(), first in any::<u16>()) {
        let arrivals = network.carry(seed, PACKETS, Duration::from_millis(20));
        let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
        carried(&arrivals, first, &mut a, &mut b);
        let Some(incoming) = &a.leg.incoming else { return Ok(()) };
        let oldest = arrivals.first().map_or(0, |arrival| arrival.packet);
        let mut times = BTreeMap::new();
        for arrival in arrivals.iter().filter(|arrival| arrival.packet >= oldest) {
            *times.entry(arrival.packet).or_insert(0_u64) += 1;
        }
        let newest = times.keys().next_back().map_or(0, |newest| newest + 1);
        let lost = u64::from(newest - oldest) - times.len() as u64;
        let repeated: u64 = times.values().map(|times| times - 1).sum();
        // One that is older than the first may or may not be part of the count.
        if arrivals.iter().all(|arrival| arrival.packet >= oldest) {
            prop_assert_eq!(incoming.reception.sequence().expected(), u64::from(newest - oldest));
            prop_assert_eq!(incoming.reception.sequence().lost(), lost);
            prop_assert_eq!(incoming.reception.sequence().duplicates(), repeated);
        }
    }

    #[test]
    fn what_is_evened_out_is_even(network in network(), seed in any::<u64>(), adaptive in any::<bool>()) {
        let arrivals = network.carry(seed, PACKETS, Duration::from_millis(20));
        let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcma)));
        let mode = if adaptive { JitterMode::Adaptive } else { JitterMode::Fixed };
        a.leg.set_jitter_buffer(Some(JitterBuffer::new(mode)));
        let (start, mut waiting) = (a.now, arrivals.iter().peekable());
        let mut last: Option<Header> = None;
        for turn in 0..PACKETS + 50 {
            a.now = start + Duration::from_millis(20) * turn;
            b.now = a.now;
            while let Some(arrival) = waiting.next_if(|arrival| start + arrival.at <= a.now) {
                let packet = packet(*arrival, 0);
                let heard = a.hear(&packet).expect("nothing is refused");
                prop_assert!(a.leg.even_out(a.now, &heard, &packet));
            }
            let mut pcm = [0; MOST_SAMPLES];
            let Some((heard, sound)) = a.leg.play_out(a.now, HIGHEST_RATE, &mut pcm) else { continue };
            let mut buffer = [0; 2_048];
            let outgoing = b.leg.relay_sound(b.now, &heard, sound, &mut buffer).expect("there is sound");
            let packet = Packet::parse(&buffer[..outgoing.length]).unwrap();
            let header = packet.header();
            prop_assert_eq!(packet.payload().len(), 160);
            if let Some(last) = last.replace(header) {
                prop_assert_eq!(header.sequence, last.sequence.wrapping_add(1));
                let passed = header.timestamp.wrapping_sub(last.timestamp);
                prop_assert!(passed >= 160 && passed % 160 == 0, "{passed}");
                prop_assert!(passed == 160 || header.marker, "a pause ends with a marker");
            }
        }
    }
}
