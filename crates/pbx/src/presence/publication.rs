//! What is published here (RFC 3903): entity tags, and the time that publications live.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Seconds: longer wishes are cut.
const MOST: u32 = 3_600;

/// Publications that may live under one name at a time: one for each phone of an endpoint.
const OF_ONE: usize = 16;

/// What is published now, by the name of what it is about; each publication has a value of its own.
#[derive(Debug)]
pub(super) struct Publications<V> {
    of: HashMap<String, Vec<Publication<V>>>,
    /// Counts entity tags; the first part tells this run of the exchange from the last.
    drawn: u64,
    run: u64,
}

#[derive(Debug)]
struct Publication<V> {
    id: u64,
    tag: String,
    value: V,
    expires_at: Instant,
}

/// A PUBLISH as it was understood.
#[derive(Debug)]
pub(super) struct Publish<'a, V> {
    /// `SIP-If-Match`.
    pub(super) tag: Option<&'a str>,
    /// `Expires`.
    pub(super) expires: Option<u32>,
    /// Seconds: shorter wishes are refused.
    pub(super) least: u32,
    /// What the document says; `None` for a refresh or a removal.
    pub(super) value: Option<V>,
}

/// What a PUBLISH is answered with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    /// The publication, for as long as it lives.
    pub(super) id: u64,
    pub(super) tag: String,
    /// Seconds that it lives; 0 for one that has ended.
    pub(super) expires: u32,
}

impl<V> Default for Publications<V> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<V> Publications<V> {
    pub(super) fn new(run: u64) -> Self {
        Self { of: HashMap::new(), drawn: 0, run }
    }

    /// Carries out a PUBLISH about `name` (RFC 3903 section 6).
    ///
    /// # Errors
    /// The status to refuse with: 412, 423, 400, or 503 for one publication too many.
    pub(super) fn publish(
        &mut self,
        now: Instant,
        name: &str,
        publish: Publish<'_, V>,
    ) -> Result<Granted, u16> {
        let expires = granted(publish.expires, publish.least);
        match publish.tag {
            Some(tag) => {
                let is_it = |one: &&Publication<V>| one.tag == tag && one.expires_at > now;
                let known = self.of.get(name).into_iter().flatten().find(is_it);
                let id = known.map(|known| known.id).ok_or(412u16)?;
                Ok(self.change(now, name, id, expires?, publish.value))
            }
            None => {
                let value = publish.value.ok_or(400u16)?;
                self.begin(now, name, expires?, value)
            }
        }
    }

    fn begin(&mut self, now: Instant, name: &str, expires: u32, value: V) -> Result<Granted, u16> {
        let tag = self.draw();
        let id = self.drawn;
        if expires > 0 {
            let known = self.of.entry(name.to_owned()).or_default();
            if known.iter().filter(|publication| publication.expires_at > now).count() >= OF_ONE {
                return Err(503);
            }
            known.push(Publication { id, tag: tag.clone(), value, expires_at: now + seconds(expires) });
        }
        Ok(Granted { id, tag, expires })
    }

    fn change(&mut self, now: Instant, name: &str, id: u64, expires: u32, value: Option<V>) -> Granted {
        let tag = self.draw();
        let known = self.of.entry(name.to_owned()).or_default();
        let place = known.iter().position(|publication| publication.id == id);
        if let Some(mut publication) = place.map(|place| known.remove(place)).filter(|_| expires > 0) {
            publication.value = value.unwrap_or(publication.value);
            publication.tag = tag.clone();
            publication.expires_at = now + seconds(expires);
            // The one that spoke last counts.
            known.push(publication);
        }
        if known.is_empty() {
            self.of.remove(name);
        }
        Granted { id, tag, expires }
    }

    /// Ends the one that spoke longest ago where there is no room for another one. Which it was.
    pub(super) fn make_room(&mut self, now: Instant, name: &str) -> Option<u64> {
        let known = self.of.get_mut(name)?;
        let live = known.iter().filter(|publication| publication.expires_at > now).count();
        (live >= OF_ONE).then(|| known.remove(0).id)
    }

    fn draw(&mut self) -> String {
        self.drawn += 1;
        format!("{:x}-{:x}", self.run, self.drawn)
    }

    /// What is said about `name`; the one that spoke last counts.
    pub(super) fn value(&self, now: Instant, name: &str) -> Option<&V> {
        let live = self.of.get(name)?.iter().rev().find(|publication| publication.expires_at > now);
        live.map(|publication| &publication.value)
    }

