//! Hands the input to `sip_ua::fuzzing::user_agents`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sip_ua::fuzzing::user_agents(data));
