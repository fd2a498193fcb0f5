//! AudioSocket: the audio of one call over one stream of octets, both ways, as servers of speech programs have it.
//!
//! A message is an octet that names its kind, two octets of length, the high one first, and so many octets. The exchange connects, says
//! which call it is, and both sides send sound and keys until one ends it.
//!
//! - [`Message`] is one message: read by [`Incoming`], which takes the stream as it comes, written by [`Message::write`].
//! - [`Outgoing`] keeps what a slow server has not taken yet, within a bound.
//!
//! Nothing here knows a socket.
//!
//! ```
//! use audiosocket::{Incoming, Message};
//!
//! let mut stream = Incoming::new();
//! let octets = [0x10, 0, 4, 1, 0, 0xff, 0xff, 0x03, 0, 1, b'5'];
//! stream.space()[..octets.len()].copy_from_slice(&octets);
//! stream.arrived(octets.len());
//! let Ok(Some(Message::Sound { rate: 8_000, samples })) = stream.next_message() else { panic!() };
//! assert_eq!(audiosocket::samples(samples).collect::<Vec<_>>(), [1, -1]);
//! assert_eq!(stream.next_message(), Ok(Some(Message::Key(b'5'))));
//! assert_eq!(stream.next_message(), Ok(None));
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

#[doc(hidden)]
pub mod fuzzing;
mod identifier;
mod incoming;
mod message;
mod outgoing;

pub use identifier::{CallIdentifier, IdentifierError};
pub use incoming::Incoming;
pub use message::{Message, MessageError, RATES, samples};
pub use outgoing::Outgoing;
