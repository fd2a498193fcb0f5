//! How much of a signal is left, where the Recommendation's test sequences say only that the arithmetic is right.

use g722::{DELAY, Decoder, Encoder, Mode, SAMPLE_RATE};

fn tone(hertz: f64, amplitude: f64) -> Vec<i16> {
    let step = hertz * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
    (0..16_000).map(|n| ((f64::from(n) * step).sin() * amplitude).round() as i16).collect()
}

fn through(pcm: &[i16], mode: Mode) -> Vec<i16> {
    let (mut payload, mut heard) = (vec![0; pcm.len() / 2], vec![0; pcm.len()]);
    Encoder::new().encode(pcm, &mut payload);
    Decoder::with_mode(mode).decode(&payload, &mut heard);
    heard
}

/// Decibels of signal above what was added to it, once the codec has adapted.
fn signal_to_noise(pcm: &[i16], mode: Mode) -> f64 {
    let heard = through(pcm, mode);
    let (mut signal, mut noise) = (0.0, 0.0);
    for (&said, &heard) in pcm.iter().zip(&heard[DELAY..]).skip(1_600) {
        signal += f64::from(said).powi(2);
        noise += (f64::from(said) - f64::from(heard)).powi(2);
    }
    10.0 * (signal / noise).log10()
}

#[test]
fn each_bit_of_the_lower_band_is_worth_what_it_should() {
    for (hertz, amplitude, mode, least) in [
        (300.0, 10_000.0, Mode::Kbps64, 61.0),
        (1_000.0, 10_000.0, Mode::Kbps64, 46.0),
        (1_000.0, 10_000.0, Mode::Kbps56, 40.0),
        (1_000.0, 10_000.0, Mode::Kbps48, 34.0),
        (3_000.0, 10_000.0, Mode::Kbps64, 40.0),
        (5_000.0, 10_000.0, Mode::Kbps64, 21.0),
        (7_000.0, 10_000.0, Mode::Kbps64, 21.0),
        (1_000.0, 100.0, Mode::Kbps64, 27.0),
        (1_000.0, 1_000.0, Mode::Kbps64, 40.0),
        (1_000.0, 32_000.0, Mode::Kbps64, 46.0),
    ] {
        let decibels = signal_to_noise(&tone(hertz, amplitude), mode);
        assert!(decibels > least, "{hertz} Hz, amplitude {amplitude}, {mode:?}: {decibels:.1} dB");
    }
}

#[test]
fn silence_stays_silent() {
    let heard = through(&[0; 16_000], Mode::Kbps64);
    let loudest = heard.iter().map(|sample| sample.unsigned_abs()).max();
    assert!(loudest <= Some(4));
}

#[test]
fn what_the_filters_cannot_hold_is_clipped_and_not_turned_over() {
    let square: Vec<i16> = (0..16_000).map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    let heard = through(&square, Mode::Kbps64);
    // Away from the edges, where the filters ring, the sign is that of the input.
    for (n, (said, heard)) in
        square.iter().zip(&heard[DELAY..]).enumerate().filter(|(n, _)| n % 40 >= 12 && n % 40 < 28)
    {
        assert!(said.signum() == heard.signum() && heard.unsigned_abs() > 20_000, "sample {n}: {heard}");
    }
}
