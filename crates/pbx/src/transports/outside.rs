//! Names of our outside: the addresses that a translator shows of us, where they are given as names.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sip_ua::location::Locator;
use sip_ua::transport::Outside;
use tokio::time::timeout;

use crate::configuration::Transport;

/// Longest wait for one name.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was found of each name last.
#[derive(Debug, Default)]
pub(super) struct OutsideAddresses {
    found: Mutex<HashMap<String, Vec<IpAddr>>>,
    missing: Mutex<Missing>,
}

/// Names that are not found.
#[derive(Debug, Default)]
struct Missing {
    names: HashSet<String>,
    /// What is to be told of those that are new.
    problems: Vec<String>,
}

impl OutsideAddresses {
    /// Looks up the names of these transports; whether something is known that was not. A name that is not found keeps
    /// the addresses that it had.
    pub(super) async fn look_up(&self, transports: &[Transport], locator: &Locator) -> bool {
        let mut names: Vec<&str> = transports.iter().flat_map(names_of).collect();
        names.sort_unstable();
        names.dedup();
        let mut is_news = false;
        for name in names {
            match timeout(PATIENCE, locator.addresses_of(name, false)).await {
                Ok(Ok(addresses)) => {
                    self.missing().names.remove(name);
                    let before = self.lock().insert(name.to_owned(), addresses.clone());
                    if before.as_ref() != Some(&addresses) {
                        tracing::info!("peers outside find us at {name}: {addresses:?}");
                        is_news = true;
                    }
                }
                Ok(Err(error)) => self.not_found(name, &error.to_string()),
                Err(_) => self.not_found(name, "no answer"),
            }
        }
        is_news
    }

    fn not_found(&self, name: &str, why: &str) {
        let outcome = if self.lock().contains_key(name) {
            "the address of before counts"
        } else {
            "it is told to nobody"
        };
        let text = format!("Our own outside address {name} is not found, {outcome}: {why}");
        tracing::warn!("{text}");
        let mut missing = self.missing();
        if missing.names.insert(name.to_owned()) {
            missing.problems.push(text);
        }
    }

    /// What went wrong since this was asked last, in sentences: once of each name, until it is found.
    pub(super) fn problems(&self) -> Vec<String> {
        std::mem::take(&mut self.missing().problems)
    }

    fn missing(&self) -> std::sync::MutexGuard<'_, Missing> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What peers beyond the translator of this transport are told. The name itself stands for the host of signalling
    /// where certificates must prove it, and while its address is not known.
    pub(super) fn of(&self, transport: &Transport) -> Option<Outside> {
        let mut outside = transport.outside.clone()?;
        if let Some(name) = &transport.media_host {
            outside.media = self.address(name, transport);
        }
        if let Some(host) = outside.host.take() {
            let address = self.address(&host, transport).filter(|_| !transport.protocol.is_secure());
            outside.host = Some(address.map_or(host, |address| address.to_string()));
        }
        Some(outside)
    }

    /// The first address of a name that a socket of that transport could have.
    fn address(&self, name: &str, transport: &Transport) -> Option<IpAddr> {
        let known = self.lock();
        let mut addresses = known.get(name)?.iter();
        addresses.find(|address| address.is_ipv4() == transport.bind.is_ipv4()).copied()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<IpAddr>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names that a transport gives of its outside.
fn names_of(transport: &Transport) -> impl Iterator<Item = &str> {
    let host = transport.outside.as_ref().and_then(|outside| outside.host.as_deref());
    let is_name = |host: &&str| host.parse::<IpAddr>().is_err();
    [host, transport.media_host.as_deref()].into_iter().flatten().filter(is_name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU8, Ordering};

    use asterisk_conf::MemoryFiles;
    use sip_ua::location::{Answer, Lookup, LookupError, Question, Record, Resolver};

    use super::*;
    use crate::configuration::{Configuration, Folders};

    /// A name server for `home.example`, whose address changes; 0: it is not there.
    struct Home(AtomicU8);

    impl Resolver for Home {
        fn lookup(&self, question: Question) -> Lookup<'_> {
            let last = self.0.load(Ordering::Relaxed);
            let is_it = last > 0 && question.to_string() == "A home.example";
            let record = Record::A([203, 0, 113, last].into());
            let answer = Answer { records: vec![record], ttl: Duration::from_secs(5) };
            Box::pin(async move { is_it.then_some(answer).ok_or(LookupError::NoSuchName { ttl: None }) })
        }
    }

    fn transports(pjsip: &str) -> Vec<Transport> {
        let files = MemoryFiles::from([("/pbx/etc/pjsip.conf", pjsip)]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        configuration.unwrap_or_else(|| panic!("{}", report.render(false))).sip.transports
    }

    #[tokio::test(start_paused = true)]
    async fn names_are_told_as_the_addresses_that_they_have_now() {
        let home = Arc::new(Home(AtomicU8::new(0)));
        let locator = Locator::new(home.clone());
        let outside = OutsideAddresses::default();
        let open = transports(
            "[t]\ntype=transport\nbind=0.0.0.0\nexternal_media_address=home.example\n\
             external_signaling_address=home.example\n[s]\ntype=transport\nbind=0.0.0.0:5070\n\
             external_signaling_address=198.51.100.1\n",
        );
        let told = || {
            let of = |transport| outside.of(transport).expect("it is behind a translator");
            (of(&open[0]).host.unwrap_or_default(), of(&open[0]).media, of(&open[1]).host.unwrap_or_default())
        };
        assert!(!outside.look_up(&open, &locator).await);
        let fixed = "198.51.100.1".to_owned();
        assert_eq!(told(), ("home.example".to_owned(), None, fixed.clone()));
        assert!(outside.problems()[0].starts_with("Our own outside address home.example is not found"));
        assert!(!outside.look_up(&open, &locator).await);
        assert!(outside.problems().is_empty(), "it has been told");
        let now_at = |last: u8| {
            home.0.store(last, Ordering::Relaxed);
            locator.set_resolver(home.clone());
        };
        now_at(7);
        assert!(outside.look_up(&open, &locator).await);
        let at =
            |last| ("203.0.113.".to_owned() + last, format!("203.0.113.{last}").parse().ok(), fixed.clone());
        assert_eq!(told(), at("7"));
        assert!(!outside.look_up(&open, &locator).await, "nothing new");
        now_at(8);
        assert!(outside.look_up(&open, &locator).await);
        assert_eq!(told(), at("8"));
        now_at(0);
        assert!(!outside.look_up(&open, &locator).await);
        assert_eq!(told(), at("8"), "a name server that fails takes nothing away");
        assert!(outside.problems()[0].contains("the address of before counts"));
    }
}
