//! The tests stand in `end_to_end/`, by subject; `end_to_end/harness/` holds the exchange, the phones and the measuring
//! that they share. `cargo xtask test` installs the programs that they need.
