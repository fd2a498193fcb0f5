//! Hands the input to `media_websocket::fuzzing::media_websocket`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media_websocket::fuzzing::media_websocket(data));
