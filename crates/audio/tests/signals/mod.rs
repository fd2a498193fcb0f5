//! Signals that tests are made of: digits as telephones and lines make them, noise, dial tones.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses some of it; this is test code without a test attribute"
)]

pub(crate) mod judge;

use std::f64::consts::TAU;

use audio::dtmf::{Detector, DigitEvent, Limits};
use audio::level::sine_amplitude;

/// One digit on the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) digit: char,
    /// Level of each frequency in dBm0, the low one first.
    pub(crate) levels: [f64; 2],
    /// By how much each frequency is beside its nominal one, as a part of it.
    pub(crate) offsets: [f64; 2],
    /// Length in ms.
    pub(crate) length: f64,
}

impl Key {
    pub(crate) fn new(digit: char) -> Key {
        Key { digit, levels: [-10.0; 2], offsets: [0.0; 2], length: 60.0 }
    }

    pub(crate) fn levels(self, low: f64, high: f64) -> Key {
        Key { levels: [low, high], ..self }
    }

    pub(crate) fn offsets(self, low: f64, high: f64) -> Key {
        Key { offsets: [low, high], ..self }
    }

    pub(crate) fn length(self, length: f64) -> Key {
        Key { length, ..self }
    }
}

/// A line that is dialled on. Samples are exact until they are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) rate: u32,
    samples: Vec<f64>,
}

impl Line {
    pub(crate) fn new(rate: u32) -> Line {
        Line { rate, samples: Vec::new() }
    }

    fn length(&self, ms: f64) -> usize {
        (ms * f64::from(self.rate) / 1_000.0).round() as usize
    }

    pub(crate) fn pause(mut self, ms: f64) -> Line {
        let length = self.samples.len() + self.length(ms);
        self.samples.resize(length, 0.0);
        self
    }

    pub(crate) fn key(mut self, key: Key) -> Line {
        let (low, high) = audio::dtmf::frequencies(key.digit).unwrap();
        let frequencies = [f64::from(low) * (1.0 + key.offsets[0]), f64::from(high) * (1.0 + key.offsets[1])];
        let amplitudes = key.levels.map(sine_amplitude);
        for n in 0..self.length(key.length) {
            let at = n as f64 / f64::from(self.rate);
            let wave = |tone: usize| amplitudes[tone] * (TAU * frequencies[tone] * at + tone as f64).sin();
            self.samples.push(wave(0) + wave(1));
        }
        self
    }

    /// Adds white noise of this level.
    pub(crate) fn noise(mut self, dbm0: f64, seed: u64) -> Line {
        // A sine of that level has 1/√2 of its amplitude as root mean square, noise that is even ±√3 of its own.
        let amplitude = sine_amplitude(dbm0) * std::f64::consts::FRAC_1_SQRT_2 * 3.0_f64.sqrt();
        let mut random = Random::new(seed);
        self.samples.iter_mut().for_each(|sample| *sample += amplitude * (2.0 * random.unit() - 1.0));
        self
    }

    /// Adds steady tones, each of this level.
    pub(crate) fn tones(mut self, frequencies: &[f64], dbm0: f64) -> Line {
        let (rate, amplitude) = (f64::from(self.rate), sine_amplitude(dbm0));
        for (n, sample) in self.samples.iter_mut().enumerate() {
            *sample += frequencies.iter().map(|f| amplitude * (TAU * f * n as f64 / rate).sin()).sum::<f64>();
        }
        self
    }

    /// Silences `length` ms from `start` ms on.
    pub(crate) fn interrupt(mut self, start: f64, length: f64) -> Line {
        let (start, length) = (self.length(start), self.length(length));
        self.samples[start..start + length].fill(0.0);
        self
    }

    /// Adds its echo, later and weaker.
    pub(crate) fn echo(mut self, later: f64, weaker_db: f64) -> Line {
        let (later, factor) = (self.length(later), 10_f64.powf(-weaker_db / 20.0));
        for n in (later..self.samples.len()).rev() {
            self.samples[n] += factor * self.samples[n - later];
        }
        self
    }

    pub(crate) fn samples(&self) -> Vec<i16> {
        // The conversion clips, as a converter does.
        self.samples.iter().map(|sample| sample.round() as i16).collect()
    }

    /// What the detector finds.
    pub(crate) fn events(&self, limits: Limits) -> Vec<DigitEvent> {
        events(&self.samples(), self.rate, limits)
    }

    /// The digits that the detector finds, with half a second of rest after them.
    pub(crate) fn digits(&self) -> String {
        began(&self.clone().pause(100.0).events(Limits::default()))
    }
}

pub(crate) fn events(samples: &[i16], rate: u32, limits: Limits) -> Vec<DigitEvent> {
    let mut detector = Detector::new(rate, limits).unwrap();
    let mut events = Vec::new();
    samples.chunks(rate as usize / 50).for_each(|frame| detector.push(frame, |event| events.push(event)));
    detector.finish(|event| events.push(event));
    events
}

/// The digits that began.
pub(crate) fn began(events: &[DigitEvent]) -> String {
    let digit = |event: &DigitEvent| match event {
        DigitEvent::Began { digit, .. } => Some(*digit),
        DigitEvent::Ended { .. } => None,
    };
    events.iter().filter_map(digit).collect()
}

/// Numbers that look random and are the same each time (xorshift).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[(self.next() % of.len() as u64) as usize]
    }
}
