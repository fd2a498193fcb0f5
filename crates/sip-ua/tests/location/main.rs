//! Finding servers by DNS: each rule of RFC 3263, zones that are badly kept, and a name server on loopback.
#![expect(clippy::expect_used, reason = "a panic is how a test fails, in its helpers too")]

mod zone;

mod addresses;
mod bounds;
mod name_server;
mod other_services;
mod resolver;
mod servers;
mod services;
mod sharing;
