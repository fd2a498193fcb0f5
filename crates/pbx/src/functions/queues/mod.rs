//! `QUEUE_…`: queues of `queues.conf`, their members, and what these do.
//!
//! Nobody waits in a queue yet: there is no `Queue`, so that those who wait are none.

mod changes;
mod member;
mod queue;

pub(crate) use changes::MemberChanges;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("QUEUE_EXISTS", "QUEUE_EXISTS(queue)", "Whether there is such a queue.", queue::exists),
    Function::new(
        "QUEUE_GET_CHANNEL",
        "QUEUE_GET_CHANNEL(queue[,position])",
        "The channel that waits at a place of a queue.",
        queue::channel,
    ),
    Function::new(
        "QUEUE_MEMBER",
        "QUEUE_MEMBER([queue],option[,interface])",
        "How many members of a queue are there or free, or what one of them is set to.",
        member::read,
    )
    .set(member::write),
    Function::new(
        "QUEUE_MEMBER_COUNT",
        "QUEUE_MEMBER_COUNT(queue)",
        "How many members of a queue are there.",
        member::count,
    ),
    Function::new("QUEUE_MEMBER_LIST", "QUEUE_MEMBER_LIST(queue)", "The members of a queue.", member::list),
    Function::new(
        "QUEUE_MEMBER_PENALTY",
        "QUEUE_MEMBER_PENALTY(queue,interface)",
        "The penalty of a member.",
        member::read_penalty,
    )
    .set(member::write_penalty),
    Function::new(
        "QUEUE_VARIABLES",
        "QUEUE_VARIABLES(queue)",
        "Sets variables to what a queue is like: 0, or -1 where there is none.",
        queue::variables,
    ),
    Function::new(
        "QUEUE_WAITING_COUNT",
        "QUEUE_WAITING_COUNT(queue)",
        "How many wait in a queue.",
        queue::waiting,
    ),
];

#[cfg(test)]
mod tests;
