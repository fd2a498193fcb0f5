//! Hands the input to `opus::fuzzing::opus_packets`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opus::fuzzing::opus_packets(data));
