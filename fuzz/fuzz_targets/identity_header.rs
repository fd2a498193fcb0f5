//! Hands the input to `stir_shaken::fuzzing::identity`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stir_shaken::fuzzing::identity(data));
