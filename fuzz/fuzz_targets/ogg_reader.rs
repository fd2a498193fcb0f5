//! Hands the input to `audio::fuzzing::music_reader`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| audio::fuzzing::music_reader(data));
