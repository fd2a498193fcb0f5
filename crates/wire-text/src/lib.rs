//! Numbers and addresses as they stand in text protocols (SIP, SDP), read and written without the formatting machinery of
//! `core`: a call reads some fifty addresses, and writes more numbers than that.
//!
//! - [`ipv4`] and [`ip`] read what the standard parsers read, and nothing else;
//! - [`find`], [`position`] and [`Places`] find octets in short texts, sixteen at once;
//! - [`Decimal`] and [`Address`] are such texts on the stack, to be put into a buffer or a [`Formatter`](core::fmt::Formatter)
//!   in one piece.
//!
//! ```
//! use wire_text::{Address, Decimal, ipv4};
//!
//! let address = ipv4("192.0.2.1").unwrap();
//! assert_eq!(Address::of(address.into()).as_str(), "192.0.2.1");
//! assert_eq!(Decimal::of(5060_u16).as_str(), "5060");
//! assert_eq!(ipv4("192.0.2.01"), None);
//! ```
//!
//! No I/O, no allocation, `no_std`.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod address;
mod decimal;
mod sixteen;

pub use address::{Address, ip, ipv4};
pub use decimal::Decimal;
pub use sixteen::{Found, Places, Sixteen, all, find, position};
