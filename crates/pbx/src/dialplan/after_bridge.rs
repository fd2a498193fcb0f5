//! Where a channel's dialplan goes on when the party that it is joined with has hung up: `Set(CHANNEL(after_bridge_goto)=context,100,1)`.

use std::sync::{Arc, Mutex, PoisonError};

use call_control::Call;
use dialplan_vm::JumpTarget;

/// The place, as it was written; nothing where none was named.
#[derive(Default)]
pub(crate) struct AfterBridge(Mutex<String>);

impl AfterBridge {
    /// That of a channel.
    pub(crate) fn of(call: &Call) -> Arc<Self> {
        call.keep()
    }

    /// Names the place; an empty text names none.
    pub(crate) fn set(&self, target: &str) {
        target.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The place that was named.
    pub(crate) fn target(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The place, for the one time that it counts.
    pub(crate) fn take(call: &Call) -> Option<JumpTarget> {
        let kept = call.kept::<Self>()?;
        let target = std::mem::take(&mut *kept.0.lock().unwrap_or_else(PoisonError::into_inner));
        JumpTarget::parse(&target).ok()
    }
}
