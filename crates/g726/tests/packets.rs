//! Packets of any length and content: nothing is lost between them, and nothing is written that does not fit.

use g726::{Decoder, Encoder, Packing, Rate};
use proptest::prelude::*;

const RATES: [Rate; 4] = [Rate::Kbps16, Rate::Kbps24, Rate::Kbps32, Rate::Kbps40];

proptest! {
    #[test]
    fn any_octets_are_speech(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        g726::fuzzing::g726_decoder(&octets);
    }

    #[test]
    fn any_samples_can_be_said_and_cuts_are_not_heard(
        pcm in prop::collection::vec(any::<i16>(), 160),
        cut in 0_usize..20,
        rate in prop::sample::select(RATES.to_vec()),
    ) {
        let (mut whole, mut parts) = ([0; 100], [0; 100]);
        prop_assert_eq!(Encoder::with(rate, Packing::LowFirst).encode(&pcm, &mut whole), rate.frame_octets());
        let mut encoder = Encoder::with(rate, Packing::LowFirst);
        let early = encoder.encode(&pcm[..8 * cut], &mut parts);
        encoder.encode(&pcm[8 * cut..], &mut parts[early..]);
        prop_assert_eq!(whole, parts);
    }
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let pcm: Vec<i16> = (0..160).map(|n| (n * 37 % 2_000) as i16).collect();
    for rate in RATES {
        let octets = rate.frame_octets();
        let (mut encoder, mut payload) = (Encoder::with(rate, Packing::HighFirst), [0xAA; 100]);
        assert_eq!(encoder.encode(&pcm, &mut payload[..octets - 1]), 0);
        assert_eq!(payload, [0xAA; 100]);
        assert_eq!(encoder.encode(&pcm, &mut payload), octets);
        let mut expected = [0xAA; 100];
        Encoder::with(rate, Packing::HighFirst).encode(&pcm, &mut expected);
        assert_eq!(payload, expected);

        let mut heard = [7; 160];
        assert_eq!(Decoder::with(rate, Packing::HighFirst).decode(&payload[..octets], &mut heard[..159]), 0);
        assert_eq!(heard, [7; 160]);
    }
}

#[test]
fn what_fills_no_octets_is_left_out() {
    let mut payload = [0; 100];
    for (rate, octets) in RATES.into_iter().zip([4, 6, 9, 10]) {
        assert_eq!(
            Encoder::with(rate, Packing::LowFirst).encode(&[100; 19], &mut payload),
            octets,
            "{rate:?}"
        );
    }
    for (rate, samples) in RATES.into_iter().zip([28, 16, 14, 8]) {
        assert_eq!(
            Decoder::with(rate, Packing::LowFirst).decode(&[0x55; 7], &mut [0; 28]),
            samples,
            "{rate:?}"
        );
    }
}

#[test]
fn each_bit_is_worth_what_it_should() {
    let tone: Vec<i16> = (0..8_000).map(|n| ((f64::from(n) * 0.8).sin() * 8_000.0) as i16).collect(); // 1,019 Hz
    for (rate, least) in RATES.into_iter().zip([21.0, 26.0, 35.0, 40.0]) {
        let (mut payload, mut heard) = (vec![0; 5_000], vec![0; 8_000]);
        let octets = Encoder::with(rate, Packing::LowFirst).encode(&tone, &mut payload);
        Decoder::with(rate, Packing::LowFirst).decode(&payload[..octets], &mut heard);
        let (mut signal, mut noise) = (0.0, 0.0);
        for (&said, &heard) in tone.iter().zip(&heard).skip(800) {
            signal += f64::from(said).powi(2);
            noise += (f64::from(said) - f64::from(heard)).powi(2);
        }
        let decibels: f64 = 10.0 * (signal / noise).log10();
        assert!(decibels > least, "{rate:?}: {decibels:.1} dB");
    }
}
