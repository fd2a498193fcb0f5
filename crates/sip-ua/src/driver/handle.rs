//! The application's end of a driver.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::Core;
use super::listening::Listening;
use crate::observer::MessageObserver;
use crate::transport::{BindError, Flow, ListenConfig, OpenConnections, PeerNames, Protocol, Sources};

/// What the core's task is asked to do.
pub(super) enum Command<C> {
    Run(Action<C>),
    /// Serve these addresses and no others; tell whether that was possible.
    Listen(Vec<ListenConfig>, oneshot::Sender<Result<(), BindError>>),
    /// Show every message to this one, or to nobody.
    Observe(Option<Arc<dyn MessageObserver>>),
    Stop,
}

type Action<C> = Box<dyn FnOnce(&mut C, Instant) + Send>;

/// A handle on a core that runs in a task of its own. Clones share it; when the last one is dropped, the task
/// ends and its sockets close.
pub struct Handle<C: Core> {
    // Unbounded: commands come from our own calls, whose number is bounded, and a hang-up must never be lost.
    commands: mpsc::UnboundedSender<Command<C>>,
    listening: Listening,
    open: OpenConnections,
    names: PeerNames,
    /// Held for as long as it takes to ask the routing table, at most.
    sources: Arc<Mutex<Sources>>,
}

impl<C: Core> Handle<C> {
    pub(super) fn new(
        commands: mpsc::UnboundedSender<Command<C>>,
        listening: Listening,
        open: OpenConnections,
        names: PeerNames,
    ) -> Self {
        Self { commands, listening, open, names, sources: Arc::default() }
    }

    /// Runs `command` on the core, soon, with the time at which it runs. Returns at once. After a shutdown
    /// nothing happens any more.
    pub fn run(&self, command: impl FnOnce(&mut C, Instant) + Send + 'static) {
        let _ = self.commands.send(Command::Run(Box::new(command)));
    }

    /// Asks the core something. None after a shutdown.
    pub async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut C, Instant) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        self.run(move |core, now| {
            let _ = sender.send(question(core, now));
        });
        answer.await.ok()
    }

    /// The first address on which `protocol` is served, with the port that the system chose if none was asked for.
    /// May be unspecified (`0.0.0.0`): [`flow_to`](Self::flow_to) tells which one a peer sees.
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.listening.load().iter().find(|listen| listen.protocol == protocol).map(|listen| listen.address)
    }

    /// Every address that is served.
    pub fn listening(&self) -> Arc<Vec<ListenConfig>> {
        self.listening.load_full()
    }

    /// Serves these addresses from now on, and no others. What is told to peers beyond a translator changes at once;
    /// sockets are closed and opened only where something else about them differs. Connections that are open stay.
    ///
    /// # Errors
    /// The first address that cannot be listened on; then those of before are served. After a shutdown nothing happens,
    /// and that is no error.
    pub async fn listen_on(&self, wanted: Vec<ListenConfig>) -> Result<(), BindError> {
        let (sender, outcome) = oneshot::channel();
        let _ = self.commands.send(Command::Listen(wanted, sender));
        outcome.await.unwrap_or(Ok(()))
    }

    /// The road to `remote`: from the socket of its protocol that is bound to the address that the system sends from,
    /// else from the first of its protocol and family. For TCP, and what runs over it, an open connection with `remote`
    /// is used again, else one is opened at the first message.
    ///
    /// None when nothing listens for that protocol and family, or the system knows no route.
    pub fn flow_to(&self, protocol: Protocol, remote: SocketAddr) -> Option<Flow> {
        let ours = |listen: &&ListenConfig| {
            listen.protocol == protocol && listen.address.is_ipv4() == remote.is_ipv4()
        };
        let sockets: Vec<SocketAddr> = self.listening.load().iter().filter(ours).map(|l| l.address).collect();
        if let [local] = sockets[..]
            && !local.ip().is_unspecified()
        {
            return Some(Flow::new(protocol, local, remote));
        }
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let source = sources.towards(remote.ip(), Instant::now())?;
        let is_best = |address: &&SocketAddr| address.ip() == source || address.ip().is_unspecified();
        let mut local = *sockets.iter().find(is_best).or(sockets.first())?;
        if local.ip().is_unspecified() {
            local.set_ip(source);
        }
        Some(Flow::new(protocol, local, remote))
    }

    /// [`flow_to`](Self::flow_to) `remote`, one of the addresses of the host `name`. Over TLS the peer must then show a
    /// certificate for that name (RFC 5922 section 7.2), and is told it (SNI); without a name, for its address.
    pub fn flow_to_host(&self, protocol: Protocol, remote: SocketAddr, name: &str) -> Option<Flow> {
        let flow = self.flow_to(protocol, remote)?;
        if protocol.is_secure() {
            self.names.remember(remote, name);
        }
        Some(flow)
    }

    /// Whether the connection that `flow` names is open. A phone behind address translation is reached over the
    /// connection that it opened, and over no other (RFC 5626 section 4.3). Of UDP it tells whether the socket is there.
    pub fn has_connection(&self, flow: &Flow) -> bool {
        match flow.protocol {
            Protocol::Udp => self.listening.load().iter().any(|listen| listen.carries(flow)),
            _ => self.open.contains(flow),
        }
    }

    /// Shows every message to `observer` from now on, soon, in place of the one before; to nobody with `None`.
    pub fn observe(&self, observer: Option<Arc<dyn MessageObserver>>) {
        let _ = self.commands.send(Command::Observe(observer));
    }

    /// Ends the task: what is queued on connections is still written, then everything closes. The events end.
    pub fn shutdown(&self) {
        let _ = self.commands.send(Command::Stop);
    }

    /// Waits until the task has ended.
    pub async fn closed(&self) {
        self.commands.closed().await;
    }
}

impl<C: Core> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self {
            commands: self.commands.clone(),
            listening: self.listening.clone(),
            open: self.open.clone(),
            names: self.names.clone(),
            sources: self.sources.clone(),
        }
    }
}

impl<C: Core> fmt::Debug for Handle<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("listening", &self.listening.load()).finish_non_exhaustive()
    }
}
