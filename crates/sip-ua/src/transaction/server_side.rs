//! The layer as a server: requests that come in, responses that go out (RFC 3261 sections 17.2.3 and 18.2).

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{HeaderName, Message, Method, ResponseBuilder};

use super::event::Name;
use super::matching::Identity;
use super::road::{ReplyRoute, Road, source_to_note};
use super::server::Server;
use super::soundness;
use super::written::WrittenResponse;
use super::{AckDestination, ServerTransactionId, TransactionEvent, TransactionLayer};
use crate::hashing::Fingerprint;
use crate::transport::Flow;

/// A request on its way to its transaction.
struct Arrival {
    request: Arc<Message>,
    flow: Flow,
    road: Road,
    /// Names its own transaction.
    key: Fingerprint,
    /// What it is known by, whatever its branch.
    print: Fingerprint,
}

/// What is known of a request when it comes.
struct Served {
    /// The transaction that it repeats.
    known: Option<Name>,
    /// The first one that took its branch.
    first: Option<Name>,
    /// Names its own transaction, if it begins one.
    key: Fingerprint,
    print: Fingerprint,
}

impl Served {
    /// For ACK and CANCEL, which belong to the INVITE of their branch (section 17.2.3) though their sender may be careless
    /// about the rest.
    fn loosely(&self) -> Option<Name> {
        self.known.or(self.first)
    }
}

impl TransactionLayer {
    /// Sends `response` in the transaction `id`; false if that is over, or has its final response.
    ///
    /// A 2xx to an INVITE is sent once for each call: repeating it until the ACK comes is the user agent's
    /// (RFC 3261 section 13.3.1.4). Everything else is repeated here.
    pub fn respond(&mut self, now: Instant, id: ServerTransactionId, response: &Message) -> bool {
        let tag = response.to().ok().and_then(|to| to.tag());
        let written = WrittenResponse::new(response.as_bytes().clone());
        self.respond_written(now, id, &written, tag)
    }

    /// The same for a response that has just been written, with `tag` in its To.
    pub(crate) fn respond_written(
        &mut self,
        now: Instant,
        id: ServerTransactionId,
        response: &WrittenResponse,
        tag: Option<&str>,
    ) -> bool {
        let Some(server) = self.servers.get_mut(id.0) else { return false };
        let sent = server.respond(now, response, tag);
        self.settle_server(now, id.0);
        sent
    }

    /// Sends a final `response` to a request that is no INVITE, and keeps nothing of its transaction: if it comes again, it is
    /// a new one (RFC 3261 section 8.2.7). A challenge that is sent so costs a server no memory, whoever asks for it.
    pub fn respond_stateless(&mut self, now: Instant, id: ServerTransactionId, response: &Message) -> bool {
        let sent = self.respond(now, id, response);
        self.forget_server(id, sent)
    }

    /// The same for a response that has just been written.
    pub(crate) fn respond_written_stateless(
        &mut self,
        now: Instant,
        id: ServerTransactionId,
        response: &WrittenResponse,
    ) -> bool {
        let sent = self.respond_written(now, id, response, None);
        self.forget_server(id, sent)
    }

    fn forget_server(&mut self, id: ServerTransactionId, sent: bool) -> bool {
        self.remove_server(id.0);
        sent
    }

    /// A `To` tag for a response that leaves no state: the same whenever the same request comes again.
    pub fn stateless_tag(&self, request: &Message) -> String {
        let via = request.raw(&HeaderName::Via).unwrap_or_default();
        let [call_id, cseq] =
            [HeaderName::CallId, HeaderName::CSeq].map(|name| request.raw(&name).unwrap_or_default());
        self.tag_for((via, call_id, cseq))
    }

    /// Where the responses of the transaction `id` go, if its request came over UDP.
    pub fn route_reply(&mut self, id: ServerTransactionId, route: ReplyRoute) {
        let Some(server) = self.servers.get_mut(id.0) else { return };
        server.road.take(route);
        let flow = server.road.flow();
        self.servers.set_peer(id.0, &flow);
    }

    pub(super) fn handle_request(&mut self, now: Instant, mut request: Arc<Message>, flow: Flow) {
        let identity = match Identity::of(&request) {
            Ok(identity) => identity,
            Err(error) => {
                let reason = error.to_string();
                return self.refuse_malformed(request.as_bytes(), Some(400), reason, flow);
            }
        };
        let method = identity.cseq.method.clone();
        if request.method().as_ref() != Some(&method) {
            let reason = format!("CSeq says {method}");
            return self.refuse_malformed(request.as_bytes(), Some(400), reason, flow);
        }
        if let Some(reason) = soundness::fault(&request) {
            return self.refuse_malformed(request.as_bytes(), Some(400), reason, flow);
        }
        let road = Road::back(flow, &identity, self.reply_route);
        let noted = source_to_note(&identity, flow.remote);
        let canceled =
            (method == Method::Cancel).then(|| self.served(&identity, &Method::Invite).loosely()).flatten();
        let served = match method {
            Method::Ack => self.served(&identity, &Method::Invite),
            _ => self.served(&identity, &method),
        };
        let known = if method == Method::Ack { served.loosely() } else { served.known };
        let Served { key, print, .. } = served;
        let can_merge = known.is_none() && !identity.has_to_tag && method != Method::Ack;
        let merge_key = can_merge.then_some(print);
        if let Some((received, rport)) = noted {
            // Nobody else has it yet, unless somebody else than a transport brought it.
            Arc::make_mut(&mut request).note_in_top_via(received, rport);
        }
        let arrival = Arrival { request, flow, road, key, print };
        match (method, known) {
            (Method::Ack, known) => self.handle_ack(now, arrival, known),
            (_, Some(id)) => self.handle_repeated_request(now, id),
            (Method::Cancel, None) => self.handle_cancel(now, arrival, canceled),
            (_, None) => self.handle_new_request(now, arrival, merge_key),
        }
    }

