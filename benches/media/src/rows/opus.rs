//! Decoded, resampled and encoded, both ways, beside the codec alone.

use std::hint::black_box;

use opus::{Channels, Decoder, Encoder, MAX_OCTETS, MAX_TICKS, SampleRate, Settings};

use super::Row;
use crate::Outcome;
use crate::media::{Media, voice};
use crate::process::own_processor_time;

/// So few calls do not fill a core.
const CALLS: usize = 30;

pub(super) const ROW: Row = Row {
    name: "G.711 to Opus 48 kHz, complexity 5, and back, 30 calls, a call",
    aim: "1.15 times the codec alone",
    measure: |measure, contestant| {
        let Some((share, _)) = measure.load(contestant, Media::Opus, CALLS)? else { return Ok(None) };
        let alone = alone(if measure.quick { 1 } else { 10 })?;
        Ok(Some(format!("{share:.2} %, {:.2} times", share / alone)))
    },
};

/// What encoding and decoding alone take of a core, in per cent of it: the least of some seconds of a voice.
fn alone(seconds: usize) -> Outcome<f64> {
    let rate = SampleRate::Hz48000;
    let voice = voice(rate.hertz());
    let (mut encoder, mut decoder) =
        (Encoder::with(&Settings::default()), Decoder::with(rate, Channels::Mono));
    let (mut payload, mut pcm) = ([0; MAX_OCTETS], [0; MAX_TICKS]);
    let mut least = f64::MAX;
    for _ in 0..seconds {
        let before = own_processor_time()?;
        for frame in voice.chunks_exact(960) {
            let octets = encoder.encode(black_box(frame), &mut payload);
            black_box(decoder.decode(&payload[..octets], &mut pcm));
        }
        least = least.min((own_processor_time()? - before).as_secs_f64() * 100.0);
    }
    Ok(least)
}
