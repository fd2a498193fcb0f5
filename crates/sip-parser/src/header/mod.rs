//! Headers: their names, and those that have a type of their own.

mod contact;
mod cseq;
mod lookup;
mod name;
mod name_addr;
mod outbound;
mod params;
mod tag;
mod via;

pub use contact::Contact;
pub use cseq::CSeq;
pub(crate) use lookup::{LineName, UNLISTED, by_number};
pub use name::HeaderName;
#[cfg(test)]
pub(crate) use name::LISTED;
pub use name_addr::NameAddr;
pub use params::Params;
pub(crate) use params::{Quoted, meant, pair, unquoted};
pub(crate) use tag::tag_in;
pub use via::Via;
