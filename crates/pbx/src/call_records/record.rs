//! One call detail record: who talked to whom, when, and what came of it.

use std::fmt;
use std::time::{Duration, SystemTime};

/// A call detail record. Its party A is the one whose channel it belongs to, its party B the one that A called or talked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Who pays for party A.
    pub account_code: String,
    /// The number of party A.
    pub source: String,
    /// The extension that party A was at.
    pub destination: String,
    /// Its context.
    pub context: String,
    /// Name and number of party A: `"Alice" <100>`.
    pub caller_id: String,
    /// The channel of party A.
    pub channel: String,
    /// The channel of party B; empty where there was none.
    pub peer_channel: String,
    /// The last application of party A.
    pub application: String,
    /// Its arguments.
    pub arguments: String,
    /// When the record was begun.
    pub start: SystemTime,
    /// When party A was answered, or began to talk to party B.
    pub answer: Option<SystemTime>,
    /// When it was closed; `None` while it is open.
    pub end: Option<SystemTime>,
    /// What came of it.
    pub disposition: Disposition,
    /// How billing is to treat it.
    pub ama_flags: AmaFlags,
    /// What dialplans say of both parties, with `;` between them.
    pub user_field: String,
    /// The unique id of party A's channel.
    pub unique_id: String,
    /// What all records of one call have in common.
    pub linked_id: String,
    /// Who pays for party B.
    pub peer_account: String,
    /// The number of the record: no two have the same until the exchange is started again.
    pub sequence: u64,
    /// What else dialplans noted in it.
    pub variables: Vec<(String, String)>,
    /// Whether a second that was begun is billed as a whole (`initiatedseconds`).
    pub whole_seconds: bool,
}

impl CallRecord {
    /// How long it lasted; up to `now` while it is open.
    pub fn duration(&self, now: SystemTime) -> Duration {
        self.end.unwrap_or(now).duration_since(self.start).unwrap_or_default()
    }

    /// How long of that they talked.
    pub fn billable(&self, now: SystemTime) -> Duration {
        let since = |answer| self.end.unwrap_or(now).duration_since(answer).unwrap_or_default();
        self.answer.map(since).unwrap_or_default()
    }

    /// The same in whole seconds, as it is billed.
    pub fn billed_seconds(&self, now: SystemTime) -> u64 {
        let time = self.billable(now);
        time.as_secs() + u64::from(self.whole_seconds && time.subsec_millis() > 0)
    }

    /// The same with other moments.
    pub(super) fn with_moments(mut self, change: impl Fn(SystemTime) -> SystemTime) -> Self {
        self.start = change(self.start);
        self.answer = self.answer.map(&change);
        self.end = self.end.map(change);
        self
    }

    /// What the dialplan noted under a name, in any case.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What came of a call, from the point of view of party A.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Disposition {
    /// Nobody answered.
    #[default]
    NoAnswer,
    /// Party A gave up before anybody answered (`canceldispositionenabled`).
    Cancel,
    /// It could not be put through.
    Failed,
    /// Party B was busy.
    Busy,
    /// It was answered.
    Answered,
    /// No line was free (`congestion`; otherwise it [failed](Self::Failed)).
    Congestion,
}

impl Disposition {
    /// The number that Asterisk has for it (`CDR(disposition,u)`).
    pub fn number(self) -> u8 {
        match self {
            Self::NoAnswer => 0,
            Self::Failed => 2,
            Self::Busy => 4,
            Self::Answered => 8,
            Self::Congestion => 16,
            Self::Cancel => 32,
        }
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "NO ANSWER",
            Self::Cancel => "CANCEL",
            Self::Failed => "FAILED",
            Self::Busy => "BUSY",
            Self::Answered => "ANSWERED",
            Self::Congestion => "CONGESTION",
        })
    }
}

/// How billing is to treat a record: automatic message accounting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AmaFlags {
    /// Not at all.
    Omit,
    /// As something to bill.
    Billing,
    /// As something to keep.
    #[default]
    Documentation,
}

impl AmaFlags {
    /// The flags that a word or a number means, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "omit" | "1" => Some(Self::Omit),
            "billing" | "2" => Some(Self::Billing),
            "documentation" | "default" | "3" => Some(Self::Documentation),
            _ => None,
        }
    }

    /// The number that Asterisk has for them.
    pub fn number(self) -> u8 {
        match self {
            Self::Omit => 1,
            Self::Billing => 2,
            Self::Documentation => 3,
        }
    }
}

impl fmt::Display for AmaFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Omit => "OMIT",
            Self::Billing => "BILLING",
            Self::Documentation => "DOCUMENTATION",
        })
    }
}
