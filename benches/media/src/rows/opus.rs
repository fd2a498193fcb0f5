//! Decoded, resampled and encoded, both ways, beside the codec alone.

use std::hint::black_box;

use opus::{Channels, Decoder, Encoder, MAX_OCTETS, MAX_TICKS, SampleRate, Settings};

use super::Row;
use super::comparison::{Comparison, Yardstick};
use crate::Outcome;
use crate::load::Load;
use crate::measure::Measure;
use crate::media::{Media, voice};
use crate::process::own_processor_time;

/// So few calls do not fill a core.
const CALLS: usize = 30;

/// Frames in a second.
const FRAMES: usize = 50;

pub(super) const ROW: Row = Row {
    name: "G.711 to Opus 48 kHz, complexity 5, and back, 30 calls, a call",
    aim: "1.15 times the codec alone",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::calls(Media::Opus, CALLS),
            phones_of_unit: 2,
            yardstick: Yardstick::Other(alone),
            tell: |own, codec| {
                let beside = codec.map(|codec| {
                    let frame = codec.least() / 100.0 / FRAMES as f64 * 1e6;
                    format!(", {:.2} times the codec alone ({frame:.0} µs a frame)", own.times(codec))
                });
                format!("{:.3} %{}", own.least(), beside.unwrap_or_default())
            },
        };
        comparison.figures(measure)
    },
};

/// What encoding and decoding alone take of a core, in per cent of it: the least of some seconds of a voice.
fn alone(measure: &Measure) -> Outcome<f64> {
    let rate = SampleRate::Hz48000;
    let voice = voice(rate.hertz());
    let (mut encoder, mut decoder) =
        (Encoder::with(&Settings::default()), Decoder::with(rate, Channels::Mono));
    let (mut payload, mut pcm) = ([0; MAX_OCTETS], [0; MAX_TICKS]);
    let mut least = f64::MAX;
    let (seconds, frames) = if measure.quick { (1, 5) } else { (10, FRAMES) };
    for _ in 0..seconds {
        let before = own_processor_time()?;
        for frame in voice.chunks_exact(960).take(frames) {
            let octets = encoder.encode(black_box(frame), &mut payload);
            black_box(decoder.decode(&payload[..octets], &mut pcm));
        }
        let spent = (own_processor_time()? - before).as_secs_f64();
        least = least.min(spent * 100.0 * FRAMES as f64 / frames as f64);
    }
    Ok(least)
}
