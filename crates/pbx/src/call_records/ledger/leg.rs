//! What the ledger knows of one channel.

use std::sync::Arc;
use std::time::SystemTime;

use call_control::{CallSnapshot, CallerId};

use super::super::record::{AmaFlags, CallRecord, Disposition};
use super::super::rules::RecordRules;
use super::chapter::{Chapter, Peer, Stage};

/// A channel, as an event tells of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChannelFacts<'a> {
    pub(crate) name: &'a str,
    pub(crate) unique_id: &'a str,
    pub(crate) linked_id: &'a str,
    pub(crate) caller: &'a CallerId,
    pub(crate) context: &'a str,
    pub(crate) extension: &'a str,
}

impl<'a> From<&'a CallSnapshot> for ChannelFacts<'a> {
    fn from(channel: &'a CallSnapshot) -> Self {
        let at = &channel.position;
        let extension = [&at.extension, &channel.dialed].into_iter().find(|extension| !extension.is_empty());
        Self {
            name: &channel.name,
            unique_id: &channel.unique_id,
            linked_id: &channel.linked_id,
            caller: &channel.caller,
            context: &at.context,
            extension: extension.map_or("s", |extension| extension),
        }
    }
}

/// Who pays for a channel, and how that is treated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) code: String,
    pub(crate) ama_flags: AmaFlags,
}

/// What records say of their party A. Records that are closed share it until it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) caller_name: String,
    pub(super) caller_number: String,
    pub(super) context: String,
    pub(super) extension: String,
    pub(super) application: String,
    pub(super) arguments: String,
    pub(super) account: Account,
}

/// A channel and its records, the last of which is the one that dialplans see.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) name: Arc<str>,
    pub(super) unique_id: Arc<str>,
    pub(super) linked_id: Arc<str>,
    /// Its place in the order in which channels came into being.
    pub(super) order: u64,
    pub(super) seen: Arc<Seen>,
    /// Another channel calls it, and it has run no dialplan since.
    pub(super) called: bool,
    /// `CDR_PROP(party_a)`.
    pub(super) prefers_a: bool,
    pub(super) is_up: bool,
    pub(super) has_ended: bool,
    pub(super) chapters: Vec<Chapter>,
    /// Channels that have records whose party B this is.
    pub(super) peer_of: Vec<Arc<str>>,
}

impl Leg {
    pub(super) fn new(order: u64, facts: ChannelFacts<'_>, account: Account) -> Self {
        let seen = Seen {
            caller_name: facts.caller.name.clone(),
            caller_number: facts.caller.number.clone(),
            context: facts.context.to_owned(),
            extension: facts.extension.to_owned(),
            account,
            ..Seen::default()
        };
        let unique_id: Arc<str> = facts.unique_id.into();
        let is_first = facts.linked_id == facts.unique_id;
        Self {
            name: facts.name.into(),
            linked_id: if is_first { unique_id.clone() } else { facts.linked_id.into() },
            unique_id,
            order,
            seen: Arc::new(seen),
            called: false,
            prefers_a: false,
            is_up: false,
            has_ended: false,
            chapters: Vec::with_capacity(1),
            peer_of: Vec::new(),
        }
    }

    /// Takes over who the party is, and where it is. The steps of a macro belong to the extension that called it.
    pub(super) fn follow(&mut self, facts: ChannelFacts<'_>) {
        let seen = Arc::make_mut(&mut self.seen);
        replace(&mut seen.caller_name, &facts.caller.name);
        replace(&mut seen.caller_number, &facts.caller.number);
        if !facts.context.starts_with("macro-") {
            replace(&mut seen.context, facts.context);
            replace(&mut seen.extension, facts.extension);
        }
    }

    pub(super) fn run(&mut self, application: &str, arguments: &str) {
        let seen = Arc::make_mut(&mut self.seen);
        replace(&mut seen.application, application);
        replace(&mut seen.arguments, arguments);
    }

    /// As party B of another's record.
    pub(super) fn as_peer(&self) -> Peer {
        let account = self.seen.account.code.clone();
        Peer { name: self.name.clone(), account, user_field: String::new() }
    }

    pub(super) fn open(&mut self) -> impl Iterator<Item = &mut Chapter> {
        self.chapters.iter_mut().filter(|chapter| chapter.is_open())
    }

    /// The open record of a call to that party.
    pub(super) fn dial_to(&mut self, peer: &str) -> Option<&mut Chapter> {
        self.chapters.iter_mut().find(|chapter| chapter.stage == Stage::Dial && chapter.has_peer(peer))
    }

    /// Closes what is open.
    pub(super) fn close_all(&mut self, now: SystemTime, otherwise: Disposition) {
        let seen = self.seen.clone();
        self.open().for_each(|chapter| chapter.close(now, &seen, otherwise));
    }

    /// A record as it is now.
    pub(super) fn record(&self, chapter: &Chapter, rules: &RecordRules) -> CallRecord {
        let seen = chapter.closed_as.as_ref().unwrap_or(&self.seen);
        let ran = chapter.dialling.as_ref().unwrap_or(seen);
        let provisional = chapter.answer.map(|_| Disposition::Answered);
        let mut disposition = chapter.disposition.or(provisional).unwrap_or_default();
        if disposition == Disposition::Congestion && !rules.congestion {
            disposition = Disposition::Failed;
        }
        let peer = chapter.peer.as_ref();
        CallRecord {
            account_code: seen.account.code.clone(),
            source: seen.caller_number.clone(),
            destination: seen.extension.clone(),
            context: seen.context.clone(),
            caller_id: format!("\"{}\" <{}>", seen.caller_name, seen.caller_number),
            channel: self.name.to_string(),
            peer_channel: peer.map(|peer| peer.name.to_string()).unwrap_or_default(),
            application: ran.application.clone(),
            arguments: ran.arguments.clone(),
            start: chapter.start,
            answer: chapter.answer,
            end: chapter.end,
            disposition,
            ama_flags: seen.account.ama_flags,
            user_field: match peer.map(|peer| peer.user_field.as_str()).filter(|field| !field.is_empty()) {
                Some(theirs) => format!("{};{theirs}", chapter.user_field),
                None => chapter.user_field.clone(),
            },
            unique_id: self.unique_id.to_string(),
            linked_id: self.linked_id.to_string(),
            peer_account: peer.map(|peer| peer.account.clone()).unwrap_or_default(),
            sequence: chapter.sequence,
            variables: chapter.variables.clone(),
            whole_seconds: rules.whole_seconds,
        }
    }
}

/// Changes a text in the room that it has.
fn replace(text: &mut String, new: &str) {
    if text != new {
        new.clone_into(text);
    }
}
