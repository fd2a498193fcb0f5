//! Hands the input to `audio::fuzzing::digits`: one octet each for rate, frames and delay, samples after them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(([rate, frame, delay], samples)) = data.split_first_chunk() else { return };
    let samples: Vec<i16> = samples.as_chunks().0.iter().map(|octets| i16::from_le_bytes(*octets)).collect();
    audio::fuzzing::digits(&samples, u32::from(rate % 7) * 8_000, usize::from(*frame), u64::from(*delay));
});
