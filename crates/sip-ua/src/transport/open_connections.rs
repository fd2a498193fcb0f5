//! Which connections are open, for those outside of the task that owns them.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use super::Flow;

/// The flows of all open connections of one driver. Clones share the set; only its task changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenConnections(Arc<RwLock<HashSet<Flow>>>);

impl OpenConnections {
    /// Whether the connection named by `flow` is open.
    pub(crate) fn contains(&self, flow: &Flow) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(flow)
    }

    pub(crate) fn opened(&self, flow: Flow) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(flow);
    }

    pub(crate) fn closed(&self, flow: &Flow) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(flow);
    }
}
