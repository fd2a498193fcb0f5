//! Taking noise out of speech, by a small recurrent network (RNNoise, BSD).
//!
//! The only module that knows the crate that does it: it works on frames of 10 ms at 48 kHz, and [`Denoiser`] brings sound of any
//! rate there and back.

use std::collections::VecDeque;

use nnnoiseless::DenoiseState;

use crate::resample::{ResampleError, Resampler};

/// Samples a second that the network works on.
const RATE: u32 = 48_000;

/// Samples that are brought there at a time: 10 ms at the highest rate of telephony.
const BLOCK: usize = 480;

/// Takes the noise out of a stream of speech.
///
/// Frames of whole tens of milliseconds come out as long as they went in, some milliseconds later. It takes about a hundredth of a
/// core.
///
/// ```
/// let mut denoiser = audio::denoise::Denoiser::new(8_000)?;
/// let mut seed = 1_u32;
/// let mut noise = || {
///     seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///     (seed >> 16) as i16 / 64
/// };
/// let mut frame = [0; 160];
/// for _ in 0..200 {
///     frame.fill_with(&mut noise);
///     denoiser.process(&mut frame);
/// }
/// assert!(audio::level::rms(&frame) < 100.0, "{}", audio::level::rms(&frame));
/// # Ok::<(), audio::resample::ResampleError>(())
/// ```
pub struct Denoiser {
    network: Box<DenoiseState<'static>>,
    up: Resampler,
    down: Resampler,
    /// Samples at 48 kHz that fill no frame yet.
    waiting: Vec<f32>,
    ready: VecDeque<i16>,
}

impl Denoiser {
    /// For a stream of `rate` samples a second.
    ///
    /// # Errors
    /// [`ResampleError`] for a rate that cannot be brought to 48 kHz.
    pub fn new(rate: u32) -> Result<Denoiser, ResampleError> {
        Ok(Denoiser {
            network: DenoiseState::new(),
            up: Resampler::new(rate, RATE)?,
            down: Resampler::new(RATE, rate)?,
            waiting: Vec::with_capacity(16 * BLOCK),
            ready: VecDeque::with_capacity(16 * BLOCK),
        })
    }

    /// Replaces the next samples by what they are without noise.
    pub fn process(&mut self, frame: &mut [i16]) {
        let mut wide = [0; 6 * BLOCK];
        for block in frame.chunks(BLOCK / 6) {
            let written = self.up.process(block, &mut wide).written;
            self.waiting.extend(wide.iter().take(written).map(|sample| f32::from(*sample)));
            self.clean();
        }
        for sample in frame {
            *sample = self.ready.pop_front().unwrap_or(0);
        }
    }

    fn clean(&mut self) {
        let (mut cleaned, mut narrow) = ([0.0; BLOCK], [0; BLOCK]);
        while let Some(frame) = self.waiting.get(..BLOCK) {
            self.network.process_frame(&mut cleaned, frame);
            self.waiting.drain(..BLOCK);
            // What is too loud is clipped by the conversion.
            let sound = cleaned.map(|sample| sample as i16);
            let written = self.down.process(&sound, &mut narrow).written;
            self.ready.extend(narrow.iter().take(written));
        }
    }
}

impl std::fmt::Debug for Denoiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Denoiser({} samples wait)", self.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level;

    #[test]
    fn noise_goes_at_every_rate_and_nothing_is_lost_in_length() {
        for rate in [8_000, 48_000] {
            let mut denoiser = Denoiser::new(rate).unwrap();
            let mut seed = 1_u32;
            let mut noise = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((seed >> 16) as i16) / 40
            };
            let narrow = crate::Pcm::new(8_000, (0..32_000).map(|_| noise()).collect());
            let mut sound = crate::resample(&narrow, rate).samples;
            let before = level::rms(&sound);
            sound.chunks_mut(rate as usize / 50).for_each(|frame| denoiser.process(frame));
            let after = level::rms(&sound[3 * rate as usize..]);
            assert!(after * 2.0 < before, "{rate}: {after} of {before}");
            assert!(denoiser.waiting.len() < BLOCK && denoiser.ready.len() < BLOCK, "{denoiser:?}");
        }
    }
}
