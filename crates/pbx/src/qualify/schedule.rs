//! When each contact is asked, and what its answers mean: without input, output or a clock of its own.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// A contact: its address of record and its URI.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactKey {
    /// The address of record.
    pub aor: String,
    /// The contact's URI.
    pub uri: String,
}

/// Whether a contact is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reachability {
    /// Nobody asks it.
    #[default]
    NotAsked,
    /// It is asked, and has not answered yet.
    Unknown,
    /// It answered.
    Reachable {
        /// From the question to its answer.
        round_trip: Duration,
    },
    /// It did not answer, or not well.
    Unreachable,
}

impl Reachability {
    /// `Avail`, `Unavail`, `NonQual` or `Unknown`, as consoles show it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotAsked => "NonQual",
            Self::Unknown => "Unknown",
            Self::Reachable { .. } => "Avail",
            Self::Unreachable => "Unavail",
        }
    }
}

/// How the contacts of one address of record are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    /// From one question to the next.
    pub(super) every: Duration,
    /// How long an answer may take; `None` for as long as the transaction lasts.
    pub(super) patience: Option<Duration>,
    /// Whether only a 2xx counts as an answer.
    pub(super) only_2xx: bool,
    /// Whether a challenge is answered before the contact counts as there.
    pub(super) authenticate: bool,
}

/// A contact to ask now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) key: ContactKey,
    pub(super) manner: Manner,
    /// Names this question, so that a late answer to an earlier one does not count.
    pub(super) serial: u64,
}

/// What an answer changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) before: Reachability,
    pub(super) now: Reachability,
}

/// Questions under way at a time. What is due beyond it waits for its turn.
pub(super) const MOST: usize = 1_024;

/// The contacts that are asked.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    contacts: HashMap<ContactKey, Entry>,
    due: BTreeSet<(Instant, ContactKey)>,
    asking: usize,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    manner: Manner,
    state: Reachability,
    step: Step,
    /// It was to be asked at once while a question was under way, which says nothing of what has happened since.
    once_more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The next question is due then.
    Waiting(Instant),
    /// The question of this serial is under way.
    Asking(u64),
}

impl Schedule {
    /// Asks a contact from `first` on. One that is known keeps its state and its turn; another manner counts from the
    /// next question on.
    pub(super) fn watch(&mut self, key: ContactKey, manner: Manner, first: Instant) {
        match self.contacts.get_mut(&key) {
            Some(known) => known.manner = manner,
            None => {
                self.due.insert((first, key.clone()));
                let entry = Entry {
                    manner,
                    state: Reachability::Unknown,
                    step: Step::Waiting(first),
                    once_more: false,
                };
                self.contacts.insert(key, entry);
            }
        }
    }

    /// Asks a contact now; where a question is under way, as soon as nobody has answered that. False when it is not
    /// watched.
    pub(super) fn hasten(&mut self, now: Instant, key: &ContactKey) -> bool {
        let Some(entry) = self.contacts.get_mut(key) else { return false };
        match entry.step {
            Step::Waiting(at) if at > now => {
                self.due.remove(&(at, key.clone()));
                self.due.insert((now, key.clone()));
                entry.step = Step::Waiting(now);
            }
            Step::Waiting(_) => {}
            Step::Asking(_) => entry.once_more = true,
        }
        true
    }

    /// Asks a contact no more.
    pub(super) fn forget(&mut self, key: &ContactKey) {
        match self.contacts.remove(key).map(|entry| entry.step) {
            Some(Step::Waiting(at)) => drop(self.due.remove(&(at, key.clone()))),
            Some(Step::Asking(_)) => self.asking -= 1,
            None => {}
        }
    }

    /// Forgets all that are not among `kept`.
    pub(super) fn retain(&mut self, kept: impl Fn(&ContactKey) -> bool) {
        let gone: Vec<ContactKey> = self.contacts.keys().filter(|key| !kept(key)).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
    }

