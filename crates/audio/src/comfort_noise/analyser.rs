use super::description::{Description, MAX_ORDER};
use crate::level;

/// Reflection coefficients that are told: as many as G.711 appendix II has.
const ORDER: usize = 10;
/// How much of what was learnt is kept with each block of 10 ms: half of it is older than 70 ms.
const KEPT: f64 = 0.9;
/// Samples of a block at 8 kHz, and that are looked back to.
const BLOCK: usize = 80;

/// Listens to silence, and describes the noise in it for a packet (RFC 3389 §4).
///
/// Hand it what is silent and nothing else: a [`talk::FrameMeter`](crate::talk::FrameMeter) tells which frames are.
/// The newest 0.2 s count. Frames of any length; nothing is allocated.
///
/// ```
/// use audio::comfort_noise::{Analyser, Description, Generator};
/// let mut noise = [0; 4_000];
/// Generator::new(Description::new(50, &[-0.7])).fill(&mut noise);
/// let mut analyser = Analyser::new();
/// analyser.push(&noise);
/// assert!(analyser.description().level().abs_diff(50) <= 1);
/// ```
#[derive(Clone, Debug)]
pub struct Analyser {
    /// The end of the block before, then this one.
    samples: [f64; ORDER + BLOCK],
    filled: usize,
    /// Products of samples that are so far apart, per sample.
    correlations: [f64; ORDER + 1],
    weight: f64,
}

impl Default for Analyser {
    fn default() -> Analyser {
        Analyser::new()
    }
}

impl Analyser {
    /// An analyser that has heard nothing.
    pub fn new() -> Analyser {
        Analyser { samples: [0.0; ORDER + BLOCK], filled: 0, correlations: [0.0; ORDER + 1], weight: 0.0 }
    }

    /// Takes the next samples of silence.
    pub fn push(&mut self, samples: &[i16]) {
        for &sample in samples {
            self.samples[ORDER + self.filled] = f64::from(sample);
            self.filled += 1;
            if self.filled == BLOCK {
                self.correlate();
            }
        }
    }

    fn correlate(&mut self) {
        for (lag, correlation) in self.correlations.iter_mut().enumerate() {
            let products = self.samples[ORDER..].iter().zip(&self.samples[ORDER - lag..]);
            let sum: f64 = products.map(|(now, before)| now * before).sum();
            *correlation = KEPT * *correlation + sum / BLOCK as f64;
        }
        self.weight = KEPT * self.weight + 1.0;
        self.samples.copy_within(BLOCK.., 0);
        self.filled = 0;
    }

    /// The noise that was heard. Of less than 10 ms there is nothing to tell but that it is silent.
    pub fn description(&self) -> Description {
        let power = self.correlations[0] / self.weight.max(1.0);
        let level = -level::dbfs(power.sqrt()).round();
        Description::new(level.clamp(0.0, 127.0) as u8, &self.reflections()[..self.order()])
    }

    /// Digital silence has no colour.
    fn order(&self) -> usize {
        if self.correlations[0] > 0.0 { ORDER } else { 0 }
    }

    /// Reflection coefficients of the correlations (Levinson and Durbin).
    fn reflections(&self) -> [f32; MAX_ORDER] {
        let mut reflections = [0.0_f32; MAX_ORDER];
        let mut predictor = [0.0; ORDER + 1];
        predictor[0] = 1.0;
        // A little white noise keeps the numbers in order where there is next to none.
        let mut error = self.correlations[0] * 1.000_1 + 1e-9;
        for order in 1..=ORDER {
            let sum: f64 = (0..order).map(|n| predictor[n] * self.correlations[order - n]).sum();
            let reflection = (-sum / error).clamp(-0.999, 0.999);
            let before = predictor;
            for n in 1..=order {
                predictor[n] = before[n] + reflection * before[order - n];
            }
            error *= 1.0 - reflection * reflection;
            reflections[order - 1] = reflection as f32;
        }
        reflections
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comfort_noise::Generator;

    #[test]
    fn what_is_made_is_recognised() {
        for coefficients in [&[0.0_f32][..], &[-0.8], &[0.6, 0.3], &[-0.7, 0.5, -0.2]] {
            let mut noise = [0; 16_000];
            Generator::new(Description::new(40, coefficients)).fill(&mut noise);
            let mut analyser = Analyser::new();
            // Of frames that are no blocks.
            noise.chunks(130).for_each(|frame| analyser.push(frame));
            let description = analyser.description();
            assert!(description.level().abs_diff(40) <= 1, "{description:?}");
            for (found, wanted) in description.coefficients().zip(coefficients) {
                assert!((found - wanted).abs() < 0.12, "{found} for {wanted} in {coefficients:?}");
            }
        }
    }

    #[test]
    fn silence_and_the_loudest_are_described() {
        let mut analyser = Analyser::new();
        assert_eq!(analyser.description().payload(), [120]);
        analyser.push(&[0; 800]);
        assert_eq!(analyser.description().payload(), [120]);
        analyser.push(&[i16::MIN; 8_000]);
        let loudest = analyser.description();
        assert_eq!(loudest.level(), 0);
        assert!(loudest.coefficients().all(|coefficient| coefficient.abs() < 1.0));
    }
}
