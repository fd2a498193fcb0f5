//! The transports that are open, and how they follow the configuration while the exchange runs.

mod certificates;
mod outside;
mod successors;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sip_ua::UserAgentHandle;
use sip_ua::location::Locator;
use sip_ua::transport::{ListenConfig, Protocol, TlsError};

use crate::Exchange;
use crate::configuration::{SipConfiguration, Transport};
use crate::http::HttpServer;

pub(crate) use certificates::watch as watch_certificates;

use certificates::CertificatesInUse;
use outside::OutsideAddresses;

/// How often the names of our outside are looked up again. Records are remembered for as long as they say, so that this
/// asks nobody in vain.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The transports that are open.
#[derive(Debug)]
pub(crate) struct OpenTransports {
    open: Mutex<Vec<Transport>>,
    certificates: CertificatesInUse,
    outside: OutsideAddresses,
    /// Takes those who come to a port of WebSockets for something else than SIP.
    http: Arc<HttpServer>,
}

impl OpenTransports {
    /// Those of a configuration, and where they listen.
    ///
    /// # Errors
    /// When a certificate cannot be used.
    pub(crate) async fn open(
        sip: &SipConfiguration,
        locator: &Locator,
        http: Arc<HttpServer>,
    ) -> Result<(Self, Vec<ListenConfig>), TlsError> {
        let transports = Self {
            open: Mutex::new(sip.transports.clone()),
            certificates: CertificatesInUse::default(),
            outside: OutsideAddresses::default(),
            http,
        };
        transports.outside.look_up(&sip.transports, locator).await;
        let listen = transports.listen(&sip.transports)?;
        Ok((transports, listen))
    }

    /// Opens, changes and closes what the next configuration allows, and shows its certificates. What did not come about
    /// is returned, in sentences.
    pub(crate) async fn follow(
        &self,
        next: &SipConfiguration,
        locator: &Locator,
        user_agent: &UserAgentHandle,
    ) -> Vec<String> {
        let running = self.running();
        let (transports, mut told) = successors::of(&running, &next.transports);
        self.outside.look_up(&transports, locator).await;
        told.extend(self.outside.problems());
        told.extend(self.certificates.follow(&transports));
        let outcome = match self.listen(&transports) {
            Ok(listen) => user_agent.listen_on(listen).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match outcome {
            Ok(()) => {
                self.certificates.keep(&transports);
                *self.lock() = transports;
            }
            Err(error) => told.push(format!("The transports stay as they were: {error}")),
        }
        told
    }

    /// Looks up the names of our outside again, for as long as the exchange lives.
    pub(crate) async fn watch_outside(exchange: Weak<Exchange>, locator: Arc<Locator>) {
        loop {
            match exchange.upgrade() {
                Some(exchange) => exchange.warn(exchange.transports().outside.problems()),
                None => return,
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            let Some(exchange) = exchange.upgrade() else { return };
            let (open, Some(sip)) = (exchange.transports(), exchange.sip()) else { continue };
            let running = open.running();
            if !open.outside.look_up(&running, &locator).await {
                continue;
            }
            let outcome = match open.listen(&running) {
                Ok(listen) => sip.user_agent().listen_on(listen).await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = outcome {
                tracing::error!("peers outside are told our old address: {error}");
            }
        }
    }

    /// The certificates that are shown.
    fn certificates(&self) -> &CertificatesInUse {
        &self.certificates
    }

    fn running(&self) -> Vec<Transport> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Transport>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where these transports listen.
    fn listen(&self, transports: &[Transport]) -> Result<Vec<ListenConfig>, TlsError> {
        let listen = |transport: &Transport| {
            let Transport { protocol, bind, sockets, .. } = transport;
            let mut config = ListenConfig::new(*protocol, *bind).with_sockets(sockets.clone());
            config.outside = self.outside.of(transport);
            config.write_within = transport.write_within;
            let is_web = matches!(protocol, Protocol::Ws | Protocol::Wss);
            config.guests = self.http.guests_at(*bind).filter(|_| is_web);
            config.tls = self.certificates.tls_of(transport)?;
            Ok(config)
        };
        transports.iter().map(listen).collect()
    }
}

#[cfg(test)]
mod tests;
