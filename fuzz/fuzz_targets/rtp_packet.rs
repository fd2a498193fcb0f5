//! Hands the input to `rtp::fuzzing::rtp_packet`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp::fuzzing::rtp_packet(data));
