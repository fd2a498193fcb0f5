//! One SIP address without a dialplan: calls in, calls out. For small applications, examples and tests.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use audio::Library;
use media_bridge::{MediaConfig, MediaEngine, MediaError};
use sip_parser::{Message, Uri};
use sip_ua::digest::{ChallengeTerms, Credentials, Secret};
use sip_ua::location::{Locator, Resolver};
use sip_ua::transport::{BindError, Flow, ListenConfig, Protocol};
use sip_ua::user_agent::{Reply, UserAgentConfig};
use tokio::sync::mpsc;

use super::SipTechnology;
use super::directory::{Admission, Directory, NextHop, PendingReply, Route};
use super::endpoint::SipEndpoint;
use super::registration::{RegistrationError, register};
use crate::call::Call;
use crate::cause::HangupCause;
use crate::event::Observer;
use crate::identity::CallerId;
use crate::prompts::Prompts;
use crate::switchboard::Switchboard;
use crate::technology::{OriginateError, OriginateRequest};

/// An open SIP address. Calls that come in are not challenged: bind it where strangers cannot reach it, or put it behind
/// an exchange.
///
/// When it is dropped, it takes no more calls; those that run go on, and with the last of them its address is given back.
pub struct Line {
    switchboard: Switchboard,
    technology: Arc<SipTechnology>,
    incoming: mpsc::Receiver<Call>,
    account: Option<(String, String)>,
}

/// What a [`Line`] is opened with.
#[must_use = "a line opens with `open`"]
pub struct LineBuilder {
    listen: SocketAddr,
    sounds: Vec<PathBuf>,
    account: Option<(String, String)>,
    ports: Option<std::ops::RangeInclusive<u16>>,
    observers: Vec<Arc<dyn Observer>>,
    resolver: Option<Arc<dyn Resolver>>,
}

/// Why a line could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// The address is taken or not ours.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The media engine did not start.
    #[error(transparent)]
    Media(#[from] MediaError),
}

impl LineBuilder {
    /// Listens at this address over UDP and TCP; port 0 lets the system choose. 127.0.0.1:5060 unless told.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Searches prompts in this folder, too.
    pub fn sounds(mut self, folder: impl Into<PathBuf>) -> Self {
        self.sounds.push(folder.into());
        self
    }

    /// The user and secret of this line at its exchange: the caller in calls that it makes, the answer to challenges.
    pub fn account(mut self, user: &str, secret: &str) -> Self {
        self.account = Some((user.to_owned(), secret.to_owned()));
        self
    }

    /// UDP ports for media; 10000 to 20000 unless told.
    pub fn media_ports(mut self, ports: std::ops::RangeInclusive<u16>) -> Self {
        self.ports = Some(ports);
        self
    }

    /// Tells `observer` what happens.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Asks `resolver` where servers are; the name servers of the system unless told.
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Opens the line on the current tokio runtime.
    ///
    /// # Errors
    /// [`LineError`] when the address or the media engine cannot be had.
    pub async fn open(self) -> Result<Line, LineError> {
        let mut media = MediaConfig::default();
        if let Some(ports) = self.ports {
            media.ports = ports;
        }
        let mut builder = Switchboard::builder(MediaEngine::start(media)?)
            .prompts(Prompts::new(Library::new(self.sounds), "us"));
        for observer in self.observers {
            builder = builder.observer(observer);
        }
        let switchboard = builder.build();
        let directory = Arc::new(AnyCaller::new(self.account.as_ref()));
        let listen =
            [Protocol::Udp, Protocol::Tcp].map(|protocol| ListenConfig::new(protocol, self.listen)).to_vec();
        let config = UserAgentConfig::new(concat!("call-control/", env!("CARGO_PKG_VERSION")));
        let locator = Arc::new(self.resolver.map_or_else(Locator::system, Locator::new));
        let (technology, incoming) =
            SipTechnology::start(config, listen, switchboard.clone(), directory, locator).await?;
        Ok(Line { switchboard, technology, incoming, account: self.account })
    }
}

