//! The driver over loopback: ports are the system's choice, every wait is bounded and ends with what it waits for.
#![expect(clippy::expect_used, reason = "a panic is how a test fails, in its helpers too")]

mod mirror;

mod guarded;
mod limits;
mod listening;
mod tcp;
mod tls;
mod udp;
mod user_agents;
mod websocket;
