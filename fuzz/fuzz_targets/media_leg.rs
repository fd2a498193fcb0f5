//! Hands the input to `media_bridge::fuzzing::leg`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media_bridge::fuzzing::leg(data));
