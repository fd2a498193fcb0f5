//! What dialplans ask of the records of their channel, and change in them.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::record::{AmaFlags, CallRecord, Disposition};
use super::chapter::{Chapter, Stage};
use super::{Account, Ledger, next};

/// What `ForkCDR` is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fork {
    /// `a`: the new record was answered now, if it was at all.
    pub(crate) answered_now: bool,
    /// `e`: the record that was there is closed.
    pub(crate) close: bool,
    /// `r`: the new record begins now.
    pub(crate) restart: bool,
    /// `v`: what dialplans noted stays with the old record.
    pub(crate) without_notes: bool,
}

impl Ledger {
    /// The record that a dialplan sees of its channel: the last one.
    pub(crate) fn read(&self, name: &str) -> Option<CallRecord> {
        let leg = self.legs.get(name)?;
        Some(leg.record(leg.chapters.last()?, &self.rules))
    }

    /// The last records of all channels, in the order of their coming.
    pub(crate) fn last_records(&self) -> Vec<CallRecord> {
        let mut legs: Vec<_> = self.legs.values().collect();
        legs.sort_unstable_by_key(|leg| leg.order);
        legs.into_iter().filter_map(|leg| Some(leg.record(leg.chapters.last()?, &self.rules))).collect()
    }

    /// All records of one channel.
    pub(crate) fn records_of(&self, name: &str) -> Vec<CallRecord> {
        let Some(leg) = self.legs.get(name) else { return Vec::new() };
        leg.chapters.iter().map(|chapter| leg.record(chapter, &self.rules)).collect()
    }

    /// Who pays for a channel.
    pub(crate) fn account(&self, name: &str) -> Account {
        self.legs.get(name).map(|leg| leg.seen.account.clone()).unwrap_or_default()
    }

    /// Says who pays for a channel: in its own records, and in those whose party B it is.
    pub(crate) fn set_account_code(&mut self, name: &str, code: &str) {
        let Some(leg) = self.legs.get_mut(name) else { return };
        code.clone_into(&mut Arc::make_mut(&mut leg.seen).account.code);
        self.as_party_b(name, |peer| code.clone_into(&mut peer.account));
    }

    /// Says how billing is to treat a channel.
    pub(crate) fn set_ama_flags(&mut self, name: &str, flags: AmaFlags) {
        if let Some(leg) = self.legs.get_mut(name) {
            Arc::make_mut(&mut leg.seen).account.ama_flags = flags;
        }
    }

    /// What the dialplan says of a channel, in its own records and in those whose party B it is.
    pub(crate) fn set_user_field(&mut self, name: &str, text: &str) {
        self.change(name, |chapter| text.clone_into(&mut chapter.user_field));
        self.as_party_b(name, |peer| text.clone_into(&mut peer.user_field));
    }

    /// What the dialplan says of a channel.
    pub(crate) fn user_field(&self, name: &str) -> String {
        let last = self.legs.get(name).and_then(|leg| leg.chapters.last());
        last.map(|chapter| chapter.user_field.clone()).unwrap_or_default()
    }

    /// Notes something in the records of a channel; an empty value takes it out.
    pub(crate) fn set_variable(&mut self, name: &str, variable: &str, value: &str) {
        self.change(name, |chapter| {
            chapter.variables.retain(|(known, _)| !known.eq_ignore_ascii_case(variable));
            if !value.is_empty() {
                chapter.variables.push((variable.to_owned(), value.to_owned()));
            }
        });
    }

    /// The records of a channel are not to be kept, or they are. `false` where it has none.
    pub(crate) fn set_disabled(&mut self, name: &str, disabled: bool) -> bool {
        self.change(name, |chapter| chapter.disabled = disabled)
    }

    /// Whether a channel would rather be party A.
    pub(crate) fn prefer_party_a(&mut self, name: &str, prefers: bool) {
        if let Some(leg) = self.legs.get_mut(name) {
            leg.prefers_a = prefers;
        }
    }

    /// Begins the records of a channel anew: their times, and what was noted unless `keep_notes`. Those that were not to be
    /// kept are, from now on. `false` where there is none.
    pub(crate) fn reset(&mut self, now: SystemTime, name: &str, keep_notes: bool) -> bool {
        let Some(leg) = self.legs.get_mut(name) else { return false };
        let mut some = false;
        for chapter in leg.open() {
            some = true;
            chapter.start = now;
            chapter.answer = chapter.answer.map(|_| now);
            chapter.disabled = false;
            if !keep_notes {
                chapter.variables.clear();
                chapter.user_field.clear();
            }
        }
        some
    }

    /// Begins another record beside the one that is there. `false` where there is none.
    pub(crate) fn fork(&mut self, now: SystemTime, name: &str, fork: Fork) -> bool {
        let Some(leg) = self.legs.get_mut(name) else { return false };
        let Some(last) = leg.chapters.last().filter(|_| self.rules.enabled).cloned() else { return false };
        let mut forked = match fork.without_notes {
            true => Chapter::new(next(&mut self.sequence), now, last.disabled),
            false => Chapter::after(&last, next(&mut self.sequence), now),
        };
        let again = fork.restart || fork.answered_now;
        forked.start = if fork.restart { now } else { last.start };
        forked.answer = if again { last.answer.map(|_| now) } else { last.answer };
        forked.of_called = last.of_called;
        if last.is_open() {
            forked.stage = last.stage.clone();
            forked.peer = last.peer.clone();
            forked.dialling = last.dialling.clone();
            forked.disposition = last.disposition;
        } else {
            forked.stage = Stage::Single;
        }
        if fork.close {
            leg.close_all(now, Disposition::NoAnswer);
        }
        leg.chapters.push(forked);
        true
    }

    /// Changes the records that dialplans may still change: those that are open, and the last one.
    fn change(&mut self, name: &str, mut change: impl FnMut(&mut Chapter)) -> bool {
        let Some(leg) = self.legs.get_mut(name) else { return false };
        let last = leg.chapters.len().saturating_sub(1);
        let changeable = leg.chapters.iter_mut().enumerate().filter(|(n, c)| *n == last || c.is_open());
        changeable.map(|(_, chapter)| change(chapter)).count() > 0
    }

    /// Changes what open records say of their party B.
    fn as_party_b(&mut self, name: &str, mut change: impl FnMut(&mut super::chapter::Peer)) {
        let owners = self.legs.get(name).map(|leg| leg.peer_of.clone()).unwrap_or_default();
        for owner in owners {
            let Some(leg) = self.legs.get_mut(&owner) else { continue };
            let peers = leg.open().filter_map(|chapter| chapter.peer.as_mut());
            peers.filter(|peer| &*peer.name == name).for_each(&mut change);
        }
    }
}
