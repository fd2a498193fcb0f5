//! Hands the input to `sip_ua::fuzzing::location_object`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sip_ua::fuzzing::location_object(data));
