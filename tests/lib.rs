//! The tests stand in `end_to_end/`; `cargo xtask test` installs the programs that they need.
