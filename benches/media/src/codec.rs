//! The codecs alone: what a call between G.711 and another codec takes but for everything around them.

use std::hint::black_box;

use opus::{Channels, MAX_OCTETS, MAX_TICKS, SampleRate, Settings};

use crate::Outcome;
use crate::measure::Measure;
use crate::media::{Media, PACKET_MS, voice};
use crate::process::own_processor_time;

/// Frames in a second.
pub(crate) const FRAMES: usize = 1_000 / PACKET_MS as usize;

/// Both ends of a codec in a call, and what is said in it.
pub(crate) struct Ends {
    codec: Both,
    /// A second of a voice, frame by frame.
    voice: Vec<Vec<i16>>,
    said: usize,
}

enum Both {
    G722(Box<g722::Encoder>, Box<g722::Decoder>),
    Opus(Box<opus::Encoder>, Box<opus::Decoder>),
}

impl Ends {
    /// Those of a call of that kind, for sound of so many samples a second.
    pub(crate) fn new(media: Media, hertz: u32) -> Outcome<Self> {
        let codec = match media {
            Media::G722 => Both::G722(Box::default(), Box::default()),
            Media::Opus => {
                let rate = SampleRate::from_hertz(hertz).ok_or("Opus has no such rate")?;
                let encoder = opus::Encoder::with(&Settings { rate, ..Settings::default() });
                Both::Opus(encoder.into(), opus::Decoder::with(rate, Channels::Mono).into())
            }
            _ => return Err(format!("calls of the kind `{}` have no codec", media.name()).into()),
        };
        let frame = (hertz / 1_000 * PACKET_MS) as usize;
        let voice = voice(hertz).chunks_exact(frame).map(<[i16]>::to_vec).collect();
        Ok(Self { codec, voice, said: 0 })
    }

    /// Encodes the next frame, and returns the octets.
    pub(crate) fn encode(&mut self, payload: &mut [u8; MAX_OCTETS]) -> usize {
        let frame = black_box(&self.voice[self.said % self.voice.len()]);
        self.said += 1;
        match &mut self.codec {
            Both::G722(encoder, _) => encoder.encode(frame, payload),
            Both::Opus(encoder, _) => encoder.encode(frame, payload),
        }
    }

    /// Decodes a payload, and returns the samples.
    pub(crate) fn decode(&mut self, payload: &[u8], pcm: &mut [i16; MAX_TICKS]) -> usize {
        match &mut self.codec {
            Both::G722(_, decoder) => decoder.decode(payload, pcm),
            Both::Opus(_, decoder) => decoder.decode(payload, pcm),
        }
    }
}

/// What one call's codec takes of a core in a loop of its own, in per cent of it: the least of some seconds.
pub(crate) fn in_a_loop(measure: &Measure, media: Media, hertz: u32) -> Outcome<f64> {
    let mut ends = Ends::new(media, hertz)?;
    let (mut payload, mut pcm) = ([0; MAX_OCTETS], [0; MAX_TICKS]);
    let mut least = f64::MAX;
    let (seconds, frames) = if measure.quick { (1, 5) } else { (10, FRAMES) };
    for _ in 0..seconds {
        let before = own_processor_time()?;
        for _ in 0..frames {
            let octets = ends.encode(&mut payload);
            black_box(ends.decode(&payload[..octets], &mut pcm));
        }
        let spent = (own_processor_time()? - before).as_secs_f64();
        least = least.min(spent * 100.0 * FRAMES as f64 / frames as f64);
    }
    Ok(least)
}

/// Microseconds of a frame that is encoded and one that is decoded, of a share of a core in per cent.
pub(crate) fn of_a_frame(share: f64) -> f64 {
    share / 100.0 / FRAMES as f64 * 1e6
}
