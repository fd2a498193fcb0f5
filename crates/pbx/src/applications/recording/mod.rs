//! Recording and listening: copies of what is said, while the call goes on.

pub(super) mod background_detect;
pub(super) mod dictate;
pub(super) mod mix_monitor;
pub(super) mod monitor;
pub(super) mod record;
pub(super) mod stop_mix_monitor;
pub(super) mod stop_monitor;
pub(super) mod wait_for_talk;

/// The variable that names what `Monitor` records.
const MONITOR: &str = "MONITOR_ID";
