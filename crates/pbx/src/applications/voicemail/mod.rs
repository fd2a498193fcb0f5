//! What dialplans ask of mailboxes: who their owners are.

pub(super) mod directory;
mod names;
mod search;
pub(super) mod vm_authenticate;
