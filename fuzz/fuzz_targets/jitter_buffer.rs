//! Hands the input to `rtp_jitter::fuzzing::jitter_buffer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp_jitter::fuzzing::jitter_buffer(data));
