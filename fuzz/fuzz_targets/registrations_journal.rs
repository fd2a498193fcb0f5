//! Hands the input to `pbx::registrar::fuzzing::registrations_journal`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pbx::registrar::fuzzing::registrations_journal(data));