    /// The next contact to ask. Its answer is owed by [`answered`](Self::answered).
    pub(super) fn poll_question(&mut self, now: Instant) -> Option<Question> {
        if self.asking >= MOST {
            return None;
        }
        let (at, _) = self.due.first()?;
        if *at > now {
            return None;
        }
        let (_, key) = self.due.pop_first()?;
        let entry = self.contacts.get_mut(&key)?;
        self.serial += 1;
        self.asking += 1;
        entry.step = Step::Asking(self.serial);
        Some(Question { manner: entry.manner, serial: self.serial, key })
    }

    /// When the next contact is due; `None` while there is none, or as many are asked as may be.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due.first().filter(|_| self.asking < MOST).map(|(at, _)| *at)
    }

    /// The answer to a question, after its round trip; `None` for silence. Tells what that changed.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        question: &Question,
        answer: Option<Duration>,
    ) -> Option<Changed> {
        let entry = self.contacts.get_mut(&question.key)?;
        if entry.step != Step::Asking(question.serial) {
            return None;
        }
        let once_more = std::mem::take(&mut entry.once_more) && answer.is_none();
        let next = if once_more { now } else { now + entry.manner.every };
        entry.step = Step::Waiting(next);
        self.asking -= 1;
        self.due.insert((next, question.key.clone()));
        if once_more {
            return None;
        }
        let state = match answer {
            Some(round_trip) => Reachability::Reachable { round_trip },
            None => Reachability::Unreachable,
        };
        let before = std::mem::replace(&mut entry.state, state);
        let same = std::mem::discriminant(&before) == std::mem::discriminant(&state);
        (!same).then_some(Changed { before, now: state })
    }

    /// Whether a contact is there.
    pub(super) fn state(&self, key: &ContactKey) -> Reachability {
        self.contacts.get(key).map(|entry| entry.state).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERY: Duration = Duration::from_secs(60);

    fn manner() -> Manner {
        Manner { every: EVERY, patience: Some(Duration::from_secs(3)), only_2xx: false, authenticate: false }
    }

    fn key(name: &str) -> ContactKey {
        ContactKey { aor: "100".to_owned(), uri: name.to_owned() }
    }

    #[test]
    fn a_contact_is_asked_again_and_again_and_changes_are_told() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        let first = start + Duration::from_secs(5);
        schedule.watch(key("a"), manner(), first);
        assert_eq!(
            (schedule.state(&key("a")), schedule.poll_timeout()),
            (Reachability::Unknown, Some(first))
        );
        assert_eq!(schedule.poll_question(start), None);
        let question = schedule.poll_question(first).unwrap();
        assert_eq!(schedule.poll_timeout(), None);
        let round_trip = Duration::from_millis(12);
        let changed = schedule.answered(first, &question, Some(round_trip)).unwrap();
        assert_eq!(changed.now, Reachability::Reachable { round_trip });
        // The same again is no news; nor is an answer that was heard already.
        let next = schedule.poll_timeout().unwrap();
        assert_eq!(next, first + EVERY);
        let question = schedule.poll_question(next).unwrap();
        assert_eq!(schedule.answered(next, &question, Some(round_trip * 2)), None);
        assert_eq!(schedule.state(&key("a")), Reachability::Reachable { round_trip: round_trip * 2 });
        assert_eq!(schedule.answered(next, &question, None), None);
        let question = schedule.poll_question(next + EVERY).unwrap();
        let changed = schedule.answered(next + EVERY, &question, None).unwrap();
        assert_eq!((changed.before.word(), changed.now), ("Avail", Reachability::Unreachable));
    }

    #[test]
    fn one_that_registers_while_it_is_asked_is_asked_once_more() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        schedule.watch(key("a"), manner(), start);
        // The exchange has started before its phones, and asks one that is not there yet.
        let question = schedule.poll_question(start).unwrap();
        assert!(schedule.hasten(start + Duration::from_secs(1), &key("a")));
        let given_up = start + Duration::from_secs(3);
        assert_eq!(schedule.answered(given_up, &question, None), None);
        assert_eq!(
            (schedule.state(&key("a")), schedule.poll_timeout()),
            (Reachability::Unknown, Some(given_up))
        );
        // That holds for one question: who is silent still is away.
        let question = schedule.poll_question(given_up).unwrap();
        let changed = schedule.answered(given_up, &question, None).unwrap();
        assert_eq!(
            (changed.now, schedule.poll_timeout()),
            (Reachability::Unreachable, Some(given_up + EVERY))
        );
        // An answer that comes is an answer.
        assert!(schedule.hasten(given_up, &key("a")));
        let question = schedule.poll_question(given_up).unwrap();
        assert!(schedule.hasten(given_up, &key("a")));
        assert!(schedule.answered(given_up, &question, Some(Duration::ZERO)).is_some());
        assert_eq!(schedule.poll_timeout(), Some(given_up + EVERY));
    }

    #[test]
    fn what_is_forgotten_or_hastened() {
        let (mut schedule, now) = (Schedule::default(), Instant::now());
        schedule.watch(key("a"), manner(), now + EVERY);
        schedule.watch(key("b"), manner(), now + EVERY);
        assert!(schedule.hasten(now, &key("a")) && !schedule.hasten(now, &key("c")));
        let question = schedule.poll_question(now).unwrap();
        assert_eq!(question.key, key("a"));
        schedule.forget(&key("a"));
        assert_eq!(schedule.answered(now, &question, None), None);
        assert_eq!(schedule.state(&key("a")), Reachability::NotAsked);
        // One that is watched anew does not hear the answer to the old question.
        schedule.watch(key("a"), manner(), now);
        let again = schedule.poll_question(now).unwrap();
        assert_eq!(schedule.answered(now, &question, None), None);
        assert!(schedule.answered(now, &again, None).is_some());
        schedule.retain(|key| key.uri == "b");
        assert_eq!(schedule.state(&key("a")), Reachability::NotAsked);
        assert_eq!(schedule.state(&key("b")), Reachability::Unknown);
    }

    #[test]
    fn no_more_than_a_bound_are_asked_at_a_time() {
        let (mut schedule, now) = (Schedule::default(), Instant::now());
        for n in 0..MOST + 10 {
            schedule.watch(key(&n.to_string()), manner(), now);
        }
        let mut asked: Vec<Question> = std::iter::from_fn(|| schedule.poll_question(now)).collect();
        assert_eq!((asked.len(), schedule.poll_timeout()), (MOST, None));
        schedule.answered(now, &asked.remove(0), None);
        assert!(schedule.poll_timeout().is_some() && schedule.poll_question(now).is_some());
    }

    proptest! {
        #[test]
        fn each_watched_contact_is_due_or_asked(steps in prop::collection::vec((0u8..6, 0u8..5), 1..200)) {
            let (mut schedule, mut now) = (Schedule::default(), Instant::now());
            let mut asked: Vec<Question> = Vec::new();
            for (step, which) in steps {
                let contact = key(&which.to_string());
                match step {
                    0 => schedule.watch(contact, manner(), now + Duration::from_secs(which.into())),
                    1 => schedule.forget(&contact),
                    2 => drop(schedule.hasten(now, &contact)),
                    3 => now += Duration::from_secs(10),
                    4 => asked.extend(schedule.poll_question(now)),
                    _ if asked.is_empty() => {}
                    _ => {
                        let question = asked.remove(usize::from(which) % asked.len());
                        schedule.answered(now, &question, (which > 2).then_some(Duration::ZERO));
                    }
                }
                prop_assert_eq!(schedule.due.len() + schedule.asking, schedule.contacts.len());
                for (at, key) in &schedule.due {
                    prop_assert_eq!(schedule.contacts[key].step, Step::Waiting(*at));
                }
            }
        }
    }
}
