//! The addresses of hosts that `type=identify` names, looked up when the configuration is loaded.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use sip_ua::location::Locator;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};

use crate::configuration::{Configuration, Identify};

/// Longest wait for answers before the exchange goes on without them. They are taken when they come.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long after a failure a host is looked up again.
const AGAIN: Duration = Duration::from_secs(60);

/// A name, and whether its SRV records count.
type Host = (String, bool);

type Known = HashMap<Host, Vec<IpAddr>>;

/// Addresses by host. Whoever asks gets what is known, at once.
#[derive(Default)]
pub(crate) struct HostAddresses {
    known: Arc<ArcSwap<Known>>,
    looking: Mutex<Option<AbortHandle>>,
}

impl HostAddresses {
    /// Looks up the hosts of `configuration` anew, those that cannot be found again and again. Until an
    /// answer comes a host keeps the addresses that it had. Returns when each was looked up once, or after
    /// some seconds.
    /// Which are not found is told once.
    pub(crate) async fn follow(
        &self,
        configuration: &Configuration,
        locator: &Arc<Locator>,
        tell: impl Fn(String) + Send + Sync + 'static,
    ) {
        let hosts = hosts_of(configuration);
        self.known.rcu(|known| {
            let kept = known.iter().filter(|(host, _)| hosts.contains_key(*host));
            kept.map(|(host, addresses)| (host.clone(), addresses.clone())).collect::<Known>()
        });
        let (done, first_round) = oneshot::channel();
        let task = match hosts.is_empty() {
            true => None,
            false => Some(
                tokio::spawn(look(hosts, locator.clone(), self.known.clone(), done, tell)).abort_handle(),
            ),
        };
        let nothing_to_wait_for = task.is_none();
        let before = {
            let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *looking, task)
        };
        if let Some(before) = before {
            before.abort();
        }
        if !nothing_to_wait_for {
            let _ = tokio::time::timeout(PATIENCE, first_round).await;
        }
    }

    /// Whether a peer is one of a host that `identify` names.
    pub(super) fn match_of(&self, identify: &Identify, peer: SocketAddr) -> bool {
        if identify.hosts.is_empty() {
            return false;
        }
        let known = self.known.load();
        identify.hosts.iter().any(|(name, port)| {
            let key = (name.clone(), identify.looks_up_servers(*port));
            port.is_none_or(|port| port == peer.port())
                && known.get(&key).is_some_and(|known| known.contains(&peer.ip()))
        })
    }
}

