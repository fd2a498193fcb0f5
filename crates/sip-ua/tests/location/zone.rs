//! A zone in memory, and searches that ask it.

use std::collections::HashMap;
use std::time::Duration;

use sip_parser::Uri;
use sip_ua::location::{
    Answer, Destination, Family, LocationError, LookupError, Naptr, Question, Reach, Record, Search, Server,
    Srv,
};
use sip_ua::transport::Protocol;

/// Records by question, written as `SRV _sip._udp.example.com`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zone {
    records: HashMap<String, Result<Vec<Record>, LookupError>>,
}

impl Zone {
    pub(crate) fn new() -> Zone {
        Zone::default()
    }

    pub(crate) fn with(mut self, question: &str, record: Record) -> Zone {
        let entry = self.records.entry(question.to_owned()).or_insert_with(|| Ok(Vec::new()));
        entry.as_mut().expect("a question has records or fails, not both").push(record);
        self
    }

    /// `SERVICE order preference replacement`.
    pub(crate) fn naptr(self, domain: &str, rule: &str) -> Zone {
        let mut parts = rule.split(' ');
        let mut next = || parts.next().expect("four parts").to_owned();
        let service = next();
        let rule = Naptr {
            order: next().parse().expect("a number"),
            preference: next().parse().expect("a number"),
            flags: "s".to_owned(),
            service,
            regexp: String::new(),
            replacement: next(),
        };
        self.with(&format!("NAPTR {domain}"), Record::Naptr(rule))
    }

    /// `priority weight port target`, as zone files have it.
    pub(crate) fn srv(self, name: &str, server: &str) -> Zone {
        let parts: Vec<_> = server.split(' ').collect();
        let number = |place: usize| parts[place].parse().expect("a number");
        let target = parts[3].to_owned();
        let server = Srv { priority: number(0), weight: number(1), port: number(2), target };
        self.with(&format!("SRV {name}"), Record::Srv(server))
    }

    pub(crate) fn a(self, name: &str, address: &str) -> Zone {
        self.with(&format!("A {name}"), Record::A(address.parse().expect("an address")))
    }

    pub(crate) fn aaaa(self, name: &str, address: &str) -> Zone {
        self.with(&format!("AAAA {name}"), Record::Aaaa(address.parse().expect("an address")))
    }

    pub(crate) fn fails(mut self, question: &str) -> Zone {
        let failure = LookupError::Failed("the name server said SERVFAIL".to_owned());
        self.records.insert(question.to_owned(), Err(failure));
        self
    }

    pub(crate) fn answer(&self, question: &Question) -> Result<Answer, LookupError> {
        match self.records.get(&question.to_string()) {
            Some(Ok(records)) => Ok(Answer { records: records.clone(), ttl: Duration::from_secs(60) }),
            Some(Err(failure)) => Err(failure.clone()),
            None => Err(LookupError::NoSuchName { ttl: None }),
        }
    }
}

/// What a search asked, in order, and what it found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) asked: Vec<String>,
    pub(crate) outcome: Result<Vec<Server>, LocationError>,
}

impl Found {
    /// `UDP 192.0.2.1:5060`, in order.
    pub(crate) fn servers(&self) -> Vec<String> {
        let servers = self.outcome.as_ref().expect("servers are found");
        servers.iter().map(|server| format!("{} {}", server.protocol, server.address)).collect()
    }

    pub(crate) fn error(&self) -> String {
        self.outcome.as_ref().expect_err("nothing is found").to_string()
    }
}

/// UDP, TCP and TLS over IPv4.
pub(crate) fn usual() -> Reach {
    [Protocol::Udp, Protocol::Tcp, Protocol::Tls].map(|protocol| (protocol, Family::V4)).into_iter().collect()
}

pub(crate) fn only(protocol: Protocol) -> Reach {
    Reach::from_iter([(protocol, Family::V4)])
}

pub(crate) fn locate(zone: &Zone, uri: &str) -> Found {
    locate_over(zone, uri, usual())
}

/// Weights draw the highest number each time.
pub(crate) fn locate_over(zone: &Zone, uri: &str, reach: Reach) -> Found {
    let uri = Uri::parse(uri).expect("a URI");
    match Destination::of(&uri) {
        Ok(destination) => ask(zone, Search::new(destination, reach, Box::new(|most| most))),
        Err(error) => Found { asked: Vec::new(), outcome: Err(error) },
    }
}

pub(crate) fn ask(zone: &Zone, mut search: Search) -> Found {
    let mut asked = Vec::new();
    while let Some(question) = search.poll_question() {
        asked.push(question.to_string());
        search.handle_answer(&question, zone.answer(&question));
    }
    let outcome = search.poll_outcome().expect("a search without questions has an outcome");
    Found { asked, outcome }
}
