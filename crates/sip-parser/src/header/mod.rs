//! Headers: their names, and those that have a type of their own.

mod contact;
mod cseq;
mod lookup;
mod name;
mod name_addr;
mod params;
mod via;

pub use contact::Contact;
pub use cseq::CSeq;
pub(crate) use lookup::{LineName, UNLISTED, by_number};
pub use name::HeaderName;
pub use name_addr::NameAddr;
pub use params::Params;
pub(crate) use params::unquoted;
pub use via::Via;
