//! One stream of packets, and where its sound belongs in time.

use audio::Resampler;

use super::queue::{Kind, Slice};
use crate::codec::{Decoder, MOST_SAMPLES};

/// What comes so much before or after its time, in ms, is of a sender that has set its clock anew.
const RESYNC: i64 = 300;

/// How long it is watched whether a clock goes wrong, in ms, and what of it is put right.
const WATCH: i64 = 2_000;
const WRONG: i64 = 20;

/// A sender's stream: one SSRC in one codec.
pub(super) struct Stream {
    ssrc: u32,
    kind: Kind,
    /// `None` for linear samples, and codecs that are not known here.
    decoder: Option<Box<dyn Decoder>>,
    resampler: Option<Resampler>,
    /// Where the sound belongs that follows without a gap, and its timestamp.
    next: i64,
    next_timestamp: u32,
    watch: Watch,
}

/// How late packets are: the one that was quickest tells what the clocks differ.
struct Watch {
    ends: i64,
    least: Option<i64>,
}

impl Stream {
    /// Begins with a packet that came at `arrival`.
    pub(super) fn new(slice: &Slice, rate: u32, arrival: i64) -> Self {
        let decoder = match slice.kind {
            Kind::Encoded(codec) => codec.decoder(),
            Kind::Linear { .. } => None,
        };
        let from = slice.kind.sample_rate();
        let resampler = if from == rate { None } else { Resampler::new(from, rate).ok() };
        Self {
            ssrc: slice.ssrc,
            kind: slice.kind,
            decoder,
            resampler,
            next: arrival,
            next_timestamp: slice.timestamp,
            watch: Watch { ends: arrival + samples(WATCH, rate), least: None },
        }
    }

    /// Whether a packet is of it.
    pub(super) fn has(&self, slice: &Slice) -> bool {
        (self.ssrc, self.kind) == (slice.ssrc, slice.kind)
    }

    /// Where the sound of a packet belongs that came at `arrival`.
    fn place(&mut self, slice: &Slice, rate: u32, arrival: i64) -> i64 {
        let ticks = i64::from(slice.timestamp.wrapping_sub(self.next_timestamp) as i32);
        let place = self.next + ticks * i64::from(rate) / i64::from(self.kind.clock_rate().max(1));
        let late = arrival - place;
        if late.abs() > samples(RESYNC, rate) {
            self.watch = Watch { ends: arrival + samples(WATCH, rate), least: None };
            return arrival;
        }
        place + self.watch.correction(late, arrival, rate)
    }

    /// Decodes a packet, and returns where its sound belongs and the samples of it. `sound` and `resampled` have room for any.
    pub(super) fn decode<'s>(
        &mut self,
        (slice, payload): (&Slice, &[u8]),
        (rate, arrival): (u32, i64),
        sound: &'s mut [i16],
        resampled: &'s mut [i16],
    ) -> Option<(i64, &'s [i16])> {
        let decoded = match (&mut self.decoder, self.kind) {
            (Some(decoder), _) => decoder.decode(payload, sound),
            (None, Kind::Linear { .. }) => linear(payload, sound),
            (None, Kind::Encoded(_)) => 0,
        };
        if decoded == 0 {
            return None;
        }
        let place = self.place(slice, rate, arrival);
        let follows = place == self.next;
        let ticks =
            decoded as u64 * u64::from(self.kind.clock_rate()) / u64::from(self.kind.sample_rate().max(1));
        self.next_timestamp = slice.timestamp.wrapping_add(ticks as u32);
        let sound = sound.get(..decoded)?;
        let sound = match &mut self.resampler {
            None if self.kind.sample_rate() != rate => return None,
            None => sound,
            Some(resampler) => {
                if !follows {
                    resampler.reset();
                }
                let written = resampler.process(sound, resampled).written;
                resampled.get(..written)?
            }
        };
        self.next = place + sound.len() as i64;
        Some((place, sound))
    }
}

impl Watch {
    /// By how much what comes now is moved, because clocks differ.
    fn correction(&mut self, late: i64, arrival: i64, rate: u32) -> i64 {
        let least = self.least.map_or(late, |least| least.min(late));
        if arrival < self.ends {
            self.least = Some(least);
            return 0;
        }
        *self = Self { ends: arrival + samples(WATCH, rate), least: None };
        if least.abs() >= samples(WRONG, rate) { least } else { 0 }
    }
}

fn samples(ms: i64, rate: u32) -> i64 {
    ms * i64::from(rate) / 1_000
}

fn linear(payload: &[u8], sound: &mut [i16]) -> usize {
    let octets = payload.as_chunks::<2>().0;
    sound.iter_mut().zip(octets).for_each(|(sample, octets)| *sample = i16::from_le_bytes(*octets));
    octets.len().min(sound.len()).min(MOST_SAMPLES)
}