impl Drop for HostAddresses {
    fn drop(&mut self) {
        if let Some(task) = self.looking.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

/// The hosts of a configuration, each with the section that names it.
fn hosts_of(configuration: &Configuration) -> HashMap<Host, String> {
    let identifies = configuration.sip.identifies.iter();
    let hosts = identifies.flat_map(|identify| {
        let host = |(name, port): &(String, Option<u16>)| {
            ((name.clone(), identify.looks_up_servers(*port)), identify.name.clone())
        };
        identify.hosts.iter().map(host)
    });
    hosts.collect()
}

/// Looks up all hosts, then those that were not found, until none is left.
async fn look(
    mut missing: HashMap<Host, String>,
    locator: Arc<Locator>,
    known: Arc<ArcSwap<Known>>,
    done: oneshot::Sender<()>,
    tell: impl Fn(String) + Send + Sync + 'static,
) {
    let mut done = Some(done);
    loop {
        let mut lookups = JoinSet::new();
        for host in missing.keys().cloned() {
            let locator = locator.clone();
            lookups.spawn(async move {
                let found = locator.addresses_of(&host.0, host.1).await;
                (host, found)
            });
        }
        while let Some(looked_up) = lookups.join_next().await {
            match looked_up {
                Ok((host, Ok(addresses))) => {
                    missing.remove(&host);
                    known.rcu(|known| {
                        let mut next = Known::clone(known);
                        next.insert(host.clone(), addresses.clone());
                        next
                    });
                }
                Ok((host, Err(error))) => {
                    let section = missing.get(&host).map(String::as_str).unwrap_or_default();
                    let text = format!("identify [{section}] matches nothing of {}: {error}", host.0);
                    tracing::warn!("{text}");
                    // From the second round on it is known.
                    if done.is_some() {
                        tell(text);
                    }
                }
                Err(_) => {}
            }
        }
        if let Some(done) = done.take() {
            let _ = done.send(()); // nobody may be waiting any more
        }
        if missing.is_empty() {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use asterisk_conf::MemoryFiles;
    use sip_ua::location::{Answer, Lookup, LookupError, Question, Record, Resolver, Srv};

    use super::*;
    use crate::configuration::Folders;

    /// A name server that can be switched on.
    struct Zone(AtomicBool);

    impl Resolver for Zone {
        fn lookup(&self, question: Question) -> Lookup<'_> {
            let server = |port| Srv { priority: 1, weight: 1, port, target: "gw.example.com".to_owned() };
            let record = match question.to_string().as_str() {
                _ if !self.0.load(Ordering::Relaxed) => None,
                "SRV _sip._udp.trunk.example.com" => Some(Record::Srv(server(5070))),
                "A gw.example.com" => Some(Record::A([192, 0, 2, 7].into())),
                "AAAA trunk.example.com" => Some(Record::Aaaa("2001:db8::7".parse().unwrap())),
                _ => None,
            };
            let answer = record.map(|record| Answer { records: vec![record], ttl: Duration::from_secs(60) });
            Box::pin(async move { answer.ok_or(LookupError::NoSuchName { ttl: None }) })
        }
    }

    fn configuration(identify: &str) -> Configuration {
        let text = format!(
            "[t]\ntype=transport\nbind=0.0.0.0\n[gw]\ntype=endpoint\n[gw]\ntype=identify\nendpoint=gw\n{identify}\n"
        );
        let files = MemoryFiles::from([("/srv/etc/pjsip.conf", text.as_str())]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
        configuration.unwrap_or_else(|| panic!("{}", report.render(false)))
    }

    fn matches(hosts: &HostAddresses, configuration: &Configuration, address: &str) -> bool {
        hosts.match_of(&configuration.sip.identifies[0], SocketAddr::new(address.parse().unwrap(), 5060))
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_its_servers_or_itself() {
        let locator = Arc::new(Locator::new(Arc::new(Zone(AtomicBool::new(true)))));
        let hosts = HostAddresses::default();
        let by_srv = configuration("match=Trunk.example.com");
        hosts.follow(&by_srv, &locator, |_| {}).await;
        assert!(matches(&hosts, &by_srv, "192.0.2.7") && !matches(&hosts, &by_srv, "2001:db8::7"));
        let itself = configuration("match=trunk.example.com\nsrv_lookups=no");
        hosts.follow(&itself, &locator, |_| {}).await;
        assert!(!matches(&hosts, &itself, "192.0.2.7") && matches(&hosts, &itself, "2001:db8::7"));
        let other_port = configuration("match=trunk.example.com:5061");
        hosts.follow(&other_port, &locator, |_| {}).await;
        assert!(!matches(&hosts, &other_port, "2001:db8::7"));
        let same_port = configuration("match=trunk.example.com:5060");
        hosts.follow(&same_port, &locator, |_| {}).await;
        assert!(matches(&hosts, &same_port, "2001:db8::7") && !matches(&hosts, &same_port, "192.0.2.7"));
        let neither = configuration("match=192.0.2.1");
        hosts.follow(&neither, &locator, |_| {}).await;
        assert!(!matches(&hosts, &itself, "2001:db8::7"), "it is named no more");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_not_found_is_looked_up_again() {
        let zone = Arc::new(Zone(AtomicBool::new(false)));
        let locator = Arc::new(Locator::new(zone.clone()));
        let hosts = HostAddresses::default();
        let configuration = configuration("match=trunk.example.com");
        let told = Arc::new(Mutex::new(Vec::new()));
        let notes = told.clone();
        hosts.follow(&configuration, &locator, move |text| notes.lock().unwrap().push(text)).await;
        assert!(!matches(&hosts, &configuration, "192.0.2.7"));
        tokio::time::sleep(AGAIN + Duration::from_secs(1)).await;
        zone.0.store(true, Ordering::Relaxed);
        tokio::time::sleep(AGAIN + Duration::from_secs(1)).await;
        let told = std::mem::take(&mut *told.lock().unwrap());
        assert!(
            matches!(&told[..], [text] if text.contains("matches nothing of trunk.example.com")),
            "{told:?}"
        );
        assert!(matches(&hosts, &configuration, "192.0.2.7"));
        // A name server that fails at a reload takes nothing away.
        zone.0.store(false, Ordering::Relaxed);
        locator.set_resolver(zone);
        hosts.follow(&configuration, &locator, |_| {}).await;
        assert!(matches(&hosts, &configuration, "192.0.2.7"));
    }
}
