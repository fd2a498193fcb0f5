//! Waiting for tones of the caller, and finding out which they are.

pub(super) mod tone_scan;
pub(super) mod wait_for_tone;
