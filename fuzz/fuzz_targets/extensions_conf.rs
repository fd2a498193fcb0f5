//! Hands the input to `dialplan_vm::fuzzing::extensions_conf`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dialplan_vm::fuzzing::extensions_conf(data));
