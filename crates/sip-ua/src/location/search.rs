//! One search for the servers of a URI, from question to question (RFC 3263 section 4).

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::destination::{Destination, Target};
use super::error::{LocationError, Trail};
use super::question::{Answer, LookupError, Question, Record, RecordKind};
use super::reach::{Family, Reach};
use super::{services, weights};
use crate::transport::Protocol;

/// Records of one answer that are looked at.
const RECORD_LIMIT: usize = 32;
/// Aliases that are followed from one name, each to the next.
const ALIAS_LIMIT: usize = 8;
/// Transports whose SRV records are asked for.
const SERVICE_LIMIT: usize = 8;
/// Hosts whose addresses are asked for.
const HOST_LIMIT: usize = 16;
/// Servers that a search yields.
const SERVER_LIMIT: usize = 32;

/// A server that requests for a URI can be sent to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// How it is reached.
    pub protocol: Protocol,
    /// Where it is.
    pub address: SocketAddr,
    /// The name that its certificate must hold (RFC 5922 section 4) and that is sent as server name: the
    /// host of the URI, not the name that SRV records led to, which anybody who forges an answer could
    /// choose. `None` when the URI has a numeric address.
    pub name: Option<String>,
}

/// Random numbers: from 0 up to and including the argument, each as likely.
pub type Chance = Box<dyn FnMut(u64) -> u64 + Send>;

/// Looks for the servers of one URI. It neither reads a clock nor touches a socket.
///
/// ```text
///   numeric host ------------------------------------------------+
///   port given --------------------------------+                 v
///   transport given -----------+               v             servers,
///   else: NAPTR of the host -> SRV of each -> A, AAAA of each -> in order
///                  none: SRV of the transports that we have
///                                  none: A, AAAA of the host itself
/// ```
///
/// Ask what [`poll_question`](Self::poll_question) gives until it gives nothing more, hand in each answer
/// with [`handle_answer`](Self::handle_answer), and begin again, until [`poll_outcome`](Self::poll_outcome)
/// has the outcome. Questions that come together may be asked together. Where a lookup fails the search
/// goes on as if there were no such record, for names are often served badly and addresses well.
pub struct Search {
    destination: Destination,
    reach: Reach,
    chance: Chance,
    stage: Stage,
    questions: VecDeque<Question>,
    open: Vec<Open>,
    answers: HashMap<Question, Vec<Record>>,
    trail: Trail,
    outcome: Option<Result<Vec<Server>, LocationError>>,
}

/// What the open questions are about.
enum Stage {
    /// Which transports the domain offers.
    Services(Question),
    /// Which servers each of these transports has, best first.
    Servers(Vec<(Protocol, Question)>),
    /// Which addresses these hosts have, best first.
    Addresses(Vec<Candidate>),
    Over,
}

/// A host that may be a server.
struct Candidate {
    protocol: Protocol,
    host: String,
    port: u16,
}

/// A question without an answer.
struct Open {
    /// As the search asked it.
    origin: Question,
    /// As it stands after aliases.
    asked: Question,
    aliases: usize,
}

impl Search {
    /// Begins to look for the servers of `destination` that can be reached over `reach`.
    pub fn new(destination: Destination, reach: Reach, chance: Chance) -> Self {
        let mut search = Self::idle(destination, reach, chance);
        search.begin();
        search
    }

    /// Begins to look for all addresses that requests of a peer of that name may come from: those of its
    /// servers if `srv` asks for them and it has any, else its own. Ports and protocols of the outcome mean
    /// nothing.
    pub fn of_peer(name: &str, srv: bool, chance: Chance) -> Self {
        const SERVED: [Protocol; 3] = [Protocol::Udp, Protocol::Tcp, Protocol::Tls];
        let families = |protocol| [(protocol, Family::V4), (protocol, Family::V6)];
        let mut search =
            Self::idle(Destination::of_name(name), SERVED.into_iter().flat_map(families).collect(), chance);
        let servers = SERVED.into_iter().filter(|_| srv);
        search.ask_servers(servers.filter_map(|p| Some((p, services::servers_of(p, name)?))));
        search.advance_while_answered();
        search
    }

    fn idle(destination: Destination, reach: Reach, chance: Chance) -> Self {
        Self {
            destination,
            reach,
            chance,
            stage: Stage::Over,
            questions: VecDeque::new(),
            open: Vec::new(),
            answers: HashMap::new(),
            trail: Trail::default(),
            outcome: None,
        }
    }

    /// The next question to ask.
    pub fn poll_question(&mut self) -> Option<Question> {
        self.questions.pop_front()
    }

    /// Takes the answer to a question. One that was not asked is ignored.
    pub fn handle_answer(&mut self, question: &Question, answer: Result<Answer, LookupError>) {
        let (answered, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.open).into_iter().partition(|open| open.asked == *question);
        self.open = open;
        if answered.is_empty() {
            return;
        }
        self.trail.note(question, in_words(question.kind(), &answer));
        let records = answer.map(|answer| answer.records).unwrap_or_default();
        for open in answered {
            self.note(open, &records);
        }
        self.advance_while_answered();
    }

