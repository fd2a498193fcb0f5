//! Hands the input to `audiosocket::fuzzing::audiosocket_stream`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| audiosocket::fuzzing::audiosocket_stream(data));
