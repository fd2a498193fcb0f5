//! SUBSCRIBE, PUBLISH and NOTIFY on their way between the user agent and the exchange.

use std::sync::Arc;

use sip_parser::{Message, Method};
use sip_ua::UserAgentHandle;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{
    Body, OutboundRequest, Reply, RequestFailure, RequestId, SubscriptionId, SubscriptionTerms,
};

use super::addressing;
use super::directory::Route;
use super::endpoint::SipEndpoint;
use super::worker::Worker;
use super::{PendingReply, SipTechnology, parties};
use crate::identity::CallerId;
use crate::technology::OriginateError;

/// A SUBSCRIBE, or a REFER outside of a call, whose sender is proven, and which waits for the exchange.
#[derive(Debug)]
pub struct PendingSubscription {
    id: RequestId,
    flow: Flow,
    /// Whether the watcher asked for a `sips:` Contact.
    secure: bool,
    user_agent: UserAgentHandle,
}

impl PendingSubscription {
    /// Our Contact in the dialog that it would begin; `user` is what is watched.
    pub fn contact(&self, user: &str) -> String {
        addressing::contact(&self.user_agent, &self.flow, user, self.secure)
    }

    /// Where the watcher is.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The user agent that holds it, to notify the watcher later.
    pub fn user_agent(&self) -> &UserAgentHandle {
        &self.user_agent
    }

    /// Refuses it.
    pub fn refuse(self, reply: Reply) {
        self.user_agent.respond(self.id, reply);
    }

    /// Takes a REFER whose sender wants to hear no more of it (RFC 4488). `contact` says where we are (RFC 3515 section 2.2).
    pub fn accept_without_news(self, contact: &str) {
        let accepted = Reply::status(202).header("Contact", contact).header("Refer-Sub", "false");
        self.user_agent.respond(self.id, accepted);
    }

    /// Takes it under the name `id`; what becomes of it is told by [`super::Directory::subscription`].
    pub fn accept(self, id: SubscriptionId, terms: SubscriptionTerms) {
        self.user_agent.accept_subscription(self.id, id, terms);
    }
}

impl Worker {
    pub(super) fn on_subscribe(
        &self,
        id: RequestId,
        request: Arc<Message>,
        flow: Flow,
        endpoint: Arc<SipEndpoint>,
    ) {
        let pending = self.pending_subscription(id, &request, flow);
        self.directory.subscribe(endpoint, request, pending);
    }

    /// A REFER outside of a call.
    pub(super) fn on_refer_outside(
        &self,
        id: RequestId,
        request: Arc<Message>,
        flow: Flow,
        endpoint: Arc<SipEndpoint>,
    ) {
        let pending = self.pending_subscription(id, &request, flow);
        self.directory.refer_outside(endpoint, request, pending);
    }

    fn pending_subscription(&self, id: RequestId, request: &Message, flow: Flow) -> PendingSubscription {
        let secure = addressing::wants_sips(request);
        PendingSubscription { id, flow, secure, user_agent: self.user_agent.clone() }
    }

    pub(super) fn on_publish(&self, id: RequestId, request: Arc<Message>, endpoint: Arc<SipEndpoint>) {
        let reply = PendingReply { id, user_agent: self.user_agent.clone() };
        self.directory.publish(endpoint, request, reply);
    }
}

impl SipTechnology {
    /// Our Contact in a dialog along `flow` that `request` began; `user` is its user part.
    pub fn contact(&self, flow: &Flow, user: &str, request: &Message) -> String {
        addressing::contact(&self.user_agent, flow, user, addressing::wants_sips(request))
    }

    /// The URI by which the phone at `route` reaches `user` here: beyond a translator, or over another transport, another one
    /// than for its neighbours. `None` when nothing leads there.
    pub async fn uri_for(&self, route: &Route, user: &str) -> Option<String> {
        let flows = self.flows_to(&route.next_hop).await.ok()?;
        let secure = addressing::is_sips(&route.target);
        let contact = addressing::contact(&self.user_agent, flows.first()?, user, secure);
        Some(contact.trim_matches(['<', '>']).to_owned())
    }

    /// Sends a request outside of dialogs to a phone, and awaits its final response.
    ///
    /// # Errors
    /// [`OriginateError`] when nothing leads there; [`RequestFailure`] inside when it does not answer.
    pub async fn send_to(
        &self,
        route: &Route,
        method: Method,
        headers: Vec<(String, String)>,
        body: Option<Body>,
    ) -> Result<Result<Arc<Message>, RequestFailure>, OriginateError> {
        let flows = self.flows_to(&route.next_hop).await?;
        let [flow, others @ ..] = flows.as_slice() else { return Err(OriginateError::Refused) };
        let (flow, secure) = (*flow, addressing::is_sips(&route.target));
        let from = parties::from(&route.endpoint, &CallerId::new("", &route.endpoint.name), flow.local.ip());
        let to = format!("<{}>", route.target);
        let mut request = OutboundRequest::new(method, &route.target, flow, &from, &to);
        request.contact = Some(addressing::contact(&self.user_agent, &flow, "", secure));
        request.alternatives = addressing::alternatives(&self.user_agent, others, "", secure);
        request.headers = route.route_set.iter().map(|hop| ("Route".to_owned(), hop.clone())).collect();
        request.headers.extend(headers);
        request.body = body;
        request.credentials = route.endpoint.outbound_credentials.clone();
        Ok(self.user_agent.send_request(request).await)
    }
}
