//! The way to a server that the exchange is a client of: a registrar, another exchange.

use std::collections::VecDeque;
use std::future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use call_control::BoxFuture;
use call_control::sip::{NextHop, SipTechnology};
use sip_parser::{Message, Uri};
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{OutboundRequest, RequestFailure};

use crate::configuration::SipConfiguration;

/// How long a server may take while another one could be asked: its challenge, and what it looks up for our answer. Nobody
/// waits for it, as somebody does for a call.
const FAILOVER_AFTER: Duration = Duration::from_secs(10);

/// Where requests go, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// Where they go first.
    next_hop: NextHop,
    /// The transport that they are bound to.
    pub(crate) transport: Option<(Protocol, SocketAddr)>,
}

/// The way there, and where we are found.
pub(crate) struct Road {
    pub(crate) flow: Flow,
    /// Host and port for calls from there.
    pub(crate) at: String,
}

/// The ways to the servers of one service, in the order in which they are asked (RFC 3263 section 4.3).
#[derive(Default)]
pub(crate) struct Roads(VecDeque<Road>);

impl Roads {
    /// The way to the next server, with the time that it may take: without one where it is the last.
    pub(crate) fn next(&mut self) -> Option<(Road, Option<Duration>)> {
        let road = self.0.pop_front()?;
        Some((road, (!self.0.is_empty()).then_some(FAILOVER_AFTER)))
    }
}

/// What one attempt of a machine waits for.
pub(crate) enum Step<A> {
    Nothing,
    /// The way to the server.
    Finding(A, BoxFuture<'static, Result<Roads, String>>),
    /// Its answer.
    Asking(A, BoxFuture<'static, Result<Arc<Message>, RequestFailure>>),
}

/// What came of it.
pub(crate) enum Done<A> {
    Found(A, Result<Roads, String>),
    Answered(A, Result<Arc<Message>, RequestFailure>),
}

/// Whether the next server is asked after that: this one is not available.
pub(crate) fn is_unavailable(answer: &Result<Arc<Message>, RequestFailure>) -> bool {
    answer.as_ref().map_or(true, |response| response.status() == Some(503))
}

impl Upstream {
    /// The way to `server_uri`, or to the first of the proxies before it, over the transport of that name.
    ///
    /// # Errors
    /// A sentence where the server cannot be named.
    pub(crate) fn of(
        sip: &SipConfiguration,
        server_uri: &str,
        proxies: &[String],
        transport: Option<&str>,
    ) -> Result<Self, String> {
        let transport = transport.and_then(|name| sip.transports.iter().find(|known| known.name == name));
        let transport = transport.map(|transport| (transport.protocol, transport.bind));
        let first = proxies.first().map_or(server_uri, String::as_str);
        let next_hop = next_hop(first, transport.map(|(protocol, _)| protocol))?;
        Ok(Self { next_hop, transport })
    }

    /// Finds the ways to the server, over the transport that was named.
    async fn roads(self, sip: Arc<SipTechnology>) -> Result<Roads, String> {
        let flows = sip.flows_to(&self.next_hop).await.map_err(|error| error.to_string())?;
        Ok(Roads(flows.into_iter().map(|flow| self.road(flow, &sip)).collect()))
    }

    /// The way that begins as `flow`, from the socket of our transport.
    fn road(&self, mut flow: Flow, sip: &SipTechnology) -> Road {
        let user_agent = sip.user_agent();
        let mut listening = user_agent.local_address(flow.protocol).unwrap_or(flow.local);
        if let Some((protocol, bind)) = self.transport.filter(|(protocol, _)| *protocol == flow.protocol) {
            let is_it = |address: SocketAddr| {
                address.ip() == bind.ip() && (bind.port() == 0 || address.port() == bind.port())
            };
            let served = user_agent.listening();
            let mut open = served.iter().filter(|listen| listen.protocol == protocol);
            if let Some(listen) = open.find(|listen| is_it(listen.address)) {
                listening = listen.address;
                let ip = if bind.ip().is_unspecified() { flow.local.ip() } else { bind.ip() };
                flow = Flow::new(flow.protocol, SocketAddr::new(ip, listening.port()), flow.remote);
            }
        }
        let calls = Flow::new(flow.protocol, SocketAddr::new(flow.local.ip(), listening.port()), flow.remote);
        let at = user_agent.sent_by(&calls).to_string();
        Road { flow, at }
    }
}

impl<A: Copy> Step<A> {
    /// Begins to look for the way.
    pub(crate) fn find(attempt: A, upstream: &Upstream, sip: &Arc<SipTechnology>) -> Self {
        Self::Finding(attempt, Box::pin(upstream.clone().roads(sip.clone())))
    }

    /// Sends the request to a server, which may take `patience` for its answer, or as long as transactions last.
    pub(crate) fn ask(
        attempt: A,
        request: OutboundRequest,
        patience: Option<Duration>,
        sip: &SipTechnology,
    ) -> Self {
        let user_agent = sip.user_agent().clone();
        let answer = async move {
            match patience {
                None => user_agent.send_request(request).await,
                Some(patience) => tokio::time::timeout(patience, user_agent.send_request(request))
                    .await
                    .unwrap_or(Err(RequestFailure::TimedOut)),
            }
        };
        Self::Asking(attempt, Box::pin(answer))
    }

    /// Resolves when something has come of it; never where there is nothing to come. Safe to drop and to call again.
    pub(crate) async fn done(&mut self) -> Done<A> {
        match self {
            Step::Nothing => future::pending().await,
            Step::Finding(attempt, way) => Done::Found(*attempt, way.await),
            Step::Asking(attempt, answer) => Done::Answered(*attempt, answer.await),
        }
    }
}

/// Where a URI leads; over the transport that was named where the URI does not say.
fn next_hop(uri: &str, named: Option<Protocol>) -> Result<NextHop, String> {
    let parsed = Uri::parse(uri).map_err(|error| format!("'{uri}' is no SIP URI: {error}"))?;
    let hop = NextHop::of(&parsed).map_err(|problem| format!("'{uri}' is of no use: {problem}"))?;
    Ok(match named {
        Some(protocol) => hop.over(protocol),
        None => hop,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_transport_counts_where_the_uri_does_not_say() {
        let hop = |uri, named| next_hop(uri, named).unwrap();
        let over_tls = hop("sip:sip.example.com", Some(Protocol::Tls));
        assert_eq!(over_tls, hop("sip:sip.example.com", None).over(Protocol::Tls));
        assert_ne!(over_tls, hop("sip:sip.example.com", None));
        let says = "sip:192.0.2.1:5070;transport=tcp";
        assert_eq!(hop(says, Some(Protocol::Udp)), hop(says, None));
        assert!(next_hop("tel:100", None).is_err());
    }
}
