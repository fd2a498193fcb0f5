//! Parsers of ours and of others on the same messages, as a table: time, instructions, allocations, and how they compare.
//!
//! `cargo run --release`, with words behind `--` to pick operations or crates.

mod descriptions;
mod ezk;
mod rsip;
mod rsipstack;
mod rvoip;
mod sipx;

use std::process::ExitCode;

use benches::Operation;

/// The names of what is done, as `benches` has them.
const INDEX: &str = "INVITE, indexed";
const TYPED: &str = "INVITE, nine headers typed";
const RESPONSE: &str = "180 response, written";
const DESCRIPTION: &str = "SDP, everything typed";

fn main() -> ExitCode {
    let peers = [
        sipx::operations(),
        rsipstack::operations(),
        ezk::operations(),
        rsip::operations(),
        rvoip::operations(),
        descriptions::operations(),
    ];
    let mut peers: Vec<Operation> = peers.into_iter().flatten().collect();
    let mut operations = Vec::new();
    for ours in benches::parsing() {
        let name = ours.name;
        operations.push(ours);
        let (same, others) = peers.into_iter().partition(|peer| peer.name == name);
        operations.extend::<Vec<_>>(same);
        peers = others;
    }
    assert!(peers.is_empty(), "every peer does something that we do");
    benches::table(&operations)
}
