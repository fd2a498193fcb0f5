//! Which addresses a phone and we know each other by.

use std::net::IpAddr;

use sip_ua::transport::Flow;

/// How a phone and we see each other.
#[derive(Clone, Copy, Debug)]
pub(in crate::sip) struct Seen {
    /// Our address, as descriptions say it.
    pub(in crate::sip) address: IpAddr,
    /// It is another one than that of our socket.
    pub(in crate::sip) outside: bool,
    /// Where the phone's messages come from.
    pub(in crate::sip) peer: IpAddr,
}

impl Seen {
    /// Over `flow`, which has our media described at `address`.
    pub(in crate::sip) fn over(flow: &Flow, address: IpAddr) -> Self {
        Self { address, outside: address != flow.local.ip(), peer: flow.remote.ip() }
    }
}
