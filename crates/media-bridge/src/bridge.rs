use std::sync::Arc;

use crate::engine::Shared;
use crate::id::{BridgeId, LegId};
use crate::thread::Command;

/// Two legs that hear each other, from [`MediaEngine::bridge`](crate::MediaEngine::bridge) until this is dropped.
///
/// Packets go from one to the other on receipt: as they came when both legs speak one codec, translated otherwise.
/// While a leg plays something, it hears that instead of its peer. A leg is in one bridge at a time: joining it to
/// another one ends this one, and so does closing it.
#[must_use = "the legs part when the bridge is dropped"]
pub struct Bridge {
    pub(crate) id: BridgeId,
    pub(crate) first: LegId,
    /// The other leg, where it is not sure to be on the thread of the first one: it is told the end as well.
    pub(crate) second: Option<LegId>,
    pub(crate) shared: Arc<Shared>,
}

impl Drop for Bridge {
    fn drop(&mut self) {
        for leg in [Some(self.first), self.second].into_iter().flatten() {
            self.shared.command(leg, Command::Part { bridge: self.id });
        }
    }
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bridge({})", self.id.0)
    }
}
