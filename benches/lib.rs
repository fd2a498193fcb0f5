//! What the benches share: the messages, the operations on them, and how an operation is measured.
//!
//! The benches themselves stand in `benches/`, and those beside other crates in `peers/`; `README.md` says what each
//! measures.

mod measure;
pub mod messages;
mod operation;
mod parsing;
#[cfg(feature = "stack")]
pub mod stack;

pub use measure::table;
pub use operation::{Operation, Work};
pub use parsing::{OURS, parsing};
