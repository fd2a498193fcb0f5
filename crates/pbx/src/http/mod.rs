//! The exchange's HTTP server: `http.conf` says where it is.
//!
//! SIP over WebSockets shares its ports, as in Asterisk. Where a transport of SIP listens at an address of `http.conf`, it hands over
//! whoever asks for another path than its own (`sip_ua::transport::WebGuests`); elsewhere `listener.rs` listens. Both roads lead to
//! `server.rs`, which bounds and reads requests (hyper does) and asks the [`Page`] of the path. A new page is one implementation of that
//! trait, and a line where the server is made.

mod listener;
mod server;
mod status;

pub(crate) use server::{HttpServer, Page, Reply, reply};
pub use status::{HttpStatus, ServedPage};
