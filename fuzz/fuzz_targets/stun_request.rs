//! Hands the input to `stun::fuzzing::stun_request`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stun::fuzzing::stun_request(data));
