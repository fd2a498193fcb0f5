//! The lattice filters of the spectrum: one takes it away from speech, the other gives it back.

use crate::FRAME_SAMPLES;
use crate::fixed_point::mult_r;
use crate::log_area;

const ORDER: usize = 8;

/// The encoder's filter (clause 5.2.10).
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    past: [i16; ORDER],
    ratios: [i16; ORDER],
}

impl Analysis {
    pub(crate) const fn new() -> Self {
        Self { past: [0; ORDER], ratios: [0; ORDER] }
    }

    /// Leaves of `samples` what the spectrum of `codes` does not explain.
    pub(crate) fn run(&mut self, codes: &[u8; ORDER], samples: &mut [i16; FRAME_SAMPLES]) {
        let ratios = log_area::decode(codes);
        let mut rest = &mut samples[..];
        for (count, reflections) in log_area::parts(&self.ratios, &ratios) {
            let part = rest.split_off_mut(..count).unwrap_or_default();
            part.iter_mut().for_each(|sample| *sample = self.step(&reflections, *sample));
        }
        self.ratios = ratios;
    }

    #[inline]
    fn step(&mut self, reflections: &[i16; ORDER], sample: i16) -> i16 {
        let (mut ahead, mut behind) = (sample, sample);
        for (&reflection, past) in reflections.iter().zip(&mut self.past) {
            let next = past.saturating_add(mult_r(reflection, ahead));
            ahead = ahead.saturating_add(mult_r(reflection, *past));
            *past = core::mem::replace(&mut behind, next);
        }
        ahead
    }
}

/// The decoder's filter (clause 5.3.4).
#[derive(Clone, Debug)]
pub(crate) struct Synthesis {
    past: [i16; ORDER + 1],
    ratios: [i16; ORDER],
}

impl Synthesis {
    pub(crate) const fn new() -> Self {
        Self { past: [0; ORDER + 1], ratios: [0; ORDER] }
    }

    /// Gives `samples` the spectrum of `codes`.
    pub(crate) fn run(&mut self, codes: &[u8; ORDER], samples: &mut [i16; FRAME_SAMPLES]) {
        let ratios = log_area::decode(codes);
        let mut rest = &mut samples[..];
        for (count, reflections) in log_area::parts(&self.ratios, &ratios) {
            let part = rest.split_off_mut(..count).unwrap_or_default();
            part.iter_mut().for_each(|sample| *sample = self.step(&reflections, *sample));
        }
        self.ratios = ratios;
    }

    #[inline]
    fn step(&mut self, reflections: &[i16; ORDER], mut sample: i16) -> i16 {
        for n in (0..ORDER).rev() {
            sample = sample.saturating_sub(mult_r(reflections[n], self.past[n]));
            self.past[n + 1] = self.past[n].saturating_add(mult_r(reflections[n], sample));
        }
        self.past[0] = sample;
        sample
    }
}
