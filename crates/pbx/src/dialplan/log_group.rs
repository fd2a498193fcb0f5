//! The group of a channel in the log, which `LOG_GROUP()` sets.

use std::sync::{Mutex, PoisonError};

use call_control::Call;

/// The name of the group; empty where there is none.
#[derive(Default)]
pub(crate) struct LogGroup(Mutex<String>);

impl LogGroup {
    /// That of a channel.
    pub(crate) fn of(call: &Call) -> String {
        call.kept::<Self>()
            .map(|group| group.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }

    /// Puts a channel into a group, or with an empty name into none.
    pub(crate) fn set(call: &Call, group: &str) {
        group.clone_into(&mut call.keep::<Self>().0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
