//! Applications that change the call detail record of their channel. Without one they say so, and the call goes on.

pub(super) mod fork_cdr;
pub(super) mod no_cdr;
pub(super) mod reset_cdr;
pub(super) mod set_ama_flags;

use crate::dialplan::DialplanChannel;

/// Says that there is nothing to change.
fn say_none(channel: &DialplanChannel, application: &str) {
    channel.verbose(2, format!("{application}: the channel has no call detail record that is open"));
}
