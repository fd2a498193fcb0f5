//! Hands the input to `audio::fuzzing::sound_effects`: one octet each for rate, pitch, frequency and frames, samples after them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(([rate, pitch, frequency, frame], samples)) = data.split_first_chunk() else { return };
    let samples: Vec<i16> = samples.as_chunks().0.iter().map(|octets| i16::from_le_bytes(*octets)).collect();
    let (rate, factor) = (u32::from(rate % 7) * 8_000, f32::from(*pitch) / 60.0);
    audio::fuzzing::sound_effects(&samples, (rate, factor, u16::from(*frequency) * 16), usize::from(*frame));
});
