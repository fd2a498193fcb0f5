//! What functions keep for all channels of an exchange.

use std::sync::Arc;

use super::groups::Groups;
use super::groups::Locks;
use super::outside::Environment;
use super::queues::MemberChanges;

/// One of each.
#[derive(Default)]
pub(crate) struct FunctionStores {
    /// Which groups channels are in.
    pub(super) groups: Arc<Groups>,
    /// Which channel holds which lock.
    pub(super) locks: Arc<Locks>,
    /// Variables of the environment that were set.
    pub(super) environment: Environment,
    /// What was changed of the members of queues.
    pub(super) queues: MemberChanges,
}
