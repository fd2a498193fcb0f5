//! User agents that talk to each other over a simulated network, on a clock of its own.
#![expect(clippy::expect_used, reason = "a panic is how a test fails, in its helpers too")]

mod network;

mod authentication;
mod chaos;
mod door;
mod failover;
mod farewells;
mod forks;
mod headers;
mod ladders;
mod peer_addresses;
mod races;
mod refers;
mod reinvites;
mod reliable;
mod restored_subscriptions;
mod security_mechanisms;
mod session_timers;
mod subscription_chaos;
mod subscriptions;
mod torture;
mod updates;
mod weather;
