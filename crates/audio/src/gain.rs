use crate::level;

/// How often the gain is set anew: every 10 ms.
const BLOCKS_A_SECOND: u32 = 100;
/// What is below this level, or not this much above the noise of the line, is no speech.
const GATE_DBFS: f64 = -50.0;
const ABOVE_NOISE: f32 = 4.0;
/// How fast the gain rises, and falls: in dB per second.
const RISE_DB: f32 = 6.0;
const FALL_DB: f32 = 40.0;
/// How fast the level of speech is learnt: this part of what is new, each 10 ms of speech.
const LEARNING: f32 = 0.03;
/// How fast the noise of a line may grow without being speech: 1.5 dB a second.
const NOISE_RISE: f32 = 1.0035;
/// Peaks stay below this.
const CEILING: f32 = 31_000.0;
/// How fast a peak is forgotten: by half in 50 ms.
const FORGETTING_S: f32 = 0.072;

/// What an [`AutomaticGain`] aims at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainSettings {
    /// Level of speech, pauses left out, in dBFS (a square wave of full scale is 0): −21, which is −18 dBm0.
    pub target_dbfs: f64,
    /// How much it amplifies at most, in dB: 18.
    pub most: f32,
    /// How much it attenuates at most, in dB: 18.
    pub least: f32,
}

impl Default for GainSettings {
    fn default() -> GainSettings {
        GainSettings { target_dbfs: -21.0, most: 18.0, least: 18.0 }
    }
}

/// Brings speech to one level: soft voices up, within seconds, and loud ones down, at once.
///
/// Pauses do not turn it up: only what stands out of the noise of the line counts. Peaks never clip. No delay, any
/// length of frames, nothing allocated.
///
/// ```
/// let mut gain = audio::gain::AutomaticGain::new(8_000, Default::default());
/// let mut frame: [i16; 160] = std::array::from_fn(|n| if n % 8 < 4 { 400 } else { -400 });
/// for _ in 0..200 {
///     let mut frame = frame;
///     gain.process(&mut frame);
/// }
/// gain.process(&mut frame);
/// assert!(frame[0] > 2_000);
/// ```
#[derive(Clone, Debug)]
pub struct AutomaticGain {
    settings: Goal,
    /// Samples of a block, and how many of it there were.
    block: usize,
    filled: usize,
    energy: f32,
    /// Power of speech, once there was some, and of the noise of the line.
    speech: Option<f32>,
    noise: f32,
    /// The gain, and where it goes in this block by each sample.
    gain: f32,
    step: f32,
    /// The highest peak of late, for how many samples it is held, and how fast it is forgotten.
    peak: f32,
    held: usize,
    forgetting: f32,
}

/// The settings as factors.
#[derive(Clone, Copy, Debug)]
struct Goal {
    amplitude: f32,
    most: f32,
    least: f32,
    gate: f32,
}

fn factor(decibels: f32) -> f32 {
    10_f32.powf(decibels / 20.0)
}

impl AutomaticGain {
    /// For a stream of `rate` samples a second.
    pub fn new(rate: u32, settings: GainSettings) -> AutomaticGain {
        let amplitude = |dbfs: f64| 32_768.0 * factor(dbfs as f32);
        let goal = Goal {
            amplitude: amplitude(settings.target_dbfs.clamp(level::SILENCE_DBFS, 0.0)),
            most: factor(settings.most.max(0.0)),
            least: factor(-settings.least.max(0.0)),
            gate: amplitude(GATE_DBFS).powi(2),
        };
        AutomaticGain {
            settings: goal,
            block: (rate / BLOCKS_A_SECOND).max(1) as usize,
            filled: 0,
            energy: 0.0,
            speech: None,
            noise: goal.gate,
            gain: 1.0,
            step: 0.0,
            peak: 0.0,
            held: 0,
            forgetting: (-1.0 / (FORGETTING_S * rate.max(1) as f32)).exp(),
        }
    }

    /// Amplifies the next samples in place.
    pub fn process(&mut self, frame: &mut [i16]) {
        for sample in frame {
            let value = f32::from(*sample);
            self.energy += value * value;
            self.follow_peak(value.abs());
            let gain = if self.peak * self.gain > CEILING { CEILING / self.peak } else { self.gain };
            // Within the ceiling by the line above.
            *sample = (value * gain) as i16;
            self.gain += self.step;
            self.filled += 1;
            if self.filled == self.block {
                self.learn();
            }
        }
    }

