//! What channels do together: groups that count them, and locks that one of them holds.

mod group;
mod lock;
mod locks;
mod membership;

pub(super) use locks::Locks;
pub(super) use membership::Groups;

use crate::functions::{Danger, Function, reads_later};

pub(super) const ROWS: &[Function] = &[
    Function::new("GROUP", "GROUP([category])", "The group that the channel is in.", group::read)
        .set(group::write),
    Function::new(
        "GROUP_COUNT",
        "GROUP_COUNT([groupname][@category])",
        "How many channels are in a group.",
        group::count,
    ),
    Function::new("GROUP_LIST", "GROUP_LIST()", "All groups that the channel is in.", group::list),
    Function::new(
        "GROUP_MATCH_COUNT",
        "GROUP_MATCH_COUNT(groupmatch[@category])",
        "How many channels are in groups of such names.",
        group::count_matching,
    ),
    Function::new("LOCK", "LOCK(lockname)", "Waits for a lock and takes it: 1, or 0.", reads_later)
        .later(lock::wait)
        .dangerous(Danger::Both),
    Function::new("TRYLOCK", "TRYLOCK(lockname)", "Takes a lock if nobody has it: 1, or 0.", lock::attempt)
        .dangerous(Danger::Both),
    Function::new("UNLOCK", "UNLOCK(lockname)", "Lets a lock go: 1, or 0.", lock::release)
        .dangerous(Danger::Both),
];

#[cfg(test)]
mod tests;
