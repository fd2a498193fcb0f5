//! Levels are given in dBFS, where a square wave of full scale is 0 dBFS and a sine of full scale −3.01 dBFS,
//! or in dBm0, the level a telephone network counts in: by G.711 a sine of full scale is +3.17 dBm0 in mu-law.

/// Full scale of a sample, as a number.
const FULL_SCALE: f64 = 32_768.0;

/// Level of a sine of full scale, in dBm0 (ITU-T G.711 §4: the 1 kHz sequence of 0 dBm0 peaks 3.17 dB below it).
pub const FULL_SCALE_SINE_DBM0: f64 = 3.17;

/// What [`rms_dbfs`] and its like say of digital silence, instead of minus infinity.
pub const SILENCE_DBFS: f64 = -120.0;

/// Root mean square of the samples, 0 to 32768. Nothing is silent: 0.
pub fn rms(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let energy: f64 = samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum();
    (energy / samples.len() as f64).sqrt()
}

/// Root mean square in dBFS, never below [`SILENCE_DBFS`].
pub fn rms_dbfs(samples: &[i16]) -> f64 {
    dbfs(rms(samples))
}

/// Largest distance from zero, 0 to 32768.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

/// A linear amplitude (full scale at 32768) in dBFS, never below [`SILENCE_DBFS`].
pub fn dbfs(amplitude: f64) -> f64 {
    if amplitude <= 0.0 { SILENCE_DBFS } else { (20.0 * (amplitude / FULL_SCALE).log10()).max(SILENCE_DBFS) }
}

/// Peak amplitude of a sine of this level in dBm0, for example 7037 for −10.19 dBm0.
pub fn sine_amplitude(dbm0: f64) -> f64 {
    FULL_SCALE * 10_f64.powf((dbm0 - FULL_SCALE_SINE_DBM0) / 20.0)
}

/// Root mean square of the parts where somebody speaks, in dBFS; pauses do not count.
///
/// A frame of 20 ms is active when it is at most 25 dB below the loudest one. This is a plain gate, made to
/// bring prompts to one loudness; it is not the speech voltmeter of ITU-T P.56.
pub fn active_dbfs(samples: &[i16], rate: u32) -> f64 {
    let frame = (rate as usize / 50).max(1);
    let energies: Vec<f64> = samples.chunks(frame).map(|frame| rms(frame).powi(2)).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let gate = loudest * 10_f64.powf(-2.5);
    let (count, sum) = energies
        .iter()
        .filter(|&&energy| energy >= gate && energy > 0.0)
        .fold((0_u32, 0.0), |(count, sum), energy| (count + 1, sum + energy));
    if count == 0 { SILENCE_DBFS } else { dbfs((sum / f64::from(count)).sqrt()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(amplitude: f64, length: usize) -> Vec<i16> {
        (0..length)
            .map(|n| (amplitude * (std::f64::consts::TAU * 1_000.0 * n as f64 / 8_000.0).sin()) as i16)
            .collect()
    }

    #[test]
    fn a_sine_reads_three_db_below_a_square_wave() {
        assert!((rms_dbfs(&sine(32_767.0, 8_000)) + 3.01).abs() < 0.01);
        assert!(rms_dbfs(&[32_767, -32_768]).abs() < 0.01);
        assert_eq!(rms_dbfs(&[0; 160]), SILENCE_DBFS);
        assert_eq!(rms(&[]), 0.0);
    }

    #[test]
    fn dbm0_follows_g711() {
        assert!((sine_amplitude(3.17) - 32_768.0).abs() < 1e-6);
        assert!((dbfs(sine_amplitude(-10.0)) + 13.17).abs() < 1e-6);
    }

    #[test]
    fn pauses_do_not_lower_the_active_level() {
        let mut speech = sine(8_000.0, 8_000);
        let alone = active_dbfs(&speech, 8_000);
        speech.extend(vec![0; 24_000]);
        assert!((active_dbfs(&speech, 8_000) - alone).abs() < 0.01);
        assert_eq!(active_dbfs(&[0; 800], 8_000), SILENCE_DBFS);
    }

    #[test]
    fn peak_counts_the_lowest_sample() {
        assert_eq!(peak(&[3, -32_768, 5]), 32_768);
        assert_eq!(peak(&[]), 0);
    }
}
