//! Opus in files (RFC 7845): packets on pages of Ogg (RFC 3533), each with the time at its end.

mod page;
mod reader;
mod writer;

pub use page::OggPage;
pub use reader::{OggError, OggReader};
pub use writer::OggWriter;
