//! Hands the input to `sdp::fuzzing::offer_answer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sdp::fuzzing::offer_answer(data));
