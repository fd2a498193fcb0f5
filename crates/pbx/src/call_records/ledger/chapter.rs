//! One record while it is written.
//!
//! ```text
//!  Single --dials--> Dial --both in a bridge--> Bridge --one leaves--> Closed
//!    |                 +----no answer, gone----------------------------^
//!    +--enters a bridge--> Bridge (party B comes later, or never)      |
//!    +--channel ends---------------------------------------------------+
//! ```

use std::sync::Arc;
use std::time::SystemTime;

use call_control::HangupCause;

use super::super::record::Disposition;
use super::super::rules::RecordRules;
use super::leg::Seen;

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its party is alone with the exchange.
    Single,
    /// Its party calls another one.
    Dial,
    /// Its party is in this bridge.
    Bridge(Arc<str>),
    /// Nothing changes in it any more but what dialplans note.
    Closed,
}

/// Party B.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) name: Arc<str>,
    pub(super) account: String,
    pub(super) user_field: String,
}

/// A record that belongs to a channel.
#[derive(Clone, Debug)]
pub(super) struct Chapter {
    pub(super) stage: Stage,
    pub(super) sequence: u64,
    pub(super) start: SystemTime,
    pub(super) answer: Option<SystemTime>,
    pub(super) end: Option<SystemTime>,
    pub(super) disposition: Option<Disposition>,
    pub(super) peer: Option<Peer>,
    /// The party as it was when the dial began: what it runs meanwhile does not count.
    pub(super) dialling: Option<Arc<Seen>>,
    /// The party as it was when the record was closed.
    pub(super) closed_as: Option<Arc<Seen>>,
    pub(super) user_field: String,
    pub(super) variables: Vec<(String, String)>,
    /// It is not to be kept.
    pub(super) disabled: bool,
    /// Its party was called by another: without a party B it says nothing that is not in the other's record.
    pub(super) of_called: bool,
}

impl Chapter {
    pub(super) fn new(sequence: u64, now: SystemTime, disabled: bool) -> Self {
        Self {
            stage: Stage::Single,
            sequence,
            start: now,
            answer: None,
            end: None,
            disposition: None,
            peer: None,
            dialling: None,
            closed_as: None,
            user_field: String::new(),
            variables: Vec::new(),
            disabled,
            of_called: false,
        }
    }

    /// The one after `last`: what dialplans have said goes on.
    pub(super) fn after(last: &Self, sequence: u64, now: SystemTime) -> Self {
        Self {
            user_field: last.user_field.clone(),
            variables: last.variables.clone(),
            ..Self::new(sequence, now, last.disabled)
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.stage != Stage::Closed
    }

    pub(super) fn has_peer(&self, name: &str) -> bool {
        self.peer.as_ref().is_some_and(|peer| &*peer.name == name)
    }

    /// Whether it waits in the bridge for a party B.
    pub(super) fn waits_in(&self, bridge: &str) -> bool {
        self.peer.is_none() && matches!(&self.stage, Stage::Bridge(here) if &**here == bridge)
    }

    pub(super) fn is_in(&self, bridge: &str) -> bool {
        matches!(&self.stage, Stage::Bridge(here) if &**here == bridge)
    }

    /// The party begins to call `peer`.
    pub(super) fn dial(&mut self, peer: Peer, seen: &Arc<Seen>) {
        self.stage = Stage::Dial;
        self.peer = Some(peer);
        self.dialling = Some(seen.clone());
    }

    /// The party talks to party B, or might.
    pub(super) fn talk(&mut self, now: SystemTime, bridge: &Arc<str>) {
        self.stage = Stage::Bridge(bridge.clone());
        self.answer.get_or_insert(now);
        self.disposition = Some(Disposition::Answered);
        self.end = None;
    }

    /// Closes it. What came of it is what was said before, or that it was answered, or what `otherwise` says.
    pub(super) fn close(&mut self, now: SystemTime, seen: &Arc<Seen>, otherwise: Disposition) {
        if !self.is_open() {
            return;
        }
        self.stage = Stage::Closed;
        self.end.get_or_insert(now);
        self.closed_as = Some(seen.clone());
        let answered = self.answer.map(|_| Disposition::Answered);
        self.disposition = self.disposition.or(answered).or(Some(otherwise));
    }

    /// A dial that came to nothing.
    pub(super) fn fail(&mut self, now: SystemTime, seen: &Arc<Seen>, disposition: Disposition) {
        self.disposition.get_or_insert(disposition);
        self.close(now, seen, disposition);
    }
}

/// What a cause says of a call that was not answered.
pub(super) fn disposition_of(cause: HangupCause, rules: &RecordRules) -> Disposition {
    match cause {
        HangupCause::USER_BUSY => Disposition::Busy,
        HangupCause::CONGESTION if rules.congestion => Disposition::Congestion,
        HangupCause::CONGESTION | HangupCause::NO_ROUTE | HangupCause::ABSENT => Disposition::Failed,
        _ => Disposition::NoAnswer,
    }
}
