//! The addresses that a driver serves, and how they change while it runs.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::transports::Transports;
use crate::transport::{BindError, ListenConfig, Protocol};

/// The addresses in use, with the ports that the system chose; handles read them, the driver's task writes them.
pub(super) type Listening = Arc<ArcSwap<Vec<ListenConfig>>>;

/// An address that is served.
#[derive(Clone, Debug)]
pub(super) struct Served {
    /// What was asked for; its port may be 0.
    pub(super) asked: ListenConfig,
    /// Where it really is.
    pub(super) bound: SocketAddr,
}

impl Served {
    /// Whether the socket may stay as it is where `wanted` is asked for.
    fn suits(&self, wanted: &ListenConfig) -> bool {
        let ListenConfig { protocol, address, tls, sockets, outside: _, write_within, guests } = &self.asked;
        (protocol, address, tls, sockets) == (&wanted.protocol, &wanted.address, &wanted.tls, &wanted.sockets)
            && (write_within, guests) == (&wanted.write_within, &wanted.guests)
    }
}

impl Transports {
    /// The addresses that are served, in the order in which they were asked for.
    pub(super) fn listening(&self) -> Vec<ListenConfig> {
        let real = |served: &Served| ListenConfig { address: served.bound, ..served.asked.clone() };
        self.served.iter().map(real).collect()
    }

    /// Serves `wanted` and nothing else from now on. Sockets that are wanted still stay as they are, and so do all
    /// connections.
    ///
    /// # Errors
    /// The first address that cannot be listened on. Then those of before are served, as far as they still can be.
    pub(super) async fn listen_on(&mut self, wanted: &[ListenConfig]) -> Result<(), BindError> {
        let before = self.served.clone();
        let outcome = self.serve(wanted).await;
        if outcome.is_err() {
            let asked: Vec<ListenConfig> = before.into_iter().map(|served| served.asked).collect();
            if let Err(error) = self.serve(&asked).await {
                tracing::error!("an address is no longer served: {error}");
            }
        }
        outcome
    }

    async fn serve(&mut self, wanted: &[ListenConfig]) -> Result<(), BindError> {
        let all = std::mem::take(&mut self.served);
        let (kept, gone): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|served| wanted.iter().any(|wanted| served.suits(wanted)));
        self.served = kept;
        // First, for what comes may want their ports.
        for served in gone {
            self.close(served.asked.protocol, served.bound).await;
        }
        for wanted in wanted {
            match self.served.iter_mut().find(|served| served.suits(wanted)) {
                Some(served) => served.asked = wanted.clone(),
                None => drop(self.listen(wanted)?),
            }
        }
        let place = |served: &Served| wanted.iter().position(|wanted| served.suits(wanted));
        self.served.sort_by_key(place);
        Ok(())
    }

    /// Closes the socket of an address; when this returns, another one may have its port.
    async fn close(&mut self, protocol: Protocol, bound: SocketAddr) {
        if protocol == Protocol::Udp {
            if let Some(at) = self.sockets.iter().position(|socket| socket.bound() == bound) {
                self.sockets.swap_remove(at).close().await;
            }
        } else if let Some(at) = self.listening.iter().position(|door| door.is_at(protocol, bound)) {
            self.listening.swap_remove(at).close().await;
        }
    }
}
