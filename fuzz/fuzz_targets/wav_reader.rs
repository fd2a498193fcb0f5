//! Hands the input to `audio::fuzzing::wav_reader`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| audio::fuzzing::wav_reader(data));
