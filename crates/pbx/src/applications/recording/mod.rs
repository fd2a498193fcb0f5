//! Recording: a copy of what is said, made by the exchange's recorder while the call goes on.

pub(super) mod mix_monitor;
pub(super) mod stop_mix_monitor;
