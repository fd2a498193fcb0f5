//! Single facts of a message, or why they cannot be read.

use sip_parser::{HeaderName, Message};

use crate::harness::Outcome;

/// The branch of the topmost Via.
pub(crate) fn branch(message: &Message) -> Outcome<String> {
    let via = message.via()?;
    via.branch().map(str::to_owned).ok_or_else(|| "the Via has no branch".into())
}

/// The tag of From.
pub(crate) fn from_tag(message: &Message) -> Outcome<String> {
    message.from()?.tag().map(str::to_owned).ok_or_else(|| "From has no tag".into())
}

/// The tag of To.
pub(crate) fn to_tag(message: &Message) -> Outcome<String> {
    message.to()?.tag().map(str::to_owned).ok_or_else(|| "To has no tag".into())
}

/// The value of the first line of that name.
pub(crate) fn header<'m>(message: &'m Message, name: &str) -> Outcome<&'m str> {
    message.raw(&HeaderName::from(name)).ok_or_else(|| format!("there is no {name}").into())
}
