use std::f64::consts::PI;

/// What a low-pass filter shall do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Design {
    /// Half its length, in samples at the lower of the two rates. This is its delay.
    pub(super) half_width: f64,
    /// Rejection in the stop band, in dB.
    pub(super) rejection: f64,
    /// Where the stop band starts, as a part of half the lower rate.
    pub(super) stop: f64,
}

impl Design {
    /// Shape parameter of the Kaiser window for the rejection (Kaiser 1974).
    pub(super) fn beta(&self) -> f64 {
        0.1102 * (self.rejection - 8.7)
    }

    /// Width of the transition band, as a part of half the lower rate (Kaiser 1974).
    fn transition(&self) -> f64 {
        (self.rejection - 7.95) / (14.36 * self.half_width)
    }
}

/// A filter in phases: phase `p` of `P` interpolates `p/P` of a sample behind a sample.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// Phase after phase, each `taps` long, in the order of the samples they meet.
    coefficients: Vec<f32>,
    /// A multiple of eight, for [`dot`]; what is too many has no weight and lies in the past.
    taps: usize,
    /// Samples after the place of an output that it needs.
    half: usize,
}

impl Filter {
    /// A bank of `phases` for going from one rate to another, and one phase more: a whole sample on.
    pub(super) fn new(from: u32, to: u32, phases: usize, design: Design) -> Filter {
        let lower = f64::from(from.min(to)) / f64::from(from);
        let half = (design.half_width / lower).ceil() as usize;
        // In cycles a sample of the input; the transition band lies below the stop band.
        let cutoff = 0.5 * lower * (design.stop - 0.5 * design.transition());
        let kernel = Kernel::new(cutoff, half as f64, design.beta());
        let taps = (2 * half).next_multiple_of(LANES);
        let mut coefficients = Vec::with_capacity((phases + 1) * taps);
        for phase in 0..=phases {
            let fraction = phase as f64 / phases as f64;
            let behind = |tap: usize| tap as f64 - (taps - half - 1) as f64 - fraction;
            let weights: Vec<f64> = (0..taps).map(|tap| kernel.at(behind(tap))).collect();
            let sum: f64 = weights.iter().sum();
            coefficients.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        Filter { coefficients, taps, half }
    }

    /// Samples that one output takes: those before its place, the one at it, and [`half`](Filter::half) after.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// Samples after the place of an output that it waits for: the delay.
    pub(super) fn half(&self) -> usize {
        self.half
    }

    /// The weights of a phase.
    pub(super) fn phase(&self, phase: usize) -> &[f32] {
        &self.coefficients[phase * self.taps..][..self.taps]
    }
}

/// A windowed sinc as a function of time in samples.
pub(super) struct Kernel {
    cutoff: f64,
    half: f64,
    beta: f64,
    /// Value of the window's Bessel function in the middle.
    middle: f64,
}

impl Kernel {
    pub(super) fn new(cutoff: f64, half: f64, beta: f64) -> Kernel {
        Kernel { cutoff, half, beta, middle: bessel_i0(beta) }
    }

    pub(super) fn at(&self, time: f64) -> f64 {
        let inside = 1.0 - (time / self.half).powi(2);
        if inside < 0.0 {
            return 0.0;
        }
        let angle = 2.0 * PI * self.cutoff * time;
        let sinc = if angle == 0.0 { 1.0 } else { angle.sin() / angle };
        sinc * bessel_i0(self.beta * inside.sqrt()) / self.middle
    }
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..64 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Sums that [`dot`] keeps side by side, so that the compiler can use vector instructions.
const LANES: usize = 8;

/// Weighted sum of as many samples as there are weights, a multiple of [`LANES`].
#[inline]
pub(super) fn dot(weights: &[f32], samples: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (weights, samples) in weights.as_chunks::<LANES>().0.iter().zip(samples.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            lanes[lane] += weights[lane] * samples[lane];
        }
    }
    lanes.iter().sum()
}

/// To the nearest sample, clipped; plain arithmetic where `round` would be a call.
#[inline]
pub(super) fn sample(value: f32) -> i16 {
    (value + 0.5_f32.copysign(value)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_agrees_with_known_values() {
        assert!((bessel_i0(0.0) - 1.0).abs() < 1e-15);
        assert!((bessel_i0(1.0) - 1.266_065_877_752_008).abs() < 1e-12);
        assert!((bessel_i0(10.0) - 2_815.716_628_466_254).abs() < 1e-8);
    }

    #[test]
    fn dot_takes_every_element() {
        let ones = [1.0; 24];
        let ramp: Vec<f32> = (0..24_u8).map(f32::from).collect();
        assert_eq!(dot(&ones, &ramp), 276.0);
    }

    #[test]
    fn samples_are_rounded_and_clipped() {
        assert_eq!([0.4, 0.5, -0.5, -1.4, 1e9, -1e9].map(sample), [0, 1, -1, -1, i16::MAX, i16::MIN]);
    }
}
