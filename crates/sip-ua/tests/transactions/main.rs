//! The transaction layer: matching, timers, roads back and limits, on a clock of its own.
#![expect(clippy::expect_used, reason = "a panic is how a test fails, in its helpers too")]

mod bench;

mod cancel;
mod client;
mod lossy_network;
mod malformed;
mod reply_road;
mod sequences;
mod server;
