//! Who may call, where the called are: the questions that SIP asks of the exchange.

use std::net::SocketAddr;
use std::sync::Arc;

use sip_parser::{Message, Uri};
use sip_ua::UserAgentHandle;
use sip_ua::digest::ChallengeTerms;
use sip_ua::guard::SharedGuard;
use sip_ua::location::Destination;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{Reply, RequestId, SecurityAgreement, SubscriptionEvent, SubscriptionId};

use super::conveyance::ConveyedLocation;
use super::door::AccessRules;
use super::endpoint::SipEndpoint;
use super::subscriptions::PendingSubscription;
use super::unidentified::UnidentifiedPolicy;
use super::verification::CallerVerdict;
use crate::call::{Call, TransferWatch};
use crate::identity::CallerId;
use crate::message::TextMessage;
use crate::technology::{BoxFuture, OriginateError};

/// What a [`super::SipTechnology`] asks of the exchange that it serves. Answers come from memory, at once.
pub trait Directory: Send + Sync + 'static {
    /// The endpoint that a request comes from, by its credentials, its address or its From; not proven yet.
    fn identify(&self, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>>;

    /// What challenges say to endpoints that have no terms of their own.
    fn challenge_terms(&self) -> ChallengeTerms;

    /// What they say to a sender whom nobody knows. Where endpoints have terms of their own it should be those of one of
    /// them for some names, or a realm, or an algorithm, would tell which names exist.
    fn challenge_terms_for_unknown(&self, _request: &Message) -> ChallengeTerms {
        self.challenge_terms()
    }

    /// The lists that every request must pass, whoever sends it.
    fn access(&self) -> Arc<AccessRules> {
        Arc::default()
    }

    /// From how many requests of unknown senders on an address is told of.
    fn unidentified_policy(&self) -> UnidentifiedPolicy {
        UnidentifiedPolicy::default()
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

    /// The way to `resource` for a caller who asked for one instance by its GRUU (RFC 5627), in the words that
    /// [`gruu`](Self::gruu) gave for it.
    ///
    /// # Errors
    /// As [`route`](Self::route); also when the instance is not there, for no other one may be called in its place.
    fn route_to_instance(&self, resource: &str, _instance: &str) -> Result<Route, OriginateError> {
        self.route(resource)
    }

    /// The number and the instance that a request names by a GRUU; `None` for any other request.
    fn gruu(&self, _request: &Message) -> Option<(String, String)> {
        None
    }

    /// Judges the Identity of an INVITE from an endpoint that [verifies callers](SipEndpoint::verifies_callers). The call
    /// waits for the verdict, and nothing else does. `caller` is who the call would show. `None`: there is nothing to wait
    /// for.
    fn verify_caller(
        &self,
        _endpoint: &SipEndpoint,
        _invite: &Message,
        _caller: &CallerId,
    ) -> Option<BoxFuture<'static, CallerVerdict>> {
        None
    }

    /// Headers that vouch for the caller of an INVITE to `target`, for an endpoint that
    /// [is told so](SipEndpoint::vouches_for_callers). Not asked of callers whose number the endpoint is not told.
    ///
    /// # Errors
    /// [`OriginateError`] when there should be some and cannot be: the call is not made then.
    fn vouch_for_caller(
        &self,
        _endpoint: &SipEndpoint,
        _caller: &CallerId,
        _target: &str,
    ) -> Result<Vec<(String, String)>, OriginateError> {
        Ok(Vec::new())
    }

    /// Registers, refreshes or removes contacts. The credentials are proven. The reply may come later, once what it
    /// acknowledges is safe.
    fn register(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, flow: Flow, reply: PendingReply);

    /// The party on `referrer` hands its call on. What it is connected with leaves for the place that `referral` names;
    /// `referrer` is hung up by what sees to it.
    ///
    /// # Errors
    /// The status to refuse with: 603 where that is not wanted, 404 for a number that leads nowhere, 400 when there is
    /// nobody to hand on.
    fn refer(&self, referrer: &Call, referral: &Referral) -> Result<Referred, u16> {
        let _ = (referrer, referral);
        Err(603)
    }

    /// Sets a function of the dialplan, such as `CALLERID(name)`, on a channel that is new. One that is called has not been
    /// heard of yet, and what this changes of its call is in the INVITE.
    fn assign(&self, _call: &Call, _function: &str, _value: &str) {}

    /// Notes on the channel of an INVITE where its caller is (RFC 6442), as far as `endpoint` is asked and believed.
    fn locate(&self, _endpoint: &SipEndpoint, _invite: &Message, _call: &Call) {}

    /// What an INVITE to `endpoint` tells of where the caller is. `call` is its channel, `asker` the one that asks for it,
    /// `from` its From.
    fn location_of_caller(
        &self,
        _endpoint: &SipEndpoint,
        _call: &Call,
        _asker: Option<&Call>,
        _from: &str,
    ) -> Option<ConveyedLocation> {
        None
    }

    /// A text from `endpoint` for `number`. The sender is proven.
    fn message(&self, endpoint: Arc<SipEndpoint>, number: &str, text: TextMessage, reply: PendingReply) {
        let _ = (endpoint, number, text);
        reply.send(Reply::status(405));
    }

    /// A SUBSCRIBE. The credentials are proven.
    fn subscribe(&self, _endpoint: Arc<SipEndpoint>, _request: Arc<Message>, pending: PendingSubscription) {
        pending.refuse(Reply::status(489));
    }

    /// A REFER outside of a call. The credentials are proven.
    fn refer_outside(
        &self,
        _endpoint: Arc<SipEndpoint>,
        _request: Arc<Message>,
        pending: PendingSubscription,
    ) {
        pending.refuse(Reply::status(603));
    }

    /// A PUBLISH (RFC 3903). The credentials are proven.
    fn publish(&self, _endpoint: Arc<SipEndpoint>, _request: Arc<Message>, reply: PendingReply) {
        reply.send(Reply::status(489));
    }

    /// A NOTIFY that belongs to no subscription of ours. The credentials are proven.
    fn notified(&self, _endpoint: Arc<SipEndpoint>, _request: Arc<Message>, reply: PendingReply) {
        reply.send(Reply::status(489));
    }

    /// A subscription that was accepted moved on.
    fn subscription(&self, _id: SubscriptionId, _event: SubscriptionEvent) {}

    /// A connection has ended, or could not be used.
    fn disconnected(&self, _flow: &Flow) {}

    /// A request failed to prove who sent it. Called beside the 401, for logs and bans.
    fn refused(&self, _request: &Message, _flow: &Flow) {}
}

