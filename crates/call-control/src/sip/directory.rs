//! Who may call, where the called are: the questions that SIP asks of the exchange.

use std::sync::Arc;

use sip_parser::{Message, Uri};
use sip_ua::UserAgentHandle;
use sip_ua::guard::SharedGuard;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{Reply, RequestId};

use super::door::AccessRules;
use super::endpoint::SipEndpoint;
use crate::identity::CallerId;
use crate::technology::OriginateError;

/// What a [`super::SipTechnology`] asks of the exchange that it serves. Answers come from memory, at once.
pub trait Directory: Send + Sync + 'static {
    /// The endpoint that a request comes from, by its credentials, its address or its From; not proven yet.
    fn identify(&self, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>>;

    /// The realm of challenges.
    fn realm(&self) -> String;

    /// The realm in which a sender is challenged whom nobody knows. Where endpoints have realms of their own it should be
    /// one of those for some names, or a realm would tell which names exist.
    fn realm_for_unknown(&self, _request: &Message) -> String {
        self.realm()
    }

    /// The lists that every request must pass, whoever sends it.
    fn access(&self) -> Arc<AccessRules> {
        Arc::default()
    }

    /// Who watches the door. Asked once, when the transports are opened.
    fn guard(&self) -> Option<SharedGuard> {
        None
    }

    /// Whether `dialed` means anything to callers from `endpoint`.
    fn admit(&self, endpoint: &SipEndpoint, dialed: &str, caller: &CallerId) -> Admission;

    /// The way to `resource`, the part behind `PJSIP/`.
    ///
    /// # Errors
    /// [`OriginateError`] when there is no such endpoint, or no phone of it on line.
    fn route(&self, resource: &str) -> Result<Route, OriginateError>;

    /// Registers, refreshes or removes contacts. The credentials are proven. The reply may come later, once what it
    /// acknowledges is safe.
    fn register(&self, endpoint: Arc<SipEndpoint>, request: Message, flow: Flow, reply: PendingReply);

    /// A request failed to prove who sent it. Called beside the 401, for logs and bans.
    fn refused(&self, _request: &Message, _flow: &Flow) {}
}

/// Whether a number that was dialled leads anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Welcome,
    /// Nobody has it: 404.
    NoSuchNumber,
    /// More digits are needed: 484.
    Incomplete,
}

/// A way to an endpoint.
#[derive(Clone, Debug)]
pub struct Route {
    /// Whom it leads to.
    pub endpoint: Arc<SipEndpoint>,
    /// The request-URI.
    pub target: String,
    /// Where to send.
    pub next_hop: NextHop,
    /// Route values to put into the request, in order.
    pub route_set: Vec<String>,
}

/// Where a request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextHop {
    /// The connection that the phone registered over; the other way when it has been closed.
    Connection {
        /// The connection.
        flow: Flow,
        /// Where to open a new one.
        otherwise: Option<Box<NextHop>>,
    },
    /// A host to look up.
    Host {
        /// The protocol to use.
        protocol: Protocol,
        /// Name or address, without brackets.
        host: String,
        /// Port; 5060 where the URI has none.
        port: u16,
    },
}

/// The answer that a request still waits for.
#[derive(Debug)]
pub struct PendingReply {
    pub(super) id: RequestId,
    pub(super) user_agent: UserAgentHandle,
}

impl PendingReply {
    /// Sends the answer.
    pub fn send(self, reply: Reply) {
        self.user_agent.respond(self.id, reply);
    }
}

impl NextHop {
    /// The next hop that a SIP URI names by its host, port and transport.
    ///
    /// # Errors
    /// A sentence when the URI has no host or its transport is unknown.
    pub fn of(uri: &Uri<'_>) -> Result<Self, String> {
        let secure = uri.scheme().eq_ignore_ascii_case("sips");
        let protocol = match uri.param("transport").flatten() {
            Some(name) => {
                Protocol::from_name(name).ok_or_else(|| format!("transport '{name}' is unknown"))?
            }
            None if secure => Protocol::Tls,
            None => Protocol::Udp,
        };
        let host = uri.host().to_string();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("it names no host".to_owned());
        }
        Ok(Self::Host { protocol, host, port: uri.port().unwrap_or(protocol.default_port()) })
    }
}
