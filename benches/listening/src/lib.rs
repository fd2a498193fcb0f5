//! Listening to jitter buffers over simulated networks: the parts of both programs.

/// The networks, and the table.
pub mod grid;
/// What is listened to, and how.
pub mod listener;
/// Delay, found in the sound.
mod measure;
/// The peer.
pub mod neteq;
/// `rtp-jitter`.
pub mod ours;
/// Perceived quality.
mod score;
/// What is said.
pub mod speech;
