//! Noise of a line in a few octets (RFC 3389): what is sent in silence instead of packets of it.
//!
//! - [`Analyser`] listens to silence and describes it;
//! - [`Description`] is the payload of a packet of comfort noise;
//! - [`Generator`] makes noise of a description.

mod analyser;
mod description;
mod generator;

pub use analyser::Analyser;
pub use description::{Description, EmptyPayload, MAX_ORDER};
pub use generator::Generator;
