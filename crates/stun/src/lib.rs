//! STUN (RFC 8489) as ports of telephony answer it: a phone asks under which address it is seen, and keeps the way
//! through a translator open with it (RFC 5626 §4.4.2, RFC 6263 §4.6).
//!
//! [`read`] takes any datagram of a port that SIP or RTP shares with STUN (RFC 7983), and has the answer ready where one is
//! due. Nothing here knows a socket. Credentials are not asked for: nothing is told that the asker could not find out.
//!
//! ```
//! use stun::Stun;
//!
//! // A binding request without attributes.
//! let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
//! request.extend(*b"transaction!");
//! let Stun::Response(response) = stun::read(&request, ([192, 0, 2, 1], 32_853).into()) else { panic!() };
//! assert_eq!(response[..2], [1, 1]); // a success, with the address inside
//! assert_eq!(stun::read(b"OPTIONS sip:desk@192.0.2.1 SIP/2.0\r\n", ([192, 0, 2, 1], 5_060).into()), Stun::Other);
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod binding;
#[doc(hidden)]
pub mod fuzzing;

pub use binding::{Stun, read};
