//! What a line tells with tones: ringing, busy, congestion, a fax.
//!
//! - [`ProgressDetector`] knows the tones of a country by their frequencies and their rhythm (`progzone`);
//! - [`BusyDetector`] knows a busy tone by its rhythm alone (`busydetect`);
//! - [`FaxDetector`] knows the tones of a fax that calls, and of one that answers.

mod busy;
mod cadence;
mod detector;
mod fax;
mod listener;

pub use busy::{BusyDetector, BusySettings};
pub use detector::{ProgressDetector, ProgressTone};
pub use fax::{FaxDetector, FaxTone};
