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
    fn beta(&self) -> f64 {
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
    taps: usize,
}

impl Filter {
    /// A bank of `phases` for going from one rate to another, and one phase more: a whole sample on.
    pub(super) fn new(from: u32, to: u32, phases: usize, design: Design) -> Filter {
        let lower = f64::from(from.min(to)) / f64::from(from);
        let half = (design.half_width / lower).ceil() as usize;
        // In cycles a sample of the input; the transition band lies below the stop band.
        let cutoff = 0.5 * lower * (design.stop - 0.5 * design.transition());
        let kernel = Kernel::new(cutoff, half as f64, design.beta());
        let taps = 2 * half;
        let mut coefficients = Vec::with_capacity((phases + 1) * taps);
        for phase in 0..=phases {
            let fraction = phase as f64 / phases as f64;
            let behind = |tap: usize| tap as f64 - (half as f64 - 1.0) - fraction;
            let weights: Vec<f64> = (0..taps).map(|tap| kernel.at(behind(tap))).collect();
            let sum: f64 = weights.iter().sum();
            coefficients.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        Filter { coefficients, taps }
    }

    /// Samples that one output takes: `taps / 2 - 1` before its place, one at it, `taps / 2` after.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// The weights of a phase.
    pub(super) fn phase(&self, phase: usize) -> &[f32] {
        &self.coefficients[phase * self.taps..][..self.taps]
    }
}

/// A windowed sinc as a function of time in samples.
struct Kernel {
    cutoff: f64,
    half: f64,
    beta: f64,
    /// Value of the window's Bessel function in the middle.
    middle: f64,
}

impl Kernel {
    fn new(cutoff: f64, half: f64, beta: f64) -> Kernel {
        Kernel { cutoff, half, beta, middle: bessel_i0(beta) }
    }

    fn at(&self, time: f64) -> f64 {
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

/// Weighted sum, in eight lanes so that the compiler can use vector instructions.
#[inline]
pub(super) fn dot(weights: &[f32], samples: &[f32]) -> f32 {
    let (weights, weights_rest) = weights.as_chunks::<8>();
    let (samples, samples_rest) = samples.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for (weights, samples) in weights.iter().zip(samples) {
        for lane in 0..8 {
            lanes[lane] += weights[lane] * samples[lane];
        }
    }
    let rest: f32 = weights_rest.iter().zip(samples_rest).map(|(weight, sample)| weight * sample).sum();
    lanes.iter().sum::<f32>() + rest
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
        let ones = [1.0; 19];
        let ramp: Vec<f32> = (0..19_u8).map(f32::from).collect();
        assert_eq!(dot(&ones, &ramp), 171.0);
    }
}
