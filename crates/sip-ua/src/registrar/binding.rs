//! One contact of an address of record.

use std::net::SocketAddr;
use std::time::SystemTime;

use crate::transport::{Flow, Protocol};

/// Where an address of record can be reached, and until when (RFC 3261 section 10.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The address of record that it serves.
    pub aor: String,
    /// The URI of the Contact, as the phone wrote it.
    pub contact_uri: String,
    /// When it ends.
    pub expires_at: SystemTime,
    /// When it was registered last.
    pub refreshed_at: SystemTime,
    /// Call-ID of the registration: the same one counts its CSeq upwards.
    pub call_id: String,
    /// CSeq number of the latest registration.
    pub cseq: u32,
    /// Preference among the contacts of one address, in thousandths; 1000 when nothing is said.
    pub q: u16,
    /// How the registration came, and how calls can go back.
    pub flow: Flow,
    /// The phone's name for itself.
    pub user_agent: Option<String>,
    /// The address that the registration came from, where calls shall go there and not where the Contact
    /// points (`rewrite_contact`).
    pub received: Option<SocketAddr>,
    /// Path of the registration, nearest proxy first (RFC 3327).
    pub path: Vec<String>,
    /// The phone's name for its hardware, without angle brackets: `urn:uuid:…` (`+sip.instance`, RFC 5626 section 4.1).
    pub instance: Option<String>,
    /// Which of the instance's flows it is, where it registered by the rules of outbound (RFC 5626 section 6): then calls
    /// go over `flow` and nowhere else, and a newer registration of the same flow takes its place.
    pub reg_id: Option<u32>,
}

impl Binding {
    /// Whole seconds that are left at `now`, rounded up so that a live one never says 0.
    #[must_use]
    pub fn remaining(&self, now: SystemTime) -> u64 {
        let left = self.expires_at.duration_since(now).unwrap_or_default();
        left.as_secs() + u64::from(left.subsec_nanos() > 0)
    }

    /// The instance and its flow, where it registered by the rules of outbound.
    #[must_use]
    pub fn outbound(&self) -> Option<(&str, u32)> {
        Some((self.instance.as_deref()?, self.reg_id?))
    }

    /// The connection by which alone the phone can be reached, and with which the contact ends: the phone opened it, and
    /// nobody else can. `None` over UDP, behind a proxy, and where the phone is called at an address that it names.
    #[must_use]
    pub fn connection(&self) -> Option<&Flow> {
        let is_web_socket = matches!(self.flow.protocol, Protocol::Ws | Protocol::Wss);
        let is_bound = is_web_socket || self.outbound().is_some() || self.received.is_some();
        (is_bound && self.flow.protocol.is_reliable() && self.path.is_empty()).then_some(&self.flow)
    }

    /// Whether its time is up.
    #[must_use]
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at <= now
    }
}

/// What a registration, or time, did to a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BindingChange {
    /// A new contact.
    Added(Binding),
    /// A contact that was there, with a later expiry.
    Refreshed(Binding),
    /// A contact that is gone.
    Removed {
        /// As it was.
        binding: Binding,
        /// Why.
        reason: RemovalReason,
    },
}

/// Why a binding is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemovalReason {
    /// Its time was up.
    Expired,
    /// The phone took it back.
    Unregistered,
    /// A newer contact took its place (`remove_existing`).
    Replaced,
    /// The application removed it.
    Dropped,
    /// The connection that it came by has ended, and there is no other way to it.
    Disconnected,
}
