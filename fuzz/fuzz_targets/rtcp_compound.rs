//! Hands the input to `rtp::fuzzing::rtcp_compound`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp::fuzzing::rtcp_compound(data));