    /// Looks for the transaction of a request of `method`.
    ///
    /// A request that has the branch of another one, but not its Call-ID, From tag and CSeq, is another request: the library
    /// pyVoIP writes the INVITE that answers a challenge so, small devices all that they ever send. RFC 3261 section 8.1.1.7
    /// forbids it; but what is repeated is the same throughout.
    fn served(&self, identity: &Identity<'_>, method: &Method) -> Served {
        let by_branch = identity.server_key(method, &self.prints);
        let print = identity.merge_key(method, &self.prints);
        let of_its_own = self.prints.both(by_branch, print);
        let first = self.servers.find(by_branch);
        let is_it = |id: &Name| self.servers.get(*id).is_some_and(|server| server.is_repeated_by(print));
        let known = first.filter(is_it).or_else(|| self.servers.find(of_its_own));
        let key = if first.is_none() { by_branch } else { of_its_own };
        Served { known, first, key, print }
    }

    fn handle_repeated_request(&mut self, now: Instant, id: Name) {
        self.counters.repeated += 1;
        if let Some(server) = self.servers.get_mut(id) {
            server.handle_repeated_request();
        }
        self.settle_server(now, id);
    }

    fn handle_ack(&mut self, now: Instant, arrival: Arrival, known: Option<Name>) {
        let server = known.and_then(|id| self.servers.get_mut(id));
        let destination = server.map_or(AckDestination::UserAgent, |server| server.handle_ack(now));
        if let Some(id) = known {
            self.settle_server(now, id);
        }
        if destination == AckDestination::UserAgent {
            let Arrival { request, flow, .. } = arrival;
            self.events.push_back(TransactionEvent::Ack { request, flow });
        }
    }

    /// RFC 3261 section 9.2. At most one of these has a transaction for each INVITE, so it needs no limit.
    fn handle_cancel(&mut self, now: Instant, arrival: Arrival, invite: Option<Name>) {
        let Some((invite, server)) = invite.and_then(|id| Some((id, self.servers.get(id)?))) else {
            self.counters.stray_cancels += 1;
            return self.reply_stateless(&arrival, 481);
        };
        let has_effect = server.is_proceeding();
        let to_tag = server.to_tag().map_or_else(|| self.tag_for(arrival.key), str::to_owned);
        let response = ResponseBuilder::reply(&arrival.request, 200).to_tag(&to_tag).build();
        let cancel = self.start_server(now, &arrival, None);
        self.respond_written(now, cancel, &WrittenResponse::new(response), Some(&to_tag));
        if has_effect {
            let invite = ServerTransactionId(invite);
            self.events.push_back(TransactionEvent::Cancel { cancel, invite, request: arrival.request });
        }
    }

    fn handle_new_request(&mut self, now: Instant, arrival: Arrival, merge_key: Option<Fingerprint>) {
        if self.at_work().1 >= self.limits.server_transactions {
            self.counters.overload += 1;
            return self.reply_stateless(&arrival, 503);
        }
        let merged = merge_key.is_some_and(|key| self.merges.contains(&key));
        self.counters.requests += 1;
        self.counters.merged += u64::from(merged);
        let merge_key = merge_key.filter(|_| !merged);
        let id = self.start_server(now, &arrival, merge_key);
        let Arrival { request, flow, .. } = arrival;
        self.events.push_back(TransactionEvent::Request { id, request, flow, merged });
    }

    /// Starts a transaction.
    fn start_server(
        &mut self,
        now: Instant,
        arrival: &Arrival,
        merge_key: Option<Fingerprint>,
    ) -> ServerTransactionId {
        let serial = self.next_id();
        let Arrival { request, road, key, print, .. } = arrival;
        let flow = road.flow();
        self.merges.extend(merge_key);
        let server = Server::new(now, request, *print, road.clone(), merge_key, self.timers.clone());
        let id = self.servers.insert(serial, *key, &flow, server);
        self.settle_server(now, id);
        ServerTransactionId(id)
    }

    /// Answers without keeping anything: if the request comes again, it gets the same answer again.
    fn reply_stateless(&mut self, arrival: &Arrival, status: u16) {
        let tag = self.tag_for(arrival.key);
        let mut builder = ResponseBuilder::reply(&arrival.request, status).to_tag(&tag);
        if status == 503 {
            let seconds = self.limits.retry_after.as_secs_f64().ceil() as u64;
            builder = builder.header(&HeaderName::RetryAfter, seconds);
        }
        self.transmit(arrival.road.flow(), builder.build());
    }

    /// The peer of `id` is out of reach along its road: tries the other one if there is one.
    pub(super) fn reroute_server(&mut self, now: Instant, id: Name) {
        let Some(server) = self.servers.get_mut(id) else { return };
        if !server.road.detour() {
            self.events.push_back(TransactionEvent::ReplyFailed { id: ServerTransactionId(id) });
            return;
        }
        let flow = server.road.flow();
        if let Some(bytes) = server.unacknowledged() {
            self.transmit(flow, bytes);
        }
        self.servers.set_peer(id, &flow);
        self.settle_server(now, id);
    }
}
