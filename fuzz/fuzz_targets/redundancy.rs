//! Hands the input to `rtp::fuzzing::redundancy` and `rtp::fuzzing::correction`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    rtp::fuzzing::redundancy(data);
    rtp::fuzzing::correction(data);
});
