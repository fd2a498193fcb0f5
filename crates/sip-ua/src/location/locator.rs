//! Searches that ask a resolver, and remember what it said.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::destination::Destination;
use super::dns::DnsResolver;
use super::error::{LocationError, Trail};
use super::inquiries::Inquiries;
use super::question::{Question, Record, RecordKind};
use super::reach::Reach;
use super::resolver::Resolver;
use super::search::{Search, Server, in_words};
use super::weights;

/// Servers of a service that are looked at.
const MOST_SERVERS: usize = 32;

/// Aliases of a host that lead to others.
const MOST_ALIASES: usize = 8;

/// Finds the servers of URIs (RFC 3263), and remembers answers as long as they are good. Share it: what one
/// call has looked up, the next one knows.
///
/// ```no_run
/// use sip_parser::Uri;
/// use sip_ua::location::{Destination, Family, Locator, Reach};
/// use sip_ua::transport::Protocol;
///
/// # async fn find() -> Result<(), Box<dyn std::error::Error>> {
/// let locator = Locator::system();
/// let reach = Reach::from_iter([(Protocol::Udp, Family::V4), (Protocol::Tcp, Family::V4)]);
/// let destination = Destination::of(&Uri::parse("sip:alice@example.com")?)?;
/// for server in locator.locate(&destination, &reach).await? {
///     println!("{} {}", server.protocol, server.address);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Locator {
    inquiries: Arc<Inquiries>,
}

impl Locator {
    /// Asks `resolver`.
    pub fn new(resolver: Arc<dyn Resolver>) -> Self {
        Self { inquiries: Arc::new(Inquiries::new(resolver)) }
    }

    /// Asks the name servers of `/etc/resolv.conf`, and before them `/etc/hosts`.
    pub fn system() -> Self {
        Self::new(Arc::new(DnsResolver::system()))
    }

    /// Asks another resolver from now on, and forgets what the old one said.
    pub fn set_resolver(&self, resolver: Arc<dyn Resolver>) {
        self.inquiries.set_resolver(resolver);
    }

    /// The servers of `destination` that can be reached over `reach`, in the order in which they are to be
    /// tried; at least one. A numeric host takes no lookup.
    ///
    /// # Errors
    /// [`LocationError`] says what was looked up and what came.
    pub async fn locate(
        &self,
        destination: &Destination,
        reach: &Reach,
    ) -> Result<Vec<Server>, LocationError> {
        self.run(Search::new(destination.clone(), reach.clone(), Box::new(random))).await
    }

    /// All addresses that requests of a peer of that name may come from. See [`Search::of_peer`].
    ///
    /// # Errors
    /// [`LocationError`] says what was looked up and what came.
    pub async fn addresses_of(&self, name: &str, srv: bool) -> Result<Vec<IpAddr>, LocationError> {
        let servers = self.run(Search::of_peer(name, srv, Box::new(random))).await?;
        let mut addresses = Vec::new();
        for server in servers {
            if !addresses.contains(&server.address.ip()) {
                addresses.push(server.address.ip());
            }
        }
        Ok(addresses)
    }

    /// The servers of any service of the net, in the order in which they are to be tried (RFC 2782): those that `name` has
    /// SRV records for, as in `_agi._tcp.example.com`; at least one.
    ///
    /// # Errors
    /// [`LocationError::NotFound`] says what was looked up and what came.
    pub async fn service(&self, name: &str) -> Result<Vec<SocketAddr>, LocationError> {
        let mut trail = Trail::default();
        let records = self.records(RecordKind::Srv, name, &mut trail).await;
        let servers = records.into_iter().filter_map(|record| match record {
            // A domain without the service says so by a target of its own.
            Record::Srv(server) => Some(server).filter(|server| !matches!(server.target.as_str(), "" | ".")),
            _ => None,
        });
        let mut servers: Vec<_> = servers.collect();
        servers.sort_by_key(|server| server.priority);
        servers.truncate(MOST_SERVERS);
        let servers = weights::order(servers, &mut random);
        let mut found = Vec::new();
        for server in servers {
            for address in self.addresses(&server.target, &mut trail).await {
                found.push(SocketAddr::new(address, server.port));
            }
        }
        match found.is_empty() {
            true => Err(LocationError::NotFound { domain: name.to_owned(), trail }),
            false => Ok(found),
        }
    }

    /// The addresses of a host, those of IPv4 first.
    async fn addresses(&self, host: &str, trail: &mut Trail) -> Vec<IpAddr> {
        let mut found = Vec::new();
        for kind in [RecordKind::A, RecordKind::Aaaa] {
            let mut name = host.to_owned();
            for _ in 0..MOST_ALIASES {
                let records = self.records(kind, &name, trail).await;
                found.extend(records.iter().filter_map(|record| match record {
                    Record::A(address) => Some(IpAddr::V4(*address)),
                    Record::Aaaa(address) => Some(IpAddr::V6(*address)),
                    _ => None,
                }));
                let alias = records.iter().find_map(|record| match record {
                    Record::Cname(alias) => Some(alias.clone()),
                    _ => None,
                });
                match alias.filter(|_| !records.iter().any(|record| record.is(kind))) {
                    Some(alias) => name = alias,
                    None => break,
                }
            }
        }
        found
    }

    /// The records of one question; none where it has no answer.
    async fn records(&self, kind: RecordKind, name: &str, trail: &mut Trail) -> Vec<Record> {
        let question = Question::new(kind, name);
        trail.ask(&question);
        let (question, answer) = match self.inquiries.known(&question) {
            Some(answer) => (question, answer),
            None => self.inquiries.clone().ask(question).await,
        };
        trail.note(&question, in_words(kind, &answer));
        answer.map(|answer| answer.records).unwrap_or_default()
    }

    async fn run(&self, mut search: Search) -> Result<Vec<Server>, LocationError> {
        let mut asked = JoinSet::new();
        loop {
            while let Some(question) = search.poll_question() {
                match self.inquiries.known(&question) {
                    Some(answer) => search.handle_answer(&question, answer),
                    None => drop(asked.spawn(self.inquiries.clone().ask(question))),
                }
            }
            if let Some(outcome) = search.poll_outcome() {
                return outcome;
            }
            // A search without an outcome waits for an answer, and each question has one.
            let Some(answered) = asked.join_next().await else { return Err(LocationError::NoHost) };
            if let Ok((question, answer)) = answered {
                search.handle_answer(&question, answer);
            }
        }
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locator").field("remembered", &self.inquiries.remembered()).finish_non_exhaustive()
    }
}

/// A number from 0 to `most`, each as likely as the next but for one part in 2^45: weights are 16 bits and
/// few.
fn random(most: u64) -> u64 {
    getrandom::u64().map(|number| number % most.saturating_add(1)).unwrap_or_default()
}
