//! What a compiled dialplan promises and does not keep.

mod conditions;
pub use conditions::check_conditions;

mod jumps;
pub use jumps::check_jumps;

mod targets;
pub(crate) use targets::constant_targets;
