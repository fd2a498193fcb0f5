//! Hands the input to `sip_parser::fuzzing::uri`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sip_parser::fuzzing::uri(data));
