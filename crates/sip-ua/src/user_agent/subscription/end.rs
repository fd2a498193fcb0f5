//! What an application hears of a subscription.

use std::sync::Arc;

use sip_parser::Message;

use super::notification::TerminationReason;
use super::record::SubscriptionRecord;

/// A step in the life of a subscription. Each one that was begun ends with exactly one
/// [`Ended`](SubscriptionEvent::Ended), and nothing follows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SubscriptionEvent {
    /// It was accepted or refreshed.
    Granted {
        /// Seconds that it lasts from now on.
        expires: u32,
    },
    /// A peer watches us: what to keep of it over a restart, as of now. Told after each [`Granted`](Self::Granted) where
    /// [`record_subscriptions`](crate::user_agent::UserAgentConfig::record_subscriptions) asks for it.
    Recorded(Box<SubscriptionRecord>),
    /// We watch: a NOTIFY came and has been answered.
    Notified {
        /// The NOTIFY with its document.
        message: Arc<Message>,
        /// Whether the peer allows the subscription, or must still decide.
        pending: bool,
    },
    /// It is over. The last NOTIFY may still be on its way to a peer that watches us.
    Ended {
        /// Who or what ended it.
        reason: SubscriptionEnd,
        /// The message that did, if there was one. A NOTIFY that ends a subscription of ours holds the last document.
        message: Option<Arc<Message>>,
    },
}

/// Why a subscription ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscriptionEnd {
    /// It was not refreshed in time.
    Expired,
    /// The subscriber ended it, or wanted the state only once.
    Unsubscribed,
    /// The notifier ended it.
    Terminated {
        /// Why, as the NOTIFY says.
        reason: TerminationReason,
        /// Seconds after which one may come again.
        retry_after: Option<u32>,
    },
    /// The peer no longer knows it, or no longer answers.
    Lost,
    /// SUBSCRIBE was refused with this status: by the peer, or by us for a duration that is too short (423).
    Refused(u16),
    /// The command could not be carried out: a limit is reached, or a value cannot stand in a SIP message.
    Invalid,
}
