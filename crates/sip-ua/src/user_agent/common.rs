//! What all sessions and requests of a user agent share: the layer below, the queue above, the index.

use std::collections::VecDeque;
use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};

use super::avoided::Avoided;
use super::config::UserAgentConfig;
use super::event::{SessionEvent, UaEvent};
use super::id::{RequestId, SessionId, SubscriptionId};
use super::subscription::SubscriptionEvent;
use super::tokens::Tokens;
use crate::hashing::Map;
use crate::transaction::{
    ClientTransactionId, ServerTransactionId, TransactionLayer, WrittenRequest, WrittenResponse,
};
use crate::transport::{Flow, ListenConfig};

/// The shared parts. Sessions borrow them for the time of one input.
pub(super) struct Common {
    pub(super) config: UserAgentConfig,
    /// What follows from the configuration, written once.
    pub(super) standing: StandingTexts,
    pub(super) layer: TransactionLayer,
    pub(super) tokens: Tokens,
    pub(super) avoided: Avoided,
    /// The sockets that peers beyond a translator see otherwise than we do.
    pub(super) translated: Vec<ListenConfig>,
    pub(super) events: VecDeque<UaEvent>,
    /// Whose client transactions these are, until their final response.
    pub(super) clients: Map<ClientTransactionId, Client>,
    /// Whose INVITEs of peers these are, until our final response; a CANCEL finds them here.
    pub(super) invites: Map<ServerTransactionId, Server>,
    /// Which session a tag of ours belongs to.
    pub(super) tags: Map<String, SessionId>,
    /// Which subscription a tag of ours belongs to.
    pub(super) subscription_tags: Map<String, SubscriptionId>,
}

/// Values of headers that are the same in every message.
pub(super) struct StandingTexts {
    pub(super) allow: String,
    /// Of sessions that leave out nothing of what this user agent can.
    pub(super) supported: String,
    pub(super) allow_events: String,
}

impl StandingTexts {
    fn of(config: &UserAgentConfig) -> StandingTexts {
        let methods: Vec<&str> = config.allow.iter().map(Method::as_str).collect();
        StandingTexts {
            allow: methods.join(", "),
            supported: config.supported.join(", "),
            allow_events: config.event_packages.join(", "),
        }
    }
}

/// What a client transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// A request of a session.
    Session(SessionId),
    /// A request outside of dialogs.
    Request(RequestId),
    /// SUBSCRIBE or NOTIFY of a subscription.
    Subscription(SubscriptionId),
}

/// Who answers an INVITE of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// The application has not said yet what becomes of it.
    Pending(RequestId),
    /// A session: its first INVITE or a re-INVITE.
    Session(SessionId),
}

/// Whether a header of a message, a list of words, has this one.
pub(super) fn lists(message: &Message, header: &HeaderName, word: &str) -> bool {
    message.has_value(header, |listed| listed.eq_ignore_ascii_case(word))
}

impl Common {
    pub(super) fn new(config: UserAgentConfig, tokens: Tokens) -> Common {
        Common {
            standing: StandingTexts::of(&config),
            layer: TransactionLayer::new(config.timers.clone(), config.limits.clone()),
            config,
            tokens,
            avoided: Avoided::default(),
            translated: Vec::new(),
            events: VecDeque::new(),
            clients: Map::default(),
            invites: Map::default(),
            tags: Map::default(),
            subscription_tags: Map::default(),
        }
    }

    /// Says of us what `config` has from now on.
    pub(super) fn say(&mut self, config: &UserAgentConfig) {
        let own = &mut self.config;
        own.user_agent.clone_from(&config.user_agent);
        own.supported.clone_from(&config.supported);
        own.max_forwards = config.max_forwards;
        own.compact_headers = config.compact_headers;
        own.asks_rport = config.asks_rport;
        self.standing = StandingTexts::of(own);
    }

    pub(super) fn emit(&mut self, session: SessionId, event: SessionEvent) {
        self.events.push_back(UaEvent::Session(session, event));
    }

    pub(super) fn emit_subscription(&mut self, subscription: SubscriptionId, event: SubscriptionEvent) {
        self.events.push_back(UaEvent::Subscription(subscription, event));
    }

    /// The event packages that we know, as a header.
    pub(super) fn allow_events(&self) -> (String, String) {
        ("Allow-Events".to_owned(), self.standing.allow_events.clone())
    }

    /// Sends a request whose responses go to `client`.
    pub(super) fn send(
        &mut self,
        now: Instant,
        request: WrittenRequest,
        flow: Flow,
        client: Client,
    ) -> ClientTransactionId {
        let id = self.layer.send_written(now, request, flow);
        self.clients.insert(id, client);
        id
    }

    /// A server did not answer, or cannot be reached.
    pub(super) fn note_failure(&mut self, now: Instant, flow: &Flow) {
        self.avoided.note_failure(now, flow, self.config.avoid_failed);
    }

    /// Who we are, as a header.
    pub(super) fn product(&self) -> Option<(String, String)> {
        let name = &self.config.user_agent;
        (!name.is_empty()).then(|| ("User-Agent".to_owned(), name.clone()))
    }

    /// A CANCEL of this INVITE goes to `session`.
    pub(super) fn expect_cancel(&mut self, invite: ServerTransactionId, session: SessionId) {
        self.invites.insert(invite, Server::Session(session));
    }

    /// Sends a request whose responses nobody waits for.
    pub(super) fn send_and_forget(&mut self, now: Instant, request: WrittenRequest, flow: Flow) {
        self.layer.send_written(now, request, flow);
    }

    /// Cancels an INVITE that nobody waits for any more. Without a provisional response it cannot be
    /// cancelled yet, and ends by itself if none comes.
    pub(super) fn take_back(&mut self, now: Instant, invite: ClientTransactionId) {
        let said: Vec<_> = self.product().into_iter().collect();
        if self.layer.cancel(now, invite, &said).is_some() {
            self.clients.remove(&invite);
        }
    }

    /// Sends a response; after a final one the INVITE behind it can no longer be cancelled.
    /// `tag` is ours, in its To.
    pub(super) fn respond(
        &mut self,
        now: Instant,
        id: ServerTransactionId,
        response: &WrittenResponse,
        tag: &str,
    ) {
        if response.status() >= 200 {
            self.invites.remove(&id);
        }
        self.layer.respond_written(now, id, response, Some(tag));
    }
}
