//! Hands the input to `g722::fuzzing::g722_decoder`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| g722::fuzzing::g722_decoder(data));