    /// Holds a peak for a block, so that waves keep their form, and forgets it slowly then.
    fn follow_peak(&mut self, magnitude: f32) {
        if magnitude >= self.peak {
            (self.peak, self.held) = (magnitude, self.block);
        } else if self.held > 0 {
            self.held -= 1;
        } else {
            self.peak *= self.forgetting;
        }
    }

    /// By how much it amplifies at the moment, in dB.
    pub fn decibels(&self) -> f32 {
        20.0 * self.gain.max(f32::MIN_POSITIVE).log10()
    }

    /// Ends a block: learns from it, and sets where the gain goes in the next.
    fn learn(&mut self) {
        let power = self.energy / self.block as f32;
        (self.energy, self.filled) = (0.0, 0);
        self.noise = power.max(1.0).min(self.noise * NOISE_RISE);
        if power >= self.settings.gate && power >= self.noise * ABOVE_NOISE {
            let speech = self.speech.get_or_insert(power);
            // Loud speech counts at once, so that a shout is not waited for.
            let learning = if power > *speech { 3.0 * LEARNING } else { LEARNING };
            *speech += learning * (power - *speech);
        }
        let Some(speech) = self.speech else { return };
        let wanted = (self.settings.amplitude / speech.sqrt()).clamp(self.settings.least, self.settings.most);
        let block = BLOCKS_A_SECOND as f32;
        let next = wanted.clamp(self.gain * factor(-FALL_DB / block), self.gain * factor(RISE_DB / block));
        self.step = (next - self.gain) / self.block as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a second of a voice, half a second of pause with a little noise, over and over.
    fn speech(amplitude: f64, rate: u32, seconds: usize) -> Vec<i16> {
        let sample = |n: usize| {
            let at = n as f64 / f64::from(rate);
            let voice = amplitude * (std::f64::consts::TAU * 300.0 * at).sin();
            let noise = if n.is_multiple_of(2) { 20.0 } else { -20.0 };
            if at.fract() < 0.5 { (voice + noise) as i16 } else { noise as i16 }
        };
        (0..rate as usize * seconds).map(sample).collect()
    }

    fn levels(amplitude: f64, rate: u32) -> (f64, f64) {
        let mut samples = speech(amplitude, rate, 12);
        let mut gain = AutomaticGain::new(rate, GainSettings::default());
        samples.chunks_mut(rate as usize / 33).for_each(|frame| gain.process(frame));
        let last = &samples[rate as usize * 11..];
        let (voice, pause) = last.split_at(rate as usize / 2);
        (level::rms_dbfs(voice), level::rms_dbfs(&pause[rate as usize / 50..]))
    }

    #[test]
    fn voices_come_to_one_level() {
        for rate in [8_000, 16_000, 48_000] {
            for amplitude in [900.0, 2_500.0, 8_000.0, 22_000.0] {
                let (voice, _) = levels(amplitude, rate);
                assert!((voice + 21.0).abs() < 2.5, "{amplitude} at {rate} Hz: {voice} dBFS");
            }
        }
    }

    #[test]
    fn it_goes_no_further_than_asked_and_pauses_do_not_turn_it_up() {
        let (voice, pause) = levels(250.0, 8_000);
        assert!((voice - (level::dbfs(250.0) - 3.0 + 18.0)).abs() < 1.0, "{voice}");
        assert!(pause < -44.0, "{pause}");
        let mut gain = AutomaticGain::new(8_000, GainSettings::default());
        let mut noise = speech(0.0, 8_000, 20);
        gain.process(&mut noise);
        assert!(gain.decibels().abs() < 0.1, "{}", gain.decibels());
    }

    #[test]
    fn a_sudden_shout_does_not_clip() {
        let mut gain = AutomaticGain::new(8_000, GainSettings::default());
        gain.process(&mut speech(500.0, 8_000, 10));
        assert!(gain.decibels() > 12.0);
        let mut shout: Vec<i16> = speech(32_000.0, 8_000, 1);
        gain.process(&mut shout);
        assert!(level::peak(&shout) <= 31_000);
        assert!(
            shout.windows(2).filter(|pair| pair[0] == pair[1] && pair[0].unsigned_abs() > 30_000).count()
                < 10
        );
    }

    #[test]
    fn any_samples_and_settings_are_taken() {
        for (most, least) in [(0.0, 0.0), (f32::MAX, f32::MAX), (f32::NAN, -3.0)] {
            let mut gain = AutomaticGain::new(0, GainSettings { target_dbfs: 40.0, most, least });
            gain.process(&mut [i16::MIN, i16::MAX, 0, i16::MIN]);
        }
    }
}
