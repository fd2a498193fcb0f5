//! What a line tells with tones: ringing, busy, congestion, a fax.
//!
//! - [`ProgressDetector`] knows the tones of a country by their frequencies and their rhythm (`progzone`);
//! - [`BusyDetector`] knows a busy tone by its rhythm alone (`busydetect`);
//! - [`FaxDetector`] knows the tones of a fax that calls, and of one that answers;
//! - [`ToneDetector`] knows a tone of one frequency, or a dial tone, [`InformationToneDetector`] the three tones that tell of a
//!   number that cannot be reached.

mod busy;
mod cadence;
mod detector;
mod fax;
mod information;
mod listener;
mod tone;

pub use busy::{BusyDetector, BusySettings};
pub use detector::{ProgressDetector, ProgressTone};
pub use fax::{FaxDetector, FaxTone};
pub use information::InformationToneDetector;
pub use tone::{ToneDetector, ToneSettings};