impl Line {
    /// Begins a line.
    pub fn builder() -> LineBuilder {
        LineBuilder {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5060),
            sounds: Vec::new(),
            account: None,
            ports: None,
            observers: Vec::new(),
            resolver: None,
        }
    }

    /// The next call that comes in. `None` when the line is closed.
    pub async fn next_call(&mut self) -> Option<Call> {
        self.incoming.recv().await
    }

    /// Calls a SIP URI; a domain's servers are found by DNS, and tried one after another. The channel that
    /// it returns tells what becomes of it; wait with [`Call::until_up`].
    ///
    /// # Errors
    /// [`OriginateError`] when the call could not be sent.
    pub async fn call(&self, uri: &str) -> Result<Call, OriginateError> {
        let number = self.account.as_ref().map_or("line", |(user, _)| user);
        let request = OriginateRequest { caller: CallerId::new("", number), ..Default::default() };
        self.switchboard.originate(&format!("PJSIP/{uri}"), request).await
    }

    /// Registers the account of this line at `registrar`, an address, a host with or without a port, or a
    /// SIP URI, for `seconds`, so that calls to it arrive here. Register again before the time that it
    /// returns is over; 0 removes the registration.
    ///
    /// # Errors
    /// [`RegistrationError`] when the line has no account or the registrar refuses.
    pub async fn register(
        &self,
        registrar: impl std::fmt::Display,
        seconds: u32,
    ) -> Result<u32, RegistrationError> {
        let (user, secret) = self.account.as_ref().ok_or(RegistrationError::NoAccount)?;
        register(&self.technology, &registrar.to_string(), user, secret, seconds).await
    }

    /// Where the line listens for `protocol`.
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.technology.local_address(protocol)
    }

    /// The switchboard behind the line.
    pub fn switchboard(&self) -> &Switchboard {
        &self.switchboard
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.switchboard.close();
        self.incoming.close();
        while let Ok(call) = self.incoming.try_recv() {
            // Nobody will ever see it.
            call.hangup(HangupCause::CONGESTION);
        }
        let (switchboard, technology) = (self.switchboard.clone(), self.technology.clone());
        let last_call = async move {
            // The number of calls cannot be gone, as the switchboard is held here.
            let _ = switchboard.watch_active().wait_for(|active| *active == 0).await;
            technology.stop().await;
            switchboard.release_technologies();
        };
        // Outside of a runtime that of the line is at its end, and with it all that the line consists of.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(last_call);
        }
    }
}

/// A directory that takes every caller, and routes to any SIP URI.
struct AnyCaller {
    endpoint: Arc<SipEndpoint>,
}

impl AnyCaller {
    fn new(account: Option<&(String, String)>) -> Self {
        let mut endpoint = SipEndpoint::new("line");
        endpoint.symmetric_media = true;
        // An application that takes the audio of its callers wants to have it.
        endpoint.direct_media.allowed = false;
        endpoint.outbound_credentials = account
            .map(|(user, secret)| Credentials::new(user.as_str(), Secret::plain(secret.as_str())))
            .into_iter()
            .collect();
        Self { endpoint: Arc::new(endpoint) }
    }
}

impl Directory for AnyCaller {
    fn identify(&self, _request: &Message, _flow: &Flow) -> Option<Arc<SipEndpoint>> {
        Some(self.endpoint.clone())
    }

    fn challenge_terms(&self) -> ChallengeTerms {
        ChallengeTerms::new("line")
    }

    fn admit(&self, _endpoint: &SipEndpoint, _dialed: &str, _caller: &CallerId) -> Admission {
        Admission::Welcome
    }

    fn route(&self, resource: &str) -> Result<Route, OriginateError> {
        let unreachable =
            |reason: String| OriginateError::Unreachable { contact: resource.to_owned(), reason };
        let uri = Uri::parse(resource).map_err(|e| unreachable(format!("it is not a SIP URI: {e}")))?;
        let next_hop = NextHop::of(&uri).map_err(unreachable)?;
        Ok(Route {
            endpoint: self.endpoint.clone(),
            number: None,
            target: resource.to_owned(),
            next_hop,
            route_set: Vec::new(),
            security: None,
        })
    }

    fn register(&self, _: Arc<SipEndpoint>, _: Arc<Message>, _: Flow, reply: PendingReply) {
        reply.send(Reply::status(405));
    }
}
