//! Hands the input to `gsm::fuzzing::gsm_frames`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gsm::fuzzing::gsm_frames(data));
