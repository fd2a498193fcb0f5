//! Following a called party that forwards its call (SIP: 3xx), contact by contact, and never in circles.

use std::collections::VecDeque;

use super::{Branch, Dial, Race, request_for};
use crate::call::Call;
use crate::cause::HangupCause;
use crate::event::Event;
use crate::forward::{Forward, ForwardTarget};
use crate::identity::Redirecting;
use crate::local;
use crate::technology::{OriginateError, OriginateRequest};

/// How often a call may be passed on, by us and by others before us.
const MOST_DIVERSIONS: u32 = 10;

/// Places that one destination may name, over all its forwards.
const MOST_PLACES: usize = 16;

/// Where the call to one destination may still go.
#[derive(Default)]
pub(super) struct Places {
    /// What is tried next, and who sent the call there.
    waiting: VecDeque<(String, Redirecting)>,
    /// All that was named so far: a place is tried once.
    known: Vec<String>,
}

impl Places {
    pub(super) fn begin(destination: &str) -> Self {
        Self { waiting: VecDeque::new(), known: vec![destination.to_owned()] }
    }

    /// Puts `places` before those that wait: what a forwarded party names belongs to its own place.
    fn insert(&mut self, places: Vec<String>, redirecting: &Redirecting) {
        for place in places.into_iter().rev() {
            let is_known = self.known.iter().any(|known| known.eq_ignore_ascii_case(&place));
            if !is_known && self.known.len() < MOST_PLACES {
                self.known.push(place.clone());
                self.waiting.push_front((place, redirecting.clone()));
            }
        }
    }

    fn next(&mut self) -> Option<(String, Redirecting)> {
        self.waiting.pop_front()
    }
}

impl Branch {
    /// Who sends the call elsewhere, for the one who gets it.
    fn diverted_by(&self, forward: &Forward, before: Option<Redirecting>) -> Redirecting {
        let party = || self.call.as_ref().map(Call::caller).unwrap_or_default();
        Redirecting {
            from: forward.from.clone().unwrap_or_else(party),
            reason: forward.reason.clone(),
            count: self.diversions.max(before.map_or(0, |before| before.count)).saturating_add(1),
        }
    }
}

impl Race<'_> {
    /// The destination sends its call elsewhere: it is called there, unless nobody wants that.
    pub(super) fn divert(&mut self, index: usize, forward: Forward, dial: &Dial) {
        let before = self.caller.and_then(Call::redirecting);
        let branch = &mut self.branches[index];
        let redirecting = branch.diverted_by(&forward, before);
        branch.diversions = redirecting.count;
        if dial.ignore_forwards && !forward.silent {
            return self.fail(index, HangupCause::USER_BUSY, dial);
        }
        if redirecting.count > MOST_DIVERSIONS {
            let text = format!("{} is not followed: the call was forwarded too often", branch.name());
            self.notice(|channel| Event::Warning { channel: Some(channel), text });
            return self.fail(index, HangupCause::ROUTING_ERROR, dial);
        }
        let context = self.forward_context(dial);
        let places = forward.targets.into_iter().map(|target| match target {
            ForwardTarget::Number(number) => format!("{}/{number}@{context}", local::NAME),
            ForwardTarget::Destination(destination) => destination,
        });
        let places = places.collect();
        let branch = &mut self.branches[index];
        branch.places.insert(places, &redirecting);
        branch.silent = forward.silent;
        self.fail(index, HangupCause::REDIRECTED, dial);
    }

    /// The destination failed: the next place that it named is called; without one it is out of the race.
    pub(super) fn fail(&mut self, index: usize, cause: HangupCause, dial: &Dial) {
        let from = self.branches[index].name().to_owned();
        self.branches[index].call = None;
        self.go_on_elsewhere(index, from, cause, dial);
    }

    fn go_on_elsewhere(&mut self, index: usize, from: String, cause: HangupCause, dial: &Dial) {
        // Who declines, declines for all its places (RFC 3261 section 21.6).
        if cause != HangupCause::REJECTED
            && let Some((place, redirecting)) = self.branches[index].places.next()
        {
            let request = OriginateRequest { redirecting: Some(redirecting), ..request_for(dial) };
            return self.reaching.begin(self.switchboard, index, &place, request, Some(from));
        }
        self.running -= 1;
        self.tally.add(cause);
        self.notice(|channel| Event::DialFailed { channel, branch: from, cause });
    }

    /// There is a channel to a place that a destination named, or none can be made.
    pub(super) fn take_up_forwarded(
        &mut self,
        index: usize,
        from: String,
        place: String,
        outcome: Result<Call, OriginateError>,
        dial: &Dial,
    ) {
        match outcome {
            Ok(call) => {
                if !self.branches[index].silent {
                    let destination = place.clone();
                    self.notice(|channel| Event::DialForwarded { channel, branch: from, destination });
                }
                self.branches[index].destination = place;
                self.follow(index, call);
            }
            Err(error) => {
                let text = format!("cannot forward to {place}: {error}");
                self.notice(|channel| Event::Warning { channel: Some(channel), text });
                self.go_on_elsewhere(index, from, error.cause(), dial);
            }
        }
    }

    /// Where numbers are looked up: what the dial was told, else where the caller is.
    fn forward_context(&self, dial: &Dial) -> String {
        let named = dial.forward_context.clone();
        let own = || self.caller.map(|caller| caller.position().context.into());
        named.or_else(own).filter(|context| !context.is_empty()).unwrap_or_else(|| "default".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(list: &[&str]) -> Vec<String> {
        list.iter().map(|&place| place.to_owned()).collect()
    }

    #[test]
    fn places_are_tried_in_order_and_each_once() {
        let by = Redirecting::default();
        let mut found = Places::begin("PJSIP/a");
        found.insert(places(&["Local/1@x", "Local/2@x"]), &by);
        assert_eq!(found.next().unwrap().0, "Local/1@x");
        // The first place names others, one of them where the call has been.
        found.insert(places(&["Local/3@x", "pjsip/A", "Local/1@x", "Local/4@x"]), &by);
        let rest: Vec<String> = std::iter::from_fn(|| found.next()).map(|(place, _)| place).collect();
        assert_eq!(rest, ["Local/3@x", "Local/4@x", "Local/2@x"]);
    }

    #[test]
    fn a_party_names_so_many_places_and_no_more() {
        let mut found = Places::begin("PJSIP/a");
        found.insert((0..1_000).map(|n| n.to_string()).collect(), &Redirecting::default());
        assert_eq!(std::iter::from_fn(|| found.next()).count(), MOST_PLACES - 1);
    }
}
