//! Hands the input to `billing_agi::agi::fuzzing::agi_lines`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| billing_agi::agi::fuzzing::agi_lines(data));
