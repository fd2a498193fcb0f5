//! What exchanges publish to each other: the states of devices and the counts of mailboxes, in JSON.
//!
//! A document tells of one device (`devicestate`) or one mailbox (`mailboxstate`), and of the exchange that it belongs to;
//! or it asks for all that the other side knows (`refresh`). Names of members are those of Asterisk.

use serde_json::{Map, Value, json};

use crate::user_agent::Body;

/// A document of the packages `asterisk-devicestate` and `asterisk-mwi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeState {
    /// What a device does.
    Device {
        /// Its name: `PJSIP/alice`.
        device: String,
        /// The word for its state: `INUSE`.
        state: String,
        /// Whether the state may be kept. One that may not is news for the moment.
        cachable: bool,
        /// The exchange that it belongs to.
        eid: String,
    },
    /// What waits in a mailbox.
    Mailbox {
        /// Its name: `100@default`.
        mailbox: String,
        /// Messages not heard yet.
        new: u32,
        /// Messages that were kept.
        old: u32,
        /// The exchange that it belongs to.
        eid: String,
    },
    /// All states are asked for.
    Refresh {
        /// The exchange that asks.
        eid: String,
    },
}

/// Why a document cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeStateError {
    /// It is longer than any document of its kind.
    #[error("it has more than {} octets", ExchangeState::LONGEST)]
    TooLong,
    /// It is no object of JSON.
    #[error("it is no JSON object: {0}")]
    NotJson(String),
    /// A member is missing, or of another type.
    #[error("'{0}' is missing, or not what it should be")]
    Member(&'static str),
    /// The `type` is none of those that are known.
    #[error("its type '{0}' is unknown")]
    Type(String),
}

impl ExchangeState {
    /// Its media type.
    pub const CONTENT_TYPE: &'static str = "application/json";

    /// The most octets that a document may have.
    pub const LONGEST: usize = 4_096;

    /// The most octets that a name in it may have.
    const LONGEST_NAME: usize = 512;

    /// The document.
    #[must_use]
    pub fn write(&self) -> Body {
        let value = match self {
            Self::Device { device, state, cachable, eid } => json!({
                "type": "devicestate", "device": device, "state": state, "cachable": i32::from(*cachable), "eid": eid,
            }),
            Self::Mailbox { mailbox, new, old, eid } => json!({
                "type": "mailboxstate", "uniqueid": mailbox, "old": old, "new": new, "eid": eid,
            }),
            Self::Refresh { eid } => json!({ "type": "refresh", "eid": eid }),
        };
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: value.to_string().into() }
    }

    /// Reads a document. Members that are not known are passed over.
    ///
    /// # Errors
    /// [`ExchangeStateError`] for what is no such document.
    pub fn parse(octets: &[u8]) -> Result<Self, ExchangeStateError> {
        if octets.len() > Self::LONGEST {
            return Err(ExchangeStateError::TooLong);
        }
        let object: Map<String, Value> = serde_json::from_slice(octets)
            .map_err(|error: serde_json::Error| ExchangeStateError::NotJson(error.to_string()))?;
        let eid = text(&object, "eid")?;
        match text(&object, "type")?.as_str() {
            "devicestate" => Ok(Self::Device {
                device: text(&object, "device")?,
                state: text(&object, "state")?,
                cachable: flag(&object, "cachable")?,
                eid,
            }),
            "mailboxstate" => Ok(Self::Mailbox {
                mailbox: text(&object, "uniqueid")?,
                new: count(&object, "new")?,
                old: count(&object, "old")?,
                eid,
            }),
            "refresh" => Ok(Self::Refresh { eid }),
            other => Err(ExchangeStateError::Type(other.to_owned())),
        }
    }
}

/// A text that is there, not too long, and fit for a line of a log.
fn text(object: &Map<String, Value>, member: &'static str) -> Result<String, ExchangeStateError> {
    let text = object.get(member).and_then(Value::as_str);
    let fits = |text: &&str| {
        !text.is_empty() && text.len() <= ExchangeState::LONGEST_NAME && !text.contains(char::is_control)
    };
    text.filter(fits).map(str::to_owned).ok_or(ExchangeStateError::Member(member))
}

