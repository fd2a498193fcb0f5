//! Taps: what a leg hears and sends, copied for whoever wants to have it, while it goes on its way untouched.
//!
//! A media thread puts each packet as it is, still encoded, with its time, into a queue of octets without locks; that is all
//! that it does. Whoever reads decodes it in a time of its own. A queue that nobody empties loses packets, which are counted and
//! show as silence of their length: times stand with the packets, so nothing shifts.
//!
//! - [`Tap`] is the end that is read: packets;
//! - [`TapReader`] makes sound of them: both directions on one time, aligned to the sample.

mod queue;
mod reader;
mod stream;
mod timeline;

pub(crate) use queue::{Kind, Slice, TapEnd, tap};
pub use queue::{Side, Sides, Tap};
pub use reader::TapReader;
