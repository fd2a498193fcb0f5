//! Hands the input to `dialplan_vm::fuzzing::dialplan_expression`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dialplan_vm::fuzzing::dialplan_expression(data));
