//! Hands the input to `rtp::fuzzing::srtp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp::fuzzing::srtp(data));
