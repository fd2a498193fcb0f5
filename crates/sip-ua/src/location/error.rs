//! Why no server was found.

use std::fmt;

use super::question::Question;
use crate::transport::Protocol;

/// Why no server was found for a URI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// It is no `sip:` or `sips:` URI, or names no host.
    #[error("it names no SIP server; write sip:user@host")]
    NoHost,
    /// Its `transport` parameter means nothing to us.
    #[error("transport '{0}' is unknown; use udp, tcp, tls, ws or wss")]
    UnknownTransport(String),
    /// A `sips:` URI asks for a transport that everybody can read.
    #[error("sips: asks for encryption and transport={0} has none; use sip: or another transport")]
    NotSecure(String),
    /// We have no transport that could be used.
    #[error("no {0} transport of that address family is configured; add one, or use another transport=")]
    NoTransport(Protocol),
    /// The domain says itself that it takes no calls: its only SRV record points nowhere (RFC 2782).
    #[error("{domain} offers no SIP service, its records say ({trail})")]
    NotOffered {
        /// The domain.
        domain: String,
        /// What was looked up.
        trail: Trail,
    },
    /// No address was found.
    #[error("no address was found for {domain} ({trail})")]
    NotFound {
        /// The name that was looked for.
        domain: String,
        /// What was looked up.
        trail: Trail,
    },
}

/// What was looked up, and what came, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail(Vec<(Question, String)>);

impl Trail {
    /// A question is asked; its answer may come after those of later ones.
    pub(super) fn ask(&mut self, question: &Question) {
        self.0.push((question.clone(), "no answer".to_owned()));
    }

    /// Its answer has come.
    pub(super) fn note(&mut self, question: &Question, came: String) {
        if let Some(step) = self.0.iter_mut().rfind(|(asked, _)| asked == question) {
            step.1 = came;
        }
    }

    /// The questions, each with what came of it in words.
    pub fn steps(&self) -> &[(Question, String)] {
        &self.0
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing was looked up");
        }
        for (place, (question, came)) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{question}: {came}")?;
        }
        Ok(())
    }
}
