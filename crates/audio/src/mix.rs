//! A conference adds everybody once into a wide sum, then gives each member that sum without their own voice:
//!
//! ```
//! let (ann, bob, eve) = ([1_000_i16, -5], [200_i16, 10], [30_000_i16, 7]);
//! let mut sum = [0_i32; 2];
//! for voice in [&ann, &bob, &eve] {
//!     audio::mix::accumulate(&mut sum, voice);
//! }
//! let mut for_ann = [0_i16; 2];
//! audio::mix::minus(&sum, &ann, &mut for_ann);
//! assert_eq!(for_ann, [30_200, 17]);
//! ```
//!
//! All kernels are plain loops over slices that the compiler turns into vector instructions. Where slices differ
//! in length the shorter one ends the work. No kernel wraps around: what is too loud is clipped.

/// Adds `voice` to `mix`, clipping.
pub fn add(mix: &mut [i16], voice: &[i16]) {
    for (mix, &voice) in mix.iter_mut().zip(voice) {
        *mix = mix.saturating_add(voice);
    }
}

/// Adds `voice` to a wide sum. 65,536 voices fit before it could overflow.
pub fn accumulate(sum: &mut [i32], voice: &[i16]) {
    for (sum, &voice) in sum.iter_mut().zip(voice) {
        *sum += i32::from(voice);
    }
}

/// What a member of a conference hears: the sum without `own`, clipped to 16 bit.
pub fn minus(sum: &[i32], own: &[i16], out: &mut [i16]) {
    for ((out, &sum), &own) in out.iter_mut().zip(sum).zip(own) {
        *out = clip(sum - i32::from(own));
    }
}

/// What one who does not speak hears: the whole sum, clipped to 16 bit.
pub fn saturate(sum: &[i32], out: &mut [i16]) {
    for (out, &sum) in out.iter_mut().zip(sum) {
        *out = clip(sum);
    }
}

/// A gain for [`scale`] from decibels: fixed point with 12 bits behind the point, up to +18 dB.
pub fn gain(decibels: f64) -> i32 {
    let linear = 10_f64.powf(decibels.min(18.0) / 20.0);
    (linear * 4_096.0).round() as i32
}

/// Multiplies by a [`gain`], clipping.
pub fn scale(samples: &mut [i16], gain: i32) {
    let gain = gain.clamp(0, i32::from(i16::MAX));
    for sample in samples {
        *sample = clip((i32::from(*sample) * gain + 2_048) >> 12);
    }
}

fn clip(sample: i32) -> i16 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_voices_clip_and_do_not_wrap() {
        let mut mix = [30_000, -30_000, 5];
        add(&mut mix, &[10_000, -10_000, 5]);
        assert_eq!(mix, [i16::MAX, i16::MIN, 10]);

        let mut out = [0; 2];
        saturate(&[70_000, -70_000], &mut out);
        assert_eq!(out, [i16::MAX, i16::MIN]);
    }

    #[test]
    fn nobody_hears_themselves() {
        let voices: Vec<[i16; 4]> = (1..=5).map(|n| [n * 100, -n, n * 7, 0]).collect();
        let mut sum = [0; 4];
        for voice in &voices {
            accumulate(&mut sum, voice);
        }
        for (own, voice) in voices.iter().enumerate() {
            let mut heard = [0; 4];
            minus(&sum, voice, &mut heard);
            let mut others = [0; 4];
            for (other, voice) in voices.iter().enumerate() {
                if other != own {
                    add(&mut others, voice);
                }
            }
            assert_eq!(heard, others);
        }
    }

    #[test]
    fn gain_is_in_decibels() {
        let mut samples = [1_000, -1_000, 20_000];
        scale(&mut samples, gain(6.02));
        assert_eq!(samples, [2_000, -2_000, i16::MAX]);
        scale(&mut samples, gain(f64::NEG_INFINITY));
        assert_eq!(samples, [0, 0, 0]);
        let mut same = [i16::MIN, i16::MAX];
        scale(&mut same, gain(0.0));
        assert_eq!(same, [i16::MIN, i16::MAX]);
    }
}
