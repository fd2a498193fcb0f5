//! Which transaction a message belongs to (RFC 3261 sections 17.1.3 and 17.2.3).
//!
//! Keys are fingerprints of texts: looking one up, and filing it, allocates nothing.

use std::hash::Hasher;

use sip_parser::{CSeq, HeaderError, HeaderName, Host, Message, Method, Via};

use crate::hashing::{Fingerprint, Fingerprints, write_text};

/// What branches of RFC 3261 begin with (section 8.1.1.7). Without it, a client is older and makes no promise
/// about its branches.
pub(super) const MAGIC_COOKIE: &str = "z9hG4bK";

/// What matching needs to know of a message, read once. Its presence shows that the message has the headers
/// that every message needs (section 8.1.1; a `From` tag is not asked for, RFC 2543 knew none).
pub(super) struct Identity<'m> {
    pub(super) via: Via<'m>,
    /// Of the top `Via`; empty where it has none.
    branch: &'m str,
    /// The top `Via` has `rport` (RFC 3581).
    pub(super) asks_rport: bool,
    pub(super) cseq: CSeq,
    call_id: &'m str,
    from_tag: &'m str,
    pub(super) has_to_tag: bool,
    uri: &'m str,
}

impl<'m> Identity<'m> {
    pub(super) fn of(message: &'m Message) -> Result<Self, HeaderError> {
        let via = message.via()?;
        let [branch, rport] = via.params().get_each(["branch", "rport"]);
        Ok(Self {
            via,
            branch: branch.flatten().unwrap_or_default(),
            asks_rport: rport.is_some(),
            cseq: message.cseq()?,
            call_id: message.call_id()?,
            from_tag: message.from()?.tag().unwrap_or_default(),
            has_to_tag: message.to()?.tag().is_some(),
            uri: message.uri().unwrap_or_default(),
        })
    }

    /// Key of the server transaction that a request of `method` with these headers belongs to. An ACK belongs to
    /// its INVITE's; a CANCEL to one of its own, and the one it cancels is found by asking for INVITE.
    ///
    /// For an old branch the key is the tuple that RFC 2543 compared: Request-URI, `From` tag, `Call-ID`, `CSeq`
    /// and top `Via`. The `To` tag is left out: it differs between an INVITE and its ACK, and the other parts
    /// tell apart all requests of one client.
    pub(super) fn server_key(&self, method: &Method, prints: &Fingerprints) -> Fingerprint {
        let method = if *method == Method::Ack { &Method::Invite } else { method };
        let port = self.via.port().unwrap_or_default();
        let is_old = !names_transaction(self.branch);
        prints.of(|hasher| {
            write_text(hasher, self.branch);
            write_host(hasher, self.via.host());
            hasher.write_u16(port);
            write_text(hasher, method.as_str());
            if is_old {
                hasher.write_u32(self.cseq.number);
                [self.uri, self.from_tag, self.call_id].into_iter().for_each(|text| write_text(hasher, text));
            }
        })
    }

    /// What stays the same when a request of `method` is repeated, or comes by two paths (section 8.2.2.2).
    pub(super) fn merge_key(&self, method: &Method, prints: &Fingerprints) -> Fingerprint {
        prints.of(|hasher| {
            write_text(hasher, self.call_id);
            write_text(hasher, self.from_tag);
            hasher.write_u32(self.cseq.number);
            write_text(hasher, method.as_str());
        })
    }
}

fn write_host(hasher: &mut impl Hasher, host: Host<'_>) {
    match host {
        Host::Name(name) => write_text(hasher, name),
        Host::Ipv4(ip) => hasher.write_u32(ip.to_bits()),
        Host::Ipv6(ip) => hasher.write_u128(ip.to_bits()),
    }
}

/// Whether a branch is one of RFC 3261 with something behind the cookie. The cookie alone is shared by all requests
/// of its sender, and names none of them.
fn names_transaction(branch: &str) -> bool {
    branch.strip_prefix(MAGIC_COOKIE).is_some_and(|identifier| !identifier.is_empty())
}

/// Key of the client transaction that a message of `method` and `branch` belongs to.
pub(super) fn client_key(branch: &str, method: &Method, prints: &Fingerprints) -> Fingerprint {
    prints.of(|hasher| {
        write_text(hasher, branch);
        write_text(hasher, method.as_str());
    })
}

/// Whether a response went through proxies that should have taken their `Via` away (section 8.1.3.3).
pub(super) fn is_misrouted(response: &Message) -> bool {
    response.has_several(&HeaderName::Via)
}