    /// When the next one ends.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.of.values().flatten().map(|publication| publication.expires_at).min()
    }

    /// Forgets those that have ended: what they were about, and which they were.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<(String, u64)> {
        let mut ended = Vec::new();
        self.of.retain(|name, publications| {
            publications.retain(|publication| {
                let lives = publication.expires_at > now;
                if !lives {
                    ended.push((name.clone(), publication.id));
                }
                lives
            });
            !publications.is_empty()
        });
        ended
    }

    /// All that live: what they are about, which they are, and until when.
    pub(super) fn all(&self, now: Instant) -> impl Iterator<Item = (&str, u64, Instant)> {
        let all =
            self.of.iter().flat_map(|(name, of_one)| of_one.iter().map(move |one| (name.as_str(), one)));
        all.map(|(name, one)| (name, one.id, one.expires_at)).filter(move |(_, _, until)| *until > now)
    }
}

fn granted(asked: Option<u32>, least: u32) -> Result<u32, u16> {
    match asked {
        Some(0) => Ok(0),
        Some(asked) if asked < least => Err(423),
        asked => Ok(asked.unwrap_or(MOST).min(MOST.max(least))),
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish<V>(tag: Option<&str>, expires: Option<u32>, value: Option<V>) -> Publish<'_, V> {
        Publish { tag, expires, least: 60, value }
    }

    #[test]
    fn a_publication_from_its_beginning_to_its_end() {
        let now = Instant::now();
        let mut all = Publications::new(7);
        let first = all.publish(now, "a", publish(None, Some(100), Some("away"))).unwrap();
        assert_eq!(first, Granted { id: 1, tag: "7-1".into(), expires: 100 });
        assert_eq!(all.value(now, "a"), Some(&"away"));
        assert_eq!(all.publish(now, "a", publish(Some("other"), None, None)), Err(412));
        assert_eq!(all.publish(now, "b", publish(Some("7-1"), None, None)), Err(412));
        let second = all.publish(now, "a", publish(Some("7-1"), Some(100), None)).unwrap();
        assert_eq!((second.id, all.value(now, "a")), (1, Some(&"away")), "a refresh");
        assert_eq!(all.publish(now, "a", publish(Some("7-1"), None, None)), Err(412), "the tag is new");
        let third = all.publish(now, "a", publish(Some(&second.tag), Some(100), Some("busy"))).unwrap();
        assert_eq!(all.value(now, "a"), Some(&"busy"));
        let later = now + Duration::from_secs(100);
        assert_eq!((all.next_expiry(), all.value(later, "a")), (Some(later), None));
        assert_eq!(all.publish(later, "a", publish(Some(&third.tag), None, None)), Err(412));
        assert_eq!(all.expire(later), [("a".to_owned(), 1)]);
        assert!(all.of.is_empty());
        let fourth = all.publish(later, "a", publish(None, Some(100), Some("away"))).unwrap();
        let ended = all.publish(later, "a", publish(Some(&fourth.tag), Some(0), None)).unwrap();
        assert_eq!((ended.id, ended.expires), (fourth.id, 0));
        assert!(all.of.is_empty());
    }

    #[test]
    fn wishes_have_bounds() {
        let now = Instant::now();
        let mut all = Publications::new(7);
        let publish = |expires, value| publish(None, expires, value);
        assert_eq!(all.publish(now, "a", publish(Some(59), Some("away"))), Err(423));
        assert_eq!(all.publish(now, "a", publish(None, None)), Err(400));
        assert_eq!(all.publish(now, "a", publish(Some(90_000), Some("away"))).map(|g| g.expires), Ok(3_600));
        assert_eq!(all.publish(now, "a", publish(Some(0), Some("away"))).map(|g| g.expires), Ok(0));
        for _ in 1..OF_ONE {
            assert_eq!(all.make_room(now, "a"), None);
            assert!(all.publish(now, "a", publish(None, Some("away"))).is_ok());
        }
        assert_eq!(all.publish(now, "a", publish(None, Some("away"))), Err(503));
        assert_eq!(all.make_room(now, "a"), Some(1), "the oldest");
        assert!(all.publish(now, "a", publish(None, Some("away"))).is_ok());
        assert_eq!(all.all(now).count(), OF_ONE);
        let ended = all.expire(now + Duration::from_secs(3_600));
        assert!(ended.len() == OF_ONE && ended.iter().all(|(name, _)| name == "a"));
    }
}
