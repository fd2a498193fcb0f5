//! Hands the input to `audio::fuzzing::au_reader`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| audio::fuzzing::au_reader(data));
