//! User agents that talk to each other over a simulated network, on a clock of its own.
#![expect(clippy::expect_used, reason = "a panic is how a test fails, in its helpers too")]

mod network;

mod authentication;
mod chaos;
mod door;
mod forks;
mod ladders;
mod races;
mod reinvites;
mod torture;
mod weather;
