//! Hands the input to `pbx::applications::fuzzing::external_ivr`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pbx::applications::fuzzing::external_ivr(data));
