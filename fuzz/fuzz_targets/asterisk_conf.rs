//! Hands the input to `asterisk_conf::fuzzing::asterisk_conf`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| asterisk_conf::fuzzing::asterisk_conf(data));