    /// The outcome, once: servers in the order in which they are to be tried, at least one.
    pub fn poll_outcome(&mut self) -> Option<Result<Vec<Server>, LocationError>> {
        self.outcome.take()
    }
}

impl Search {
    fn begin(&mut self) {
        let protocol = self.destination.usual_protocol(&self.reach);
        let port = self.destination.port();
        let domain = match self.destination.host().clone() {
            Target::Address(address) => return self.take_address(protocol, address),
            Target::Name(name) => name,
        };
        if !self.can_be_reached() {
            self.outcome = Some(Err(LocationError::NoTransport(protocol)));
        } else if let Some(port) = port {
            self.ask_addresses(vec![Candidate { protocol, host: domain, port }]);
        } else if self.destination.transport().is_some() {
            self.ask_servers(services::servers_of(protocol, &domain).map(|asked| (protocol, asked)));
        } else {
            let question = Question::new(RecordKind::Naptr, &domain);
            self.ask(question.clone());
            self.stage = Stage::Services(question);
        }
        self.advance_while_answered();
    }

    /// Goes on until something is asked or all is known.
    fn advance_while_answered(&mut self) {
        while self.open.is_empty() && self.outcome.is_none() {
            self.advance();
        }
    }

    /// Whether we have any transport that the URI allows.
    fn can_be_reached(&self) -> bool {
        match (self.destination.transport(), self.destination.is_secure()) {
            (Some(protocol), _) => self.reach.serves(protocol),
            (None, true) => self.reach.protocols().into_iter().any(Protocol::is_secure),
            (None, false) => !self.reach.protocols().is_empty(),
        }
    }

    fn take_address(&mut self, protocol: Protocol, address: IpAddr) {
        let served = self.reach.families(protocol).any(|family| family == Family::of(address));
        let port = self.destination.port().unwrap_or(protocol.default_port());
        let server = self.server(protocol, SocketAddr::new(address, port));
        self.outcome =
            Some(if served { Ok(vec![server]) } else { Err(LocationError::NoTransport(protocol)) });
    }

    fn server(&self, protocol: Protocol, address: SocketAddr) -> Server {
        Server { protocol, address, name: self.destination.domain().map(str::to_owned) }
    }

    fn ask(&mut self, question: Question) {
        if self.open.iter().all(|open| open.origin != question) && !self.answers.contains_key(&question) {
            self.open.push(Open { origin: question.clone(), asked: question.clone(), aliases: 0 });
            self.put(question);
        }
    }

    fn put(&mut self, question: Question) {
        self.trail.ask(&question);
        self.questions.push_back(question);
    }

    /// Keeps the records of an answer, or asks for what the name is an alias of.
    fn note(&mut self, open: Open, records: &[Record]) {
        let kind = open.origin.kind();
        let mut wanted: Vec<_> = records.iter().filter(|record| record.is(kind)).cloned().collect();
        wanted.sort_by_key(preference); // a long answer is cut at its worst
        wanted.truncate(RECORD_LIMIT);
        let alias = records.iter().take(RECORD_LIMIT).rev().find_map(|record| match record {
            Record::Cname(name) if wanted.is_empty() => Some(name),
            _ => None,
        });
        match alias {
            Some(name) if open.aliases < ALIAS_LIMIT => {
                let asked = Question::new(kind, name);
                if self.open.iter().all(|other| other.asked != asked) {
                    self.put(asked.clone());
                }
                self.open.push(Open { asked, aliases: open.aliases + 1, ..open });
            }
            _ => {
                self.answers.insert(open.origin, wanted);
            }
        }
    }

