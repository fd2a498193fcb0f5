//! What is asked of the domain name system, and what comes back.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// A kind of record that finding a server asks for, or whoever looks something up beside that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// Which transports a domain offers, best first (RFC 3403).
    Naptr,
    /// The servers of one transport (RFC 2782).
    Srv,
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Texts that a domain keeps there (RFC 1035 section 3.3.14).
    Txt,
}

/// One question. Its name is in lower case and without a final dot, so that questions compare as names do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    kind: RecordKind,
    name: String,
}

impl Question {
    /// Asks for records of this kind under that name.
    pub fn new(kind: RecordKind, name: &str) -> Self {
        Self { kind, name: name.trim_end_matches('.').to_ascii_lowercase() }
    }

    /// The kind of record.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The name, without a final dot.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Naptr => "NAPTR",
            Self::Srv => "SRV",
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Txt => "TXT",
        })
    }
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// See [`Naptr`].
    Naptr(Naptr),
    /// See [`Srv`].
    Srv(Srv),
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A text, its pieces put together.
    Txt(String),
    /// The name is an alias of this one, which is asked next if the answer has nothing else.
    Cname(String),
}

impl Record {
    /// Whether it is what a question of this kind asks for.
    pub fn is(&self, kind: RecordKind) -> bool {
        matches!(
            (self, kind),
            (Self::Naptr(_), RecordKind::Naptr)
                | (Self::Srv(_), RecordKind::Srv)
                | (Self::A(_), RecordKind::A)
                | (Self::Aaaa(_), RecordKind::Aaaa)
                | (Self::Txt(_), RecordKind::Txt)
        )
    }
}

/// A rule that leads to the servers of one transport (RFC 3403 section 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Naptr {
    /// Only the rules with the lowest order that can be used count.
    pub order: u16,
    /// Among rules of one order the lowest comes first.
    pub preference: u16,
    /// `s` when `replacement` has SRV records.
    pub flags: String,
    /// The transport, `SIP+D2U`.
    pub service: String,
    /// A substitution expression; empty for SIP.
    pub regexp: String,
    /// The name to ask next, `_sip._udp.example.com`.
    pub replacement: String,
}

/// A server (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Srv {
    /// Servers with the lowest priority are tried first.
    pub priority: u16,
    /// Share of the traffic among servers of one priority.
    pub weight: u16,
    /// Its port.
    pub port: u16,
    /// Its name; empty or `.` when the domain says that it offers no such service.
    pub target: String,
}

/// The records that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In the order in which they came. Those of other kinds are passed over, but for aliases.
    pub records: Vec<Record>,
    /// How long they are good for.
    pub ttl: Duration,
}

/// Why no records came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The name does not exist.
    #[error("no such name")]
    NoSuchName {
        /// How long that is good for, where the zone says so (RFC 2308).
        ttl: Option<Duration>,
    },
    /// The name has no records of that kind.
    #[error("no such record")]
    NoRecords {
        /// How long that is good for, where the zone says so (RFC 2308).
        ttl: Option<Duration>,
    },
    /// Nobody could say: no server answers, or it failed.
    #[error("{0}")]
    Failed(String),
}
