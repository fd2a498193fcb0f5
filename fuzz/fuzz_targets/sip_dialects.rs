//! Hands the input to `pbx::configuration::fuzzing::sip_dialects`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pbx::configuration::fuzzing::sip_dialects(data));
