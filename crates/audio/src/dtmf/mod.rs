//! DTMF digits as tones (ITU-T Q.23): made, recognised in a stream, and taken out of it.
//!
//! - [`tone`] and [`sequence`] make them;
//! - [`Detector`] recognises them, by the limits of ITU-T Q.24 ([`Limits`]);
//! - [`Mute`] recognises them and silences them on the way, for a stream whose digits go on as events (RFC 4733).

mod detector;
mod digits;
mod limits;
mod mute;
mod reading;
mod span;

pub use detector::{Detector, DigitEvent};
pub use digits::{frequencies, sequence, tone};
pub use limits::Limits;
pub use mute::Mute;
