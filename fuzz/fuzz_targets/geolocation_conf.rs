//! Hands the input to `pbx::configuration::fuzzing::geolocation_conf`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pbx::configuration::fuzzing::geolocation_conf(data));
