//! Hands the input to `say::fuzzing::say`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| say::fuzzing::say(data));