/// A yes or no, written as a number or as itself; yes where it is missing.
fn flag(object: &Map<String, Value>, member: &'static str) -> Result<bool, ExchangeStateError> {
    match object.get(member) {
        None => Ok(true),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::Number(number)) => Ok(number.as_i64() != Some(0)),
        Some(_) => Err(ExchangeStateError::Member(member)),
    }
}

/// A count; none is below nothing.
fn count(object: &Map<String, Value>, member: &'static str) -> Result<u32, ExchangeStateError> {
    let number = object.get(member).and_then(Value::as_i64).ok_or(ExchangeStateError::Member(member))?;
    Ok(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_are_written_and_read() {
        let eid = || "02:00:00:00:00:01".to_owned();
        let device = ExchangeState::Device {
            device: "PJSIP/\"al\\ice".to_owned(),
            state: "INUSE".to_owned(),
            cachable: true,
            eid: eid(),
        };
        let mailbox =
            ExchangeState::Mailbox { mailbox: "100@default".to_owned(), new: 2, old: 1, eid: eid() };
        for state in [device, mailbox, ExchangeState::Refresh { eid: eid() }] {
            assert_eq!(ExchangeState::parse(&state.write().bytes), Ok(state));
        }
    }

    #[test]
    fn members_may_come_in_any_order_with_others_among_them() {
        let text = r#"{"new":-1,"eid":"a","x":[{}],"uniqueid":"1@d","old":9999999999,"type":"mailboxstate"}"#;
        let read = ExchangeState::parse(text.as_bytes());
        let mailbox =
            ExchangeState::Mailbox { mailbox: "1@d".into(), new: 0, old: u32::MAX, eid: "a".into() };
        assert_eq!(read, Ok(mailbox));
    }

    #[test]
    fn what_is_no_such_document_is_refused() {
        let parse = |text: &str| ExchangeState::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(parse("<presence/>"), ExchangeStateError::NotJson(_)));
        assert!(matches!(parse(&"[".repeat(4_000)), ExchangeStateError::NotJson(_)));
        assert_eq!(parse(&" ".repeat(5_000)), ExchangeStateError::TooLong);
        assert_eq!(parse(r#"{"type":"devicestate"}"#), ExchangeStateError::Member("eid"));
        assert_eq!(parse(r#"{"type":"rain","eid":"a"}"#), ExchangeStateError::Type("rain".into()));
        let line = r#"{"type":"devicestate","eid":"a","device":"a\r\nb","state":"INUSE"}"#;
        assert_eq!(parse(line), ExchangeStateError::Member("device"));
        let many =
            format!(r#"{{"type":"devicestate","eid":"a","device":"{}","state":"x"}}"#, "a".repeat(600));
        assert_eq!(parse(&many), ExchangeStateError::Member("device"));
    }
    #[test]
    fn the_seeds_of_the_fuzz_target_are_read() {
        let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/exchange_state");
        for seed in std::fs::read_dir(seeds).unwrap() {
            let octets = std::fs::read(seed.unwrap().path()).unwrap();
            crate::fuzzing::exchange_state(&octets);
            assert!(ExchangeState::parse(&octets).is_ok());
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_is_lost(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            crate::fuzzing::exchange_state(&octets);
        }

        #[test]
        fn any_document_with_any_members_is_read_or_refused(
            kind in prop::sample::select(vec!["devicestate", "mailboxstate", "refresh", "x"]),
            name in ".{0,20}",
            number in any::<i64>(),
        ) {
            let text = json!({ "type": kind, "eid": name, "device": name, "state": name, "uniqueid": name,
                "new": number, "old": number, "cachable": number }).to_string();
            crate::fuzzing::exchange_state(text.as_bytes());
        }
    }
}
