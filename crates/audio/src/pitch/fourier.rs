use std::f32::consts::TAU;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f32,
    pub(super) im: f32,
}

impl Complex {
    /// Of length one, at this angle.
    pub(super) fn turn(angle: f32) -> Complex {
        let (im, re) = angle.sin_cos();
        Complex { re, im }
    }

    pub(super) fn times(self, other: Complex) -> Complex {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    pub(super) fn plus(self, other: Complex) -> Complex {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }

    fn minus(self, other: Complex) -> Complex {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }

    pub(super) fn conjugate(self) -> Complex {
        Complex { re: self.re, im: -self.im }
    }

    pub(super) fn power(self) -> f32 {
        self.re * self.re + self.im * self.im
    }

    pub(super) fn angle(self) -> f32 {
        self.im.atan2(self.re)
    }
}

/// Fourier's transform of a power of two of samples, in place (Cooley and Tukey, radix 2).
#[derive(Clone, Debug)]
pub(super) struct Fourier {
    /// The first half of the circle.
    turns: Box<[Complex]>,
    /// Where each sample goes first: its place with the bits in reverse.
    places: Box<[usize]>,
}

impl Fourier {
    /// For `2^bits` samples.
    pub(super) fn new(bits: u32) -> Fourier {
        let length = 1_usize << bits;
        let turn = |n: usize| Complex::turn(-TAU * n as f32 / length as f32);
        let place = |n: usize| n.reverse_bits() >> (usize::BITS - bits);
        Fourier { turns: (0..length / 2).map(turn).collect(), places: (0..length).map(place).collect() }
    }

    /// Samples become bins, not scaled. As many as this was made for.
    pub(super) fn forward(&self, samples: &mut [Complex]) {
        for (n, &place) in self.places.iter().enumerate() {
            if n < place {
                samples.swap(n, place);
            }
        }
        let mut half = 1;
        while half < samples.len() {
            let stride = self.turns.len() / half;
            for group in samples.chunks_exact_mut(2 * half) {
                let (low, high) = group.split_at_mut(half);
                let turns = self.turns.iter().step_by(stride);
                for ((low, high), turn) in low.iter_mut().zip(high).zip(turns) {
                    let turned = high.times(*turn);
                    (*low, *high) = (low.plus(turned), low.minus(turned));
                }
            }
            half *= 2;
        }
    }

    /// Bins become samples, each as many times too large as there are of them.
    pub(super) fn backward(&self, bins: &mut [Complex]) {
        self.forward(bins);
        if let Some(rest) = bins.get_mut(1..) {
            rest.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_one_bin_and_comes_back() {
        let fourier = Fourier::new(6);
        let wave = |n: usize| (TAU * 5.0 * n as f32 / 64.0).cos();
        let mut samples: Vec<Complex> = (0..64).map(|n| Complex { re: wave(n), im: 0.0 }).collect();
        fourier.forward(&mut samples);
        for (bin, value) in samples.iter().enumerate() {
            let wanted = if bin == 5 || bin == 59 { 32.0 } else { 0.0 };
            assert!((value.power().sqrt() - wanted).abs() < 1e-3, "{bin}: {value:?}");
        }
        fourier.backward(&mut samples);
        assert!(samples.iter().enumerate().all(|(n, value)| (value.re / 64.0 - wave(n)).abs() < 1e-4));
    }
}
