use super::description::{Description, MAX_ORDER};

/// What the noise begins with; any number but zero.
const SEED: u32 = 0x2545_f491;
/// Samples in which the level goes over to a new one.
const GLIDE: usize = 160;

/// Makes the noise that a [`Description`] describes: white noise through an all-pole lattice filter.
///
/// Frames of any length; nothing is allocated, and the same descriptions make the same noise.
///
/// ```
/// use audio::comfort_noise::{Description, Generator};
/// let mut generator = Generator::new(Description::new(45, &[]));
/// let mut second = [0; 8_000];
/// generator.fill(&mut second);
/// assert!((audio::level::rms_dbfs(&second) + 45.0).abs() < 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    coefficients: [f32; MAX_ORDER],
    order: usize,
    /// What the filter remembers: the backward errors.
    backward: [f32; MAX_ORDER],
    /// Amplitude of the white noise, and by how much it changes with each of the samples to come.
    amplitude: f32,
    step: f32,
    gliding: usize,
    random: u32,
}

impl Generator {
    /// A generator of this noise.
    pub fn new(description: Description) -> Generator {
        let mut generator = Generator {
            coefficients: [0.0; MAX_ORDER],
            order: 0,
            backward: [0.0; MAX_ORDER],
            amplitude: 0.0,
            step: 0.0,
            gliding: 0,
            random: SEED,
        };
        generator.amplitude = generator.take(description);
        generator
    }

    /// Goes over to another noise, as the next packet describes it, within 20 ms.
    pub fn describe(&mut self, description: Description) {
        let amplitude = self.take(description);
        self.step = (amplitude - self.amplitude) / GLIDE as f32;
        self.gliding = GLIDE;
    }

    /// Makes the next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            if self.gliding > 0 {
                self.gliding -= 1;
                self.amplitude += self.step;
            }
            let excitation = self.amplitude * self.white();
            // The conversion clips.
            *sample = self.filter(excitation) as i16;
        }
    }

    /// Takes the colour of a description, and says which amplitude of white noise it needs.
    fn take(&mut self, description: Description) -> f32 {
        self.order = description.coefficients().len();
        let mut amplitude = 32_768.0 * 10_f32.powf(-f32::from(description.level()) / 20.0);
        for (own, coefficient) in self.coefficients.iter_mut().zip(description.coefficients()) {
            *own = coefficient;
            // What the filter adds to the power of white noise.
            amplitude *= (1.0 - coefficient * coefficient).sqrt();
        }
        amplitude
    }

    /// One step of the lattice, from the last stage to the first.
    fn filter(&mut self, excitation: f32) -> f32 {
        let mut forward = excitation;
        for stage in (0..self.order).rev() {
            forward -= self.coefficients[stage] * self.backward[stage];
            if stage + 1 < self.order {
                self.backward[stage + 1] = self.backward[stage] + self.coefficients[stage] * forward;
            }
        }
        // Kept finite, and out of the slow numbers next to zero, whatever was described.
        self.backward[0] = if forward.abs() > 1e-6 { forward.clamp(-1e6, 1e6) } else { 0.0 };
        forward
    }

    /// Nearly normal noise of power 1: the sum of four even ones (xorshift).
    fn white(&mut self) -> f32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let sum: i32 = self.random.to_le_bytes().iter().map(|&octet| i32::from(octet)).sum();
        // Each octet has an average of 127.5 and a variance of (256² − 1) / 12.
        (sum as f32 - 510.0) / 147.8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;

    #[test]
    fn levels_are_those_described() {
        for (level, coefficients) in
            [(30, &[][..]), (40, &[-0.9]), (50, &[0.5, -0.3]), (60, &[-0.8, 0.4, 0.1])]
        {
            let mut generator = Generator::new(Description::new(level, coefficients));
            let mut samples = vec![0; 40_000];
            generator.fill(&mut samples);
            let found = rms_dbfs(&samples);
            assert!((found + f64::from(level)).abs() < 1.0, "{found} dBov for -{level}, {coefficients:?}");
        }
    }

    #[test]
    fn a_negative_first_coefficient_is_a_low_noise() {
        let high_part = |coefficient: f32| {
            let mut samples = vec![0; 8_000];
            Generator::new(Description::new(30, &[coefficient])).fill(&mut samples);
            let difference: Vec<i16> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
            rms_dbfs(&difference) - rms_dbfs(&samples)
        };
        assert!(high_part(-0.9) < -3.0);
        assert!(high_part(0.9) > 3.0);
    }

    #[test]
    fn any_description_is_borne() {
        for octet in [0, 127, 254, 255] {
            let mut generator = Generator::new(Description::parse(&[0]).unwrap());
            generator.describe(Description::parse(&[octet; 13]).unwrap());
            let mut samples = [0; 4_000];
            generator.fill(&mut samples);
            generator.describe(Description::parse(&[127]).unwrap());
            generator.fill(&mut samples);
            generator.fill(&mut samples);
            assert!(rms_dbfs(&samples) < -80.0);
        }
    }
}
