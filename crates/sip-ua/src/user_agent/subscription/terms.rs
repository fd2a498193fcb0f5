//! What an application gives to a subscription.

use super::event_id::EventId;
use super::notification::{Document, Standing};
use crate::digest::Credentials;
use crate::transaction::ReplyRoute;
use crate::transport::Flow;
use crate::user_agent::PeerAddress;

/// How a peer's SUBSCRIBE is accepted.
#[derive(Clone, Debug)]
pub struct SubscriptionTerms {
    /// Contact as a name-addr: where the peer reaches us in this dialog.
    pub contact: String,
    /// Seconds; a shorter wish, but for 0, is answered 423 with Min-Expires. Wishes of an hour and more are never too
    /// short (RFC 6665 section 4.2.1.1).
    pub min_expires: u32,
    /// Seconds for a SUBSCRIBE without Expires.
    pub default_expires: u32,
    /// Seconds; a longer wish is cut to it.
    pub max_expires: u32,
    /// Allowed already, or still to be decided.
    pub standing: Standing,
    /// The state now.
    pub document: Document,
    /// Further headers of each 2xx and NOTIFY, in order; Require, for example.
    pub headers: Vec<(String, String)>,
    /// What to answer challenges to NOTIFY with.
    pub credentials: Vec<Credentials>,
    /// Which address NOTIFY goes to.
    pub peer_address: PeerAddress,
    /// Where responses to later SUBSCRIBEs go.
    pub reply_route: ReplyRoute,
}

impl SubscriptionTerms {
    /// An active subscription that lasts from a minute to an hour.
    #[must_use]
    pub fn new(contact: impl Into<String>, document: Document) -> SubscriptionTerms {
        SubscriptionTerms {
            contact: contact.into(),
            min_expires: 60,
            default_expires: 3_600,
            max_expires: 3_600,
            standing: Standing::Active,
            document,
            headers: Vec::new(),
            credentials: Vec::new(),
            peer_address: PeerAddress::default(),
            reply_route: ReplyRoute::default(),
        }
    }

    /// What becomes of a wish.
    ///
    /// # Errors
    /// The least that would be granted, for a wish that is too short.
    pub(super) fn grant(&self, asked: Option<u32>) -> Result<u32, u32> {
        /// No wish of this length is too short.
        const HOUR: u32 = 3_600;
        let least = self.min_expires.min(HOUR);
        let granted = asked.unwrap_or(self.default_expires).min(self.max_expires.max(least));
        match asked {
            Some(0) => Ok(0),
            Some(asked) if asked < least => Err(least),
            _ => Ok(granted.max(1)),
        }
    }
}

/// A subscription of ours to make with [`UserAgent::subscribe`](crate::user_agent::UserAgent::subscribe).
#[derive(Clone, Debug)]
pub struct OutboundSubscribe {
    /// Request-URI: what is watched.
    pub target: String,
    /// Where the SUBSCRIBE goes.
    pub flow: Flow,
    /// From as a name-addr without a tag.
    pub from: String,
    /// To as a name-addr without a tag.
    pub to: String,
    /// Contact as a name-addr: where the peer reaches us in this dialog.
    pub contact: String,
    /// Route values, in order.
    pub route: Vec<String>,
    /// Further headers, in order; Accept, for example.
    pub headers: Vec<(String, String)>,
    /// What to watch.
    pub event: EventId,
    /// Seconds to ask for; 0 fetches the state once.
    pub expires: u32,
    /// What to answer challenges with; each realm is answered once.
    pub credentials: Vec<Credentials>,
}
