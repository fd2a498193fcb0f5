/// Noise as quiet as the pauses of a talker were (RFC 3389 without its spectrum).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComfortNoise {
    random: u32,
    /// Mean level of the quietest sound so far, in 256ths of a step; rises slowly, so that it follows.
    floor: u32,
}

impl ComfortNoise {
    pub(crate) fn new() -> Self {
        Self { random: 0x2545_F491, floor: u32::MAX }
    }

    /// Hears what a packet sounds like.
    pub(crate) fn listen(&mut self, sound: &[i16]) {
        let sum: u32 = sound.iter().map(|sample| u32::from(sample.unsigned_abs())).sum();
        let Some(mean) = (u64::from(sum) * 256).checked_div(sound.len() as u64) else { return };
        let risen = self.floor.saturating_add(self.floor / 64).saturating_add(1);
        self.floor = u32::try_from(mean).unwrap_or(u32::MAX).min(risen);
    }

    /// Adds noise of the level that pauses had, from `gain` 256ths of it at most.
    pub(crate) fn add_floor(&mut self, out: &mut [i16], gain: u32) {
        // Before anything was heard there is no level; and what was never quiet has no pauses to sound like.
        let mean = if self.floor > 200 * 256 { 0 } else { self.floor * gain.min(256) / 256 };
        self.add(out, mean * 2);
    }

    /// Writes noise of `level`, in decibels below the loudest possible (RFC 3389 §3).
    pub(crate) fn write(&mut self, out: &mut [i16], level: u8) {
        out.fill(0);
        let root = 32_768.0 * 10_f32.powf(-f32::from(level & 0x7F) / 20.0);
        // Even noise between -a and a has a root mean square of a/√3.
        self.add(out, (root.min(16_000.0) * 1.732 * 256.0) as u32);
    }

    /// Adds even noise of at most `peak` 256ths of a step.
    fn add(&mut self, out: &mut [i16], peak: u32) {
        let peak = i64::from(peak);
        for sample in out.iter_mut().filter(|_| peak > 0) {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 17;
            self.random ^= self.random << 5;
            let noise = ((i64::from(self.random >> 16) - 32_768) * peak) >> 23;
            *sample = sample.saturating_add(noise.clamp(-32_767, 32_767) as i16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(sound: &[i16]) -> f64 {
        let energy: f64 = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        20.0 * ((energy / sound.len() as f64).sqrt() / 32_768.0).log10()
    }

    #[test]
    fn noise_has_the_level_that_was_asked_for() {
        let mut noise = ComfortNoise::new();
        for asked in [20_u8, 40, 60] {
            let mut out = [0; 8_000];
            noise.write(&mut out, asked);
            assert!((level(&out) + f64::from(asked)).abs() < 1.0, "{asked}: {}", level(&out));
        }
    }

    #[test]
    fn the_floor_is_that_of_pauses() {
        let mut noise = ComfortNoise::new();
        let mut out = [0; 800];
        noise.add_floor(&mut out, 256);
        assert_eq!(out, [0; 800]); // nothing is known yet
        for n in 0..100 {
            noise.listen(&[if n % 10 < 7 { 5_000 } else { 20 }; 160]);
        }
        noise.add_floor(&mut out, 256);
        let mean = out.iter().map(|sample| f64::from(sample.abs())).sum::<f64>() / 800.0;
        assert!((15.0..30.0).contains(&mean), "{mean}");
    }
}
