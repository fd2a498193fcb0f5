//! Channels that call others.

use std::time::SystemTime;

use call_control::{DialStatus, HangupCause};

use super::super::record::Disposition;
use super::Ledger;
use super::chapter::{Chapter, Stage, disposition_of};

impl Ledger {
    /// `caller` has called a channel.
    pub(crate) fn dialled(&mut self, now: SystemTime, caller: &str, called: &str) {
        let account = self.legs.get(caller).map(|leg| leg.seen.account.clone()).unwrap_or_default();
        let Some(leg) = self.legs.get_mut(called) else { return };
        leg.called = true;
        leg.chapters.iter_mut().for_each(|chapter| chapter.of_called = true);
        let (peer, asks) = (leg.as_peer(), leg.name.clone());
        // The far end of a call into the dialplan goes on for the caller, at the caller's expense.
        let far_end = asks.strip_suffix(";1").map(|pair| format!("{pair};2"));
        if let Some(far) = far_end.and_then(|name| self.legs.get_mut(name.as_str()))
            && far.seen.account.code.is_empty()
        {
            std::sync::Arc::make_mut(&mut far.seen).account = account;
        }
        if self.rules.ignore_dials || !self.rules.enabled {
            return;
        }
        let Some(leg) = self.legs.get_mut(caller) else { return };
        let owner = leg.name.clone();
        let is_single = |chapter: &&mut Chapter| chapter.stage == Stage::Single;
        if leg.chapters.iter_mut().find(is_single).is_none() {
            self.next_chapter(now, caller);
        }
        let Some(leg) = self.legs.get_mut(caller) else { return };
        let seen = leg.seen.clone();
        if let Some(chapter) = leg.chapters.iter_mut().find(is_single) {
            chapter.dial(peer, &seen);
        }
        if let Some(leg) = self.legs.get_mut(called) {
            leg.peer_of.push(owner);
        }
    }

    /// The called channel answered.
    pub(crate) fn dial_answered(&mut self, caller: &str, called: &str) {
        if let Some(chapter) = self.legs.get_mut(caller).and_then(|leg| leg.dial_to(called)) {
            chapter.disposition = Some(Disposition::Answered);
        }
    }

    /// `taker` takes the call that rings at the called channel.
    pub(crate) fn picked_up(&mut self, caller: &str, called: &str, taker: &str) {
        let Some(peer) = self.legs.get(taker).map(super::Leg::as_peer) else { return };
        let Some(leg) = self.legs.get_mut(caller) else { return };
        let owner = leg.name.clone();
        let Some(chapter) = leg.dial_to(called) else { return };
        chapter.peer = Some(peer);
        if let Some(leg) = self.legs.get_mut(taker) {
            leg.peer_of.push(owner);
        }
    }

    /// A called channel failed.
    pub(crate) fn dial_failed(&mut self, now: SystemTime, caller: &str, called: &str, cause: HangupCause) {
        let disposition = disposition_of(cause, &self.rules);
        let Some(leg) = self.legs.get_mut(caller) else { return };
        let seen = leg.seen.clone();
        if let Some(chapter) = leg.dial_to(called) {
            chapter.fail(now, &seen, disposition);
        }
    }

    /// A dial came to nothing.
    pub(crate) fn dial_ended(&mut self, now: SystemTime, caller: &str, status: DialStatus) {
        let disposition = match status {
            DialStatus::Busy => Disposition::Busy,
            DialStatus::Congestion => Disposition::Congestion,
            DialStatus::Cancel if self.rules.cancel => Disposition::Cancel,
            DialStatus::NoAnswer | DialStatus::Cancel => Disposition::NoAnswer,
            _ => Disposition::Failed,
        };
        let Some(leg) = self.legs.get_mut(caller) else { return };
        let seen = leg.seen.clone();
        for chapter in leg.open().filter(|chapter| chapter.stage == Stage::Dial) {
            chapter.fail(now, &seen, disposition);
        }
    }

    /// A channel that others call or talk to has ended: those records end with it.
    pub(super) fn leave_others(&mut self, now: SystemTime, name: &str, cause: HangupCause) {
        let disposition = disposition_of(cause, &self.rules);
        let owners = self.legs.get_mut(name).map(|leg| std::mem::take(&mut leg.peer_of)).unwrap_or_default();
        for owner in owners {
            let Some(leg) = self.legs.get_mut(&owner) else { continue };
            let seen = leg.seen.clone();
            for chapter in leg.open().filter(|chapter| chapter.has_peer(name)) {
                chapter.fail(now, &seen, disposition);
            }
        }
    }
}
