//! Whatever comes from the network: no panic, and lengths that hold.

use opus::{Channels, Decoder, Encoder, MAX_OCTETS, Packet, SampleRate, Settings};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_octets_are_survived(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        opus::fuzzing::opus_packets(&octets);
    }

    #[test]
    fn damaged_packets_are_survived(seed: u32, damage in prop::collection::vec((any::<u16>(), any::<u8>()), 1..8)) {
        let settings = Settings { rate: SampleRate::Hz16000, expected_loss: 20, ..Settings::default() };
        let (mut encoder, mut decoder) = (Encoder::with(&settings), Decoder::with(SampleRate::Hz16000, Channels::Mono));
        let mut noise = seed;
        for _ in 0..10 {
            let pcm: [i16; 320] = std::array::from_fn(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 18) as i16
            });
            let (mut payload, mut heard) = ([0; MAX_OCTETS], [0; 1_920]);
            let octets = encoder.encode(&pcm, &mut payload);
            for &(place, value) in &damage {
                payload[usize::from(place) % octets] ^= value;
            }
            let payload = &payload[..octets];
            let samples = Packet::parse(payload).map_or(0, |packet| packet.samples(SampleRate::Hz16000));
            prop_assert_eq!(decoder.recover(payload, &mut heard[..320]), 320);
            let decoded = decoder.decode(payload, &mut heard);
            prop_assert!(decoded == samples || decoded == 0);
        }
    }

    #[test]
    fn any_settings_and_samples_give_packets(
        bitrate: u32, constant: bool, complexity: u8, expected_loss: u8, discontinuous: bool, limit in 2_usize..1_500,
        pcm in prop::collection::vec(any::<i16>(), 960),
    ) {
        let settings = Settings { bitrate, constant, complexity, expected_loss, discontinuous, ..Settings::default() };
        let (mut encoder, mut payload) = (Encoder::with(&settings), vec![0; limit]);
        for _ in 0..3 {
            let octets = encoder.encode(&pcm, &mut payload);
            prop_assert!((1..=limit).contains(&octets));
            prop_assert_eq!(Decoder::new().decode(&payload[..octets], &mut [0; 960]), 960);
        }
    }
}
