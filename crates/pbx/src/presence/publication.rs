//! What phones publish about themselves (RFC 3903).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sip_ua::event_package::Presence as Document;

use super::value::PresenceValue;

/// Seconds: shorter wishes are refused, longer ones cut.
pub(super) const LEAST: u32 = 60;
const MOST: u32 = 3_600;

/// Publications that one endpoint may have at a time, one for each of its phones.
const OF_ONE: usize = 16;

/// What is published now, by endpoint.
#[derive(Debug, Default)]
pub(super) struct Publications {
    of: HashMap<String, Vec<Publication>>,
    /// Counts entity tags; the first part tells this run of the exchange from the last.
    drawn: u64,
    run: u64,
}

#[derive(Debug)]
struct Publication {
    tag: String,
    value: PresenceValue,
    expires_at: Instant,
}

/// A PUBLISH as it was understood.
#[derive(Debug)]
pub(super) struct Publish<'a> {
    /// `SIP-If-Match`.
    pub(super) tag: Option<&'a str>,
    /// `Expires`.
    pub(super) expires: Option<u32>,
    /// The document; `None` for a refresh or a removal.
    pub(super) document: Option<&'a Document>,
}

/// What a PUBLISH is answered with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) tag: String,
    pub(super) expires: u32,
}

impl Publications {
    pub(super) fn new(run: u64) -> Self {
        Self { run, ..Self::default() }
    }

    /// Carries out a PUBLISH of `endpoint` (RFC 3903 section 6).
    ///
    /// # Errors
    /// The status to refuse with: 412, 423, 400, or 503 for one phone too many.
    pub(super) fn publish(
        &mut self,
        now: Instant,
        endpoint: &str,
        publish: &Publish<'_>,
    ) -> Result<Granted, u16> {
        let known = self.of.entry(endpoint.to_owned()).or_default();
        known.retain(|publication| publication.expires_at > now);
        let outcome = match publish.tag {
            Some(tag) => match known.iter().position(|publication| publication.tag == tag) {
                Some(index) => self.change(now, endpoint, index, publish),
                None => Err(412),
            },
            None => self.begin(now, endpoint, publish),
        };
        if self.of.get(endpoint).is_some_and(Vec::is_empty) {
            self.of.remove(endpoint);
        }
        outcome
    }

    fn begin(&mut self, now: Instant, endpoint: &str, publish: &Publish<'_>) -> Result<Granted, u16> {
        let document = publish.document.ok_or(400u16)?;
        let expires = granted(publish.expires)?;
        let tag = self.draw();
        let known = self.of.entry(endpoint.to_owned()).or_default();
        if expires > 0 {
            if known.len() >= OF_ONE {
                return Err(503);
            }
            let value = PresenceValue::of_document(document);
            known.push(Publication { tag: tag.clone(), value, expires_at: now + seconds(expires) });
        }
        Ok(Granted { tag, expires })
    }

    fn change(
        &mut self,
        now: Instant,
        endpoint: &str,
        index: usize,
        publish: &Publish<'_>,
    ) -> Result<Granted, u16> {
        let expires = granted(publish.expires)?;
        let tag = self.draw();
        let known = self.of.entry(endpoint.to_owned()).or_default();
        let mut publication = known.remove(index);
        if expires > 0 {
            if let Some(document) = publish.document {
                publication.value = PresenceValue::of_document(document);
            }
            publication.tag = tag.clone();
            publication.expires_at = now + seconds(expires);
            // The one that spoke last counts.
            known.push(publication);
        }
        Ok(Granted { tag, expires })
    }

    fn draw(&mut self) -> String {
        self.drawn += 1;
        format!("{:x}-{:x}", self.run, self.drawn)
    }

    /// What the phones of an endpoint say; the one that spoke last counts.
    pub(super) fn value(&self, now: Instant, endpoint: &str) -> Option<&PresenceValue> {
        let live = self.of.get(endpoint)?.iter().rev().find(|publication| publication.expires_at > now);
        live.map(|publication| &publication.value)
    }

    /// When the next one ends.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.of.values().flatten().map(|publication| publication.expires_at).min()
    }

    /// Forgets those that have ended; whose they were.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<String> {
        let mut changed = Vec::new();
        self.of.retain(|endpoint, publications| {
            let before = publications.len();
            publications.retain(|publication| publication.expires_at > now);
            if publications.len() < before {
                changed.push(endpoint.clone());
            }
            !publications.is_empty()
        });
        changed
    }
}

fn granted(asked: Option<u32>) -> Result<u32, u16> {
    match asked {
        Some(0) => Ok(0),
        Some(asked) if asked < LEAST => Err(423),
        asked => Ok(asked.unwrap_or(MOST).min(MOST)),
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

#[cfg(test)]
mod tests {
    use sip_ua::event_package::{Activity, Tuple};

    use super::super::value::PresenceState;
    use super::*;

    fn document(activity: Activity) -> Document {
        let tuple = Tuple { is_open: true, ..Tuple::default() };
        Document { tuples: vec![tuple], activities: vec![activity], ..Document::default() }
    }

    #[test]
    fn a_publication_from_its_beginning_to_its_end() {
        let now = Instant::now();
        let (away, busy) = (document(Activity::Away), document(Activity::Busy));
        let mut all = Publications::new(7);
        let publish = |tag, expires, document| Publish { tag, expires, document };
        let first = all.publish(now, "a", &publish(None, Some(100), Some(&away))).unwrap();
        assert_eq!(first, Granted { tag: "7-1".into(), expires: 100 });
        assert_eq!(all.value(now, "a").map(|v| v.state), Some(PresenceState::Away));
        assert_eq!(all.publish(now, "a", &publish(Some("other"), None, None)), Err(412));
        assert_eq!(all.publish(now, "b", &publish(Some("7-1"), None, None)), Err(412));
        let second = all.publish(now, "a", &publish(Some("7-1"), Some(100), None)).unwrap();
        assert_eq!(all.value(now, "a").map(|v| v.state), Some(PresenceState::Away), "a refresh");
        assert_eq!(all.publish(now, "a", &publish(Some("7-1"), None, None)), Err(412), "the tag is new");
        let third = all.publish(now, "a", &publish(Some(&second.tag), Some(100), Some(&busy))).unwrap();
        assert_eq!(all.value(now, "a").map(|v| v.state), Some(PresenceState::DoNotDisturb));
        let later = now + Duration::from_secs(100);
        assert_eq!((all.next_expiry(), all.value(later, "a")), (Some(later), None));
        assert_eq!(all.publish(later, "a", &publish(Some(&third.tag), None, None)), Err(412));
        assert!(all.of.is_empty());
    }

    #[test]
    fn wishes_have_bounds() {
        let now = Instant::now();
        let away = document(Activity::Away);
        let mut all = Publications::new(7);
        let publish = |expires, document| Publish { tag: None, expires, document };
        assert_eq!(all.publish(now, "a", &publish(Some(59), Some(&away))), Err(423));
        assert_eq!(all.publish(now, "a", &publish(None, None)), Err(400));
        assert_eq!(all.publish(now, "a", &publish(Some(90_000), Some(&away))).map(|g| g.expires), Ok(3_600));
        assert_eq!(all.publish(now, "a", &publish(Some(0), Some(&away))).map(|g| g.expires), Ok(0));
        for _ in 1..OF_ONE {
            assert!(all.publish(now, "a", &publish(None, Some(&away))).is_ok());
        }
        assert_eq!(all.publish(now, "a", &publish(None, Some(&away))), Err(503));
        assert_eq!(all.expire(now + Duration::from_secs(3_600)), ["a"]);
    }
}
