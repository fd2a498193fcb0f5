//! Hands the input to `sip_ua::fuzzing::presence`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sip_ua::fuzzing::presence(data));