    /// All open questions are answered: what they lead to.
    fn advance(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Services(question) => {
                let records = self.answers.remove(&question).unwrap_or_default();
                let offered = services::offered(&records, self.destination.is_secure(), &self.reach);
                if offered.is_empty() {
                    self.ask_possible_servers(question.name());
                } else {
                    self.ask_servers(offered);
                }
            }
            Stage::Servers(asked) => self.take_servers(asked),
            Stage::Addresses(candidates) => self.take_addresses(&candidates),
            Stage::Over => {}
        }
    }

    /// The domain does not say which transports it offers: those that we have are tried.
    fn ask_possible_servers(&mut self, domain: &str) {
        let possible = self.destination.possible_protocols(&self.reach);
        let questions = possible
            .into_iter()
            .filter_map(|protocol| Some((protocol, services::servers_of(protocol, domain)?)));
        self.ask_servers(questions.collect::<Vec<_>>());
    }

    fn ask_servers(&mut self, questions: impl IntoIterator<Item = (Protocol, Question)>) {
        let questions: Vec<_> = questions.into_iter().take(SERVICE_LIMIT).collect();
        for (_, question) in &questions {
            self.ask(question.clone());
        }
        self.stage = Stage::Servers(questions);
    }

    fn take_servers(&mut self, asked: Vec<(Protocol, Question)>) {
        let mut candidates = Vec::new();
        let mut refused = false;
        for (protocol, question) in asked {
            let records = self.answers.get(&question).map(Vec::as_slice).unwrap_or_default();
            let servers = records.iter().filter_map(|record| match record {
                Record::Srv(server) => Some(server.clone()),
                _ => None,
            });
            for server in weights::order(servers.collect(), &mut self.chance) {
                let host = server.target.trim_end_matches('.').to_ascii_lowercase();
                refused |= host.is_empty();
                if !host.is_empty() && server.port != 0 {
                    candidates.push(Candidate { protocol, host, port: server.port });
                }
            }
        }
        match self.destination.host().clone() {
            Target::Name(domain) if candidates.is_empty() && refused => {
                let trail = std::mem::take(&mut self.trail);
                self.outcome = Some(Err(LocationError::NotOffered { domain, trail }));
            }
            Target::Name(domain) if candidates.is_empty() => {
                let protocol = self.destination.usual_protocol(&self.reach);
                let port = protocol.default_port();
                self.ask_addresses(vec![Candidate { protocol, host: domain, port }]);
            }
            _ => self.ask_addresses(candidates),
        }
    }

    fn ask_addresses(&mut self, mut candidates: Vec<Candidate>) {
        candidates.truncate(HOST_LIMIT);
        for candidate in &candidates {
            // Some write an address where a name belongs; what is meant is clear.
            if candidate.host.parse::<IpAddr>().is_ok() {
                continue;
            }
            let families: Vec<_> = self.reach.families(candidate.protocol).collect();
            for family in families {
                self.ask(address_question(family, &candidate.host));
            }
        }
        self.stage = Stage::Addresses(candidates);
    }

    fn take_addresses(&mut self, candidates: &[Candidate]) {
        let mut servers: Vec<Server> = Vec::new();
        for candidate in candidates {
            for address in self.addresses_of(candidate) {
                let server = self.server(candidate.protocol, SocketAddr::new(address, candidate.port));
                if servers.len() < SERVER_LIMIT && !servers.contains(&server) {
                    servers.push(server);
                }
            }
        }
        self.outcome = Some(if servers.is_empty() { Err(self.not_found(candidates)) } else { Ok(servers) });
    }

    fn addresses_of(&self, candidate: &Candidate) -> Vec<IpAddr> {
        let families = self.reach.families(candidate.protocol);
        if let Ok(address) = candidate.host.parse::<IpAddr>() {
            let served = families.into_iter().any(|family| family == Family::of(address));
            return served.then_some(address).into_iter().collect();
        }
        let answers =
            families.filter_map(|family| self.answers.get(&address_question(family, &candidate.host)));
        answers.flatten().filter_map(address).collect()
    }

    fn not_found(&mut self, candidates: &[Candidate]) -> LocationError {
        let looked_for = candidates.first();
        match looked_for {
            Some(candidate) if self.reach.families(candidate.protocol).next().is_none() => {
                LocationError::NoTransport(candidate.protocol)
            }
            _ => {
                let named = match self.destination.host() {
                    Target::Name(name) => Some(name.clone()),
                    Target::Address(_) => None,
                };
                let domain = named.or_else(|| looked_for.map(|candidate| candidate.host.clone()));
                let trail = std::mem::take(&mut self.trail);
                LocationError::NotFound { domain: domain.unwrap_or_default(), trail }
            }
        }
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("destination", &self.destination).finish_non_exhaustive()
    }
}

fn address_question(family: Family, host: &str) -> Question {
    let kind = match family {
        Family::V4 => RecordKind::A,
        Family::V6 => RecordKind::Aaaa,
    };
    Question::new(kind, host)
}

/// What is tried first is lowest; addresses are as good as each other.
fn preference(record: &Record) -> (u16, u16) {
    match record {
        Record::Naptr(rule) => (rule.order, rule.preference),
        Record::Srv(server) => (server.priority, 0),
        _ => (0, 0),
    }
}

fn address(record: &Record) -> Option<IpAddr> {
    match record {
        Record::A(address) => Some((*address).into()),
        Record::Aaaa(address) => Some((*address).into()),
        _ => None,
    }
}

/// What came, for whoever reads the error.
pub(super) fn in_words(kind: RecordKind, answer: &Result<Answer, LookupError>) -> String {
    let records = match answer {
        Ok(answer) => &answer.records,
        Err(error) => return error.to_string(),
    };
    let count = records.iter().filter(|record| record.is(kind)).count();
    let alias = records.iter().rev().find_map(|record| match record {
        Record::Cname(name) => Some(name),
        _ => None,
    });
    match (count, alias) {
        (0, Some(name)) => format!("an alias of {name}"),
        (0, None) => "no such record".to_owned(),
        (1, _) => "1 record".to_owned(),
        (count, _) => format!("{count} records"),
    }
}
