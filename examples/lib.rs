//! The examples stand beside this file: `cargo run -p examples --example NAME`.
