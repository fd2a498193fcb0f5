//! Packets of any length and content: nothing is lost between them, and nothing is written that does not fit.

use gsm::{Decoder, Encoder, Frame, Subframe};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_octets_are_speech(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        gsm::fuzzing::gsm_frames(&octets);
    }

    #[test]
    fn any_parameters_are_speech(ratios: [u8; 8], lag: u8, gain: u8, grid: u8, maximum: u8, pulses: [u8; 13]) {
        let frame = Frame { log_area_ratios: ratios, subframes: [Subframe { lag, gain, grid, maximum, pulses }; 4] };
        let written = Frame::from_rtp(&frame.to_rtp()).unwrap();
        let (mut decoder, mut same) = (Decoder::new(), Decoder::new());
        prop_assert_eq!(Frame::from_rtp(&written.to_rtp()), Some(written));
        if lag < 128 {
            prop_assert_eq!(decoder.decode_frame(&frame), same.decode_frame(&written));
        }
    }

    #[test]
    fn any_samples_can_be_said(pcm in prop::collection::vec(any::<i16>(), 320..330), bound in 1_i16..) {
        let pcm: Vec<i16> = pcm.into_iter().map(|sample| sample.clamp(-bound, bound)).collect();
        let (mut payload, mut blocks) = ([0; 66], [0; 65]);
        prop_assert_eq!(Encoder::new().encode(&pcm, &mut payload), 66);
        prop_assert_eq!(Encoder::new().encode_wav49(&pcm, &mut blocks), 65);
        let (frames, _) = payload.as_chunks();
        let pair = [Frame::from_rtp(&frames[0]).unwrap(), Frame::from_rtp(&frames[1]).unwrap()];
        prop_assert_eq!(Frame::pair_from_wav49(&blocks), pair);
    }
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let pcm: Vec<i16> = (0..320).map(|n| (n * 37 % 2_000) as i16).collect();
    let (mut encoder, mut payload) = (Encoder::new(), [0xAA; 66]);
    assert_eq!(encoder.encode(&pcm, &mut payload[..65]), 0);
    assert_eq!(payload, [0xAA; 66]);
    assert_eq!(encoder.encode(&pcm, &mut payload), 66);
    let mut expected = [0; 66];
    Encoder::new().encode(&pcm, &mut expected);
    assert_eq!(payload, expected);

    let mut heard = [7; 320];
    assert_eq!(Decoder::new().decode(&payload, &mut heard[..319]), 0);
    assert_eq!(Decoder::new().decode_wav49(&[0; 65], &mut heard[..319]), 0);
    assert_eq!(heard, [7; 320]);
    assert_eq!(Encoder::new().encode_wav49(&pcm, &mut payload[..64]), 0);
}

#[test]
fn what_is_no_frame_ends_a_packet() {
    let mut payload = [0; 99];
    assert_eq!(Encoder::new().encode(&[1_000; 480], &mut payload), 99);
    payload[33] &= 0x0F;
    let mut heard = [0; 480];
    assert_eq!(Decoder::new().decode(&payload, &mut heard), 160);
    assert_eq!(Decoder::new().decode(&payload[..32], &mut heard), 0);
}

#[test]
fn a_tone_is_heard_again() {
    let tone: Vec<i16> = (0..8_000).map(|n| ((f64::from(n) * 0.35).sin() * 8_000.0) as i16).collect();
    let (mut payload, mut heard) = (vec![0; 50 * 33], vec![0; 8_000]);
    Encoder::new().encode(&tone, &mut payload);
    Decoder::new().decode(&payload, &mut heard);
    let (mut signal, mut noise) = (0.0, 0.0);
    for (&said, &heard) in tone.iter().zip(&heard).skip(800) {
        signal += f64::from(said).powi(2);
        noise += (f64::from(said) - f64::from(heard)).powi(2);
    }
    let decibels: f64 = 10.0 * (signal / noise).log10();
    assert!(decibels > 17.0, "{decibels:.1} dB");
}

#[test]
fn silence_stays_silent() {
    let (mut payload, mut heard) = ([0; 330], [0; 1_600]);
    Encoder::new().encode(&[0; 1_600], &mut payload);
    Decoder::new().decode(&payload, &mut heard);
    let loudest = heard.iter().map(|sample| sample.unsigned_abs()).max();
    assert!(loudest <= Some(16), "{loudest:?}");
}
