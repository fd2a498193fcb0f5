use std::f64::consts::TAU;

/// A sine by rotation: each sample turns a unit vector by the angle of one sample.
///
/// The phase is the vector, so changing the frequency does not make the wave jump.
#[derive(Clone, Debug)]
pub(super) struct Oscillator {
    cosine: f64,
    sine: f64,
    turn_cosine: f64,
    turn_sine: f64,
}

impl Oscillator {
    /// A silent one: its vector stands still at the start of a wave.
    pub(super) fn new() -> Oscillator {
        Oscillator { cosine: 1.0, sine: 0.0, turn_cosine: 1.0, turn_sine: 0.0 }
    }

    /// Turns at `frequency` from here on, going on from where the wave is.
    pub(super) fn tune(&mut self, frequency: u16, rate: u32) {
        let turn = TAU * f64::from(frequency) / f64::from(rate);
        (self.turn_sine, self.turn_cosine) = turn.sin_cos();
    }

    /// Back to the start of a wave, where a sine is zero and rising.
    pub(super) fn restart(&mut self) {
        (self.cosine, self.sine) = (1.0, 0.0);
    }

    /// Next value of the wave, −1 to 1.
    #[inline]
    pub(super) fn next(&mut self) -> f64 {
        let value = self.sine;
        self.sine = value * self.turn_cosine + self.cosine * self.turn_sine;
        self.cosine = self.cosine * self.turn_cosine - value * self.turn_sine;
        value
    }

    /// Takes back what rounding did to the length of the vector; once a frame is plenty.
    pub(super) fn settle(&mut self) {
        let length = self.cosine.hypot(self.sine);
        self.cosine /= length;
        self.sine /= length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_later_it_is_still_in_tune() {
        let mut oscillator = Oscillator::new();
        oscillator.tune(441, 8_000);
        let samples = 3_600 * 8_000_u64;
        for n in 0..samples {
            if n % 160 == 0 {
                oscillator.settle();
            }
            oscillator.next();
        }
        let exact = (TAU * ((samples * 441) % 8_000) as f64 / 8_000.0).sin();
        assert!((oscillator.next() - exact).abs() < 1e-4);
    }
}