/// Where a party hands its call on to (RFC 3515).
#[derive(Clone, Debug)]
pub struct Referral {
    /// The user part of Refer-To: a number.
    pub number: String,
    /// The URI of Refer-To, without the headers that it may have.
    pub refer_to: String,
    /// Referred-By (RFC 3892), as it was sent.
    pub referred_by: Option<String>,
    /// The referrer's other call, whose party takes over: an attended transfer.
    pub replaces: Option<Call>,
    /// The Replaces of its Refer-To, which names a call to take over, here or elsewhere (RFC 3891).
    pub replaces_header: Option<String>,
}

/// What becomes of the party of a call that is handed on.
#[derive(Debug)]
pub enum Referred {
    /// It is joined with somebody who is there.
    Joined,
    /// It looks for somebody, and hears what becomes of that.
    OnItsWay(TransferWatch),
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
    /// The number that was dialled by way of the endpoint, as that of a trunk: the party that is called.
    pub number: Option<String>,
    /// The request-URI.
    pub target: String,
    /// Where to send.
    pub next_hop: NextHop,
    /// Route values to put into the request, in order.
    pub route_set: Vec<String>,
    /// What is agreed on with the first server on the way (RFC 3329).
    pub security: Option<SecurityAgreement>,
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
    /// A host whose protocol and port are known.
    Host {
        /// The protocol to use.
        protocol: Protocol,
        /// Name or address, without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// The servers that a URI leads to, found by DNS (RFC 3263).
    Uri(Destination),
    /// The other hop, from a socket of ours that was chosen for it (`transport=`).
    From {
        /// Over this protocol, where the hop does not say another one.
        protocol: Protocol,
        /// Where the socket is bound, as the configuration has it.
        bind: SocketAddr,
        /// Where it leads.
        to: Box<NextHop>,
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
    /// A sentence when the URI has no host or its transport cannot be used.
    pub fn of(uri: &Uri<'_>) -> Result<Self, String> {
        Destination::of(uri).map(Self::Uri).map_err(|error| error.to_string())
    }

    /// The same hop from the socket of ours that is bound there; a connection that a phone opened stays what it is.
    #[must_use]
    pub fn from_socket(self, protocol: Protocol, bind: SocketAddr) -> Self {
        match self {
            Self::Connection { flow, otherwise } => {
                let otherwise = otherwise.map(|hop| Box::new(hop.from_socket(protocol, bind)));
                Self::Connection { flow, otherwise }
            }
            to => Self::From { protocol, bind, to: Box::new(to.over(protocol)) },
        }
    }

    /// The same hop over `protocol`, where it is a URI that does not say over what.
    #[must_use]
    pub fn over(self, protocol: Protocol) -> Self {
        match self {
            Self::Uri(destination) => Self::Uri(destination.over(protocol)),
            known => known,
        }
    }
}
