//! Hands the input to `sip_ua::fuzzing::exchange_state`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sip_ua::fuzzing::exchange_state(data));
