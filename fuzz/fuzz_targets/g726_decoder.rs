//! Hands the input to `g726::fuzzing::g726_decoder`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| g726::fuzzing::g726_decoder(data));
