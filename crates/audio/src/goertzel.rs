use std::f64::consts::TAU;

/// Goertzel's filter: how much of one frequency is in a block of samples.
///
/// Costs one multiplication a sample, so a handful of frequencies is far cheaper than a Fourier transform.
/// The finer the wanted resolution, the longer the block: neighbours `rate / samples` Hz away are told apart.
///
/// ```
/// # let samples: Vec<i16> = (0..800).map(|n| (5_000.0 * (n as f64 * 1_000.0 / 8_000.0 * std::f64::consts::TAU).sin()) as i16).collect();
/// let mut at_1_khz = audio::Goertzel::new(1_000.0, 8_000);
/// at_1_khz.push(&samples);
/// assert!((at_1_khz.amplitude() - 5_000.0).abs() < 5.0);
/// ```
#[derive(Clone, Debug)]
pub struct Goertzel {
    coefficient: f64,
    newer: f64,
    older: f64,
    samples: usize,
}

impl Goertzel {
    /// A filter for `frequency` in Hz at `rate` samples a second.
    pub fn new(frequency: f64, rate: u32) -> Goertzel {
        let step = TAU * frequency / f64::from(rate.max(1));
        Goertzel { coefficient: 2.0 * step.cos(), newer: 0.0, older: 0.0, samples: 0 }
    }

    /// Takes more samples of the block.
    pub fn push(&mut self, samples: &[i16]) {
        for &sample in samples {
            let next = f64::from(sample) + self.coefficient * self.newer - self.older;
            self.older = self.newer;
            self.newer = next;
        }
        self.samples += samples.len();
    }

    /// Peak amplitude (0 to 32768) of the sine at this frequency, over what was pushed since the last
    /// [`reset`](Goertzel::reset). Exact for whole cycles; 0 before the first sample.
    pub fn amplitude(&self) -> f64 {
        if self.samples == 0 {
            return 0.0;
        }
        let power =
            self.newer * self.newer + self.older * self.older - self.coefficient * self.newer * self.older;
        2.0 * power.max(0.0).sqrt() / self.samples as f64
    }

    /// Starts a new block.
    pub fn reset(&mut self) {
        (self.newer, self.older, self.samples) = (0.0, 0.0, 0);
    }
}

/// Peak amplitude (0 to 32768) of the sine of `frequency` Hz in `samples`.
pub fn amplitude(samples: &[i16], rate: u32, frequency: f64) -> f64 {
    let mut filter = Goertzel::new(frequency, rate);
    filter.push(samples);
    filter.amplitude()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sines_are_told_apart() {
        let sample = |n: usize, frequency: f64| (TAU * frequency * n as f64 / 8_000.0).sin();
        let both: Vec<i16> =
            (0..1_600).map(|n| (6_000.0 * sample(n, 350.0) + 2_000.0 * sample(n, 440.0)) as i16).collect();
        assert!((amplitude(&both, 8_000, 350.0) - 6_000.0).abs() < 10.0);
        assert!((amplitude(&both, 8_000, 440.0) - 2_000.0).abs() < 10.0);
        assert!(amplitude(&both, 8_000, 620.0) < 10.0);
    }

    #[test]
    fn blocks_are_independent() {
        let mut filter = Goertzel::new(697.0, 8_000);
        assert_eq!(filter.amplitude(), 0.0);
        filter.push(&[30_000; 100]);
        filter.reset();
        filter.push(&[0; 100]);
        assert_eq!(filter.amplitude(), 0.0);
    }
}
