//! Hands the input to `pbx::configuration::fuzzing::pjsip_conf`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pbx::configuration::fuzzing::pjsip_conf(data));
