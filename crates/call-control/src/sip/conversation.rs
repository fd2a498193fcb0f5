//! What dialplans see of the messages of a SIP channel, and what they add to the INVITEs of the calls that it makes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use media_bridge::Codec;
use sip_parser::{HeaderName, Message};
use sip_ua::transport::Flow;
use sip_ua::user_agent::OutboundInvite;

use super::digits::DigitMode;
use super::driver::{Command, SessionDriver};
use super::endpoint::SipEndpoint;
use super::session_change::SessionChange;
use crate::call::Call;

/// Most headers that a channel adds.
const MOST: usize = 64;

/// Longest value of a header, in octets.
const LONGEST: usize = 4_096;

/// Headers that the exchange sets itself, for without them it would not know its own calls again.
const RESERVED: &[&str] = &[
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Route",
    "Record-Route",
    "Authorization",
    "Proxy-Authorization",
    "Require",
    "Supported",
    "Allow",
];

/// Why a header cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// It is no name of a header.
    #[error("'{0}' is no name of a header")]
    Name(String),
    /// The exchange sets it.
    #[error("{0} is set by the exchange itself")]
    Reserved(String),
    /// The value would break the message.
    #[error("the value has a line end in it, or is longer than 4096 characters")]
    Value,
    /// There is no room for more.
    #[error("a channel adds no more than 64 headers")]
    TooMany,
}

/// Which headers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadersOf {
    /// Those of this channel's own INVITE, if it is one that we call.
    Channel,
    /// Those of the INVITEs of all channels that this one calls.
    Calls,
}

/// The messages of one channel.
#[derive(Default)]
pub struct Conversation(Mutex<State>);

#[derive(Default)]
struct State {
    flow: Option<Flow>,
    invite: Option<Arc<Message>>,
    response: Option<Arc<Message>>,
    /// Request-URI of an INVITE of ours.
    target: Option<String>,
    /// The session, for who wants to change it.
    session: Option<SessionDriver>,
    digits: DigitMode,
    codecs: Vec<Codec>,
    /// Nobody vouches for the callers of its calls, nor for that of its own.
    unsigned: bool,
    own: Vec<(String, String)>,
    of_calls: Vec<(String, String)>,
}

impl Conversation {
    /// That of a channel.
    pub fn of(call: &Call) -> Arc<Self> {
        call.keep()
    }

    /// The INVITE that the channel came with.
    pub fn invite(&self) -> Option<Arc<Message>> {
        self.state().invite.clone()
    }

    /// The last response to our INVITE.
    pub fn response(&self) -> Option<Arc<Message>> {
        self.state().response.clone()
    }

    /// The way to the phone.
    pub fn flow(&self) -> Option<Flow> {
        self.state().flow
    }

    /// The address that we called.
    pub fn target(&self) -> Option<String> {
        self.state().target.clone()
    }

    /// How keys travel; `None` for a channel without a session.
    pub fn digits(&self) -> Option<DigitMode> {
        let state = self.state();
        state.session.is_some().then_some(state.digits)
    }

    /// Whether the phone is told that the far end holds, in place of hearing music; `None` for a channel without a session.
    pub fn passes_hold(&self) -> Option<bool> {
        let state = self.state();
        state.session.as_ref().map(|session| session.passes_hold.load(Ordering::Relaxed))
    }

    /// Has the phone told, or hear music, from the next hold on. `false` for a channel without a session.
    pub fn set_passes_hold(&self, passes: bool) -> bool {
        let state = self.state();
        let Some(session) = &state.session else { return false };
        session.passes_hold.store(passes, Ordering::Relaxed);
        true
    }

    /// Nobody vouches for the callers of calls that this channel makes, nor for that of its own, if that is still to go out.
    pub fn suppress_attestation(&self, suppressed: bool) {
        self.state().unsigned = suppressed;
    }

    /// Whether the dialplan wants nobody to vouch for callers.
    pub fn suppresses_attestation(&self) -> bool {
        self.state().unsigned
    }

    /// The codecs that descriptions of ours may name.
    pub fn codecs(&self) -> Vec<Codec> {
        self.state().codecs.clone()
    }

    /// Changes the session. `false` for a channel that has none.
    pub fn change(&self, change: SessionChange) -> bool {
        let mut state = self.state();
        match &change {
            SessionChange::Digits(mode) => state.digits = *mode,
            SessionChange::Codecs(codecs) => state.codecs.clone_from(codecs),
            SessionChange::Refresh(_) => {}
        }
        let Some(session) = &state.session else { return false };
        session.tell(Command::Change(session.id, change));
        true
    }

    /// The channel has this session.
    pub(super) fn begin(call: &Call, session: SessionDriver, endpoint: &SipEndpoint) {
        let conversation = Self::of(call);
        let mut state = conversation.state();
        (state.digits, state.codecs) = (endpoint.digits, endpoint.codecs.clone());
        state.session = Some(session);
    }

    /// The headers that are added, in their order.
    pub fn added(&self, of: HeadersOf) -> Vec<(String, String)> {
        self.state().list(of).clone()
    }

    /// Adds a header.
    ///
    /// # Errors
    /// [`HeaderProblem`] where it cannot stand in a message.
    pub fn add(&self, of: HeadersOf, name: &str, value: &str) -> Result<(), HeaderProblem> {
        check_header(name, value)?;
        let mut state = self.state();
        let list = state.list(of);
        if list.len() >= MOST {
            return Err(HeaderProblem::TooMany);
        }
        list.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Gives an added header another value: the one of that name at a place, from 0. Answers whether there was one.
    ///
    /// # Errors
    /// [`HeaderProblem`] where it cannot stand in a message.
    pub fn update(
        &self,
        of: HeadersOf,
        name: &str,
        place: usize,
        value: &str,
    ) -> Result<bool, HeaderProblem> {
        check_header(name, value)?;
        let mut state = self.state();
        let mut named = state.list(of).iter_mut().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let found = named.nth(place);
        Ok(found.map(|(_, old)| value.clone_into(old)).is_some())
    }

    /// Takes added headers away, those whose names begin with `X-` for `X-*`. Answers how many those were.
    pub fn remove(&self, of: HeadersOf, name: &str) -> usize {
        let is_meant = |known: &str| match name.strip_suffix('*') {
            Some(prefix) => known.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
            None => known.eq_ignore_ascii_case(name),
        };
        let mut state = self.state();
        let list = state.list(of);
        let before = list.len();
        list.retain(|(known, _)| !is_meant(known));
        before - list.len()
    }

    pub(super) fn note_invite(call: &Call, message: &Arc<Message>, flow: Flow) {
        let conversation = Self::of(call);
        let mut state = conversation.state();
        state.invite = Some(message.clone());
        state.flow = Some(flow);
    }

    pub(super) fn note_response(call: &Call, message: &Arc<Message>) {
        Self::of(call).state().response = Some(message.clone());
    }

    /// The INVITE of `call` will go to this address, by this way.
    pub(super) fn note_target(call: &Call, target: String, flow: Flow) {
        let conversation = Self::of(call);
        let mut state = conversation.state();
        (state.flow, state.target) = (Some(flow), Some(target));
    }

    /// Puts what `asker` hands on, and what the channel itself adds, into the INVITE of `call`.
    pub(super) fn put_into(asker: Option<&Call>, call: &Call, invite: &mut OutboundInvite) {
        let conversation = Self::of(call);
        if let Some(asker) = asker.and_then(|asker| asker.kept::<Self>()) {
            let handed_on = asker.added(HeadersOf::Calls);
            // Local channels in between hand them on as well.
            conversation.state().of_calls.extend(handed_on.iter().cloned());
            invite.headers.extend(handed_on);
        }
        invite.headers.extend(conversation.added(HeadersOf::Channel));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn list(&mut self, of: HeadersOf) -> &mut Vec<(String, String)> {
        match of {
            HeadersOf::Channel => &mut self.own,
            HeadersOf::Calls => &mut self.of_calls,
        }
    }
}

/// Whether a header may be added to a message of ours.
///
/// # Errors
/// [`HeaderProblem`] where it cannot stand in a message, or the exchange sets it itself.
pub fn check_header(name: &str, value: &str) -> Result<(), HeaderProblem> {
    if name.is_empty() || !sip_parser::is_token_text(name) {
        return Err(HeaderProblem::Name(name.to_owned()));
    }
    // A compact form is the same header.
    let full = HeaderName::from(name);
    if RESERVED.iter().any(|reserved| full.as_str().eq_ignore_ascii_case(reserved)) {
        return Err(HeaderProblem::Reserved(full.as_str().to_owned()));
    }
    if value.len() > LONGEST || value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(HeaderProblem::Value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_change_and_go() {
        let talk = Conversation::default();
        let of = HeadersOf::Calls;
        talk.add(of, "X-A", "1").unwrap();
        talk.add(of, "X-A", "2").unwrap();
        talk.add(of, "P-B", "3").unwrap();
        assert_eq!(talk.update(of, "x-a", 1, "4"), Ok(true));
        assert_eq!(talk.update(of, "X-C", 0, "4"), Ok(false));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(talk.added(of), [pair("X-A", "1"), pair("X-A", "4"), pair("P-B", "3")]);
        assert!(talk.added(HeadersOf::Channel).is_empty());
        assert_eq!((talk.remove(of, "x-*"), talk.remove(of, "X-A"), talk.remove(of, "p-b")), (2, 0, 1));
    }

    #[test]
    fn what_would_break_a_message_is_refused() {
        let talk = Conversation::default();
        let add = |name: &str, value: &str| talk.add(HeadersOf::Channel, name, value);
        assert!(matches!(add("X A", "1"), Err(HeaderProblem::Name(_))));
        assert!(matches!(add("", "1"), Err(HeaderProblem::Name(_))));
        assert_eq!(add("v", "1"), Err(HeaderProblem::Reserved("Via".to_owned())));
        assert!(matches!(add("call-id", "1"), Err(HeaderProblem::Reserved(_))));
        assert_eq!(add("X-A", "1\r\nVia: x"), Err(HeaderProblem::Value));
        assert_eq!(add("X-A", &"x".repeat(5_000)), Err(HeaderProblem::Value));
        for _ in 0..64 {
            add("X-A", "1").unwrap();
        }
        assert_eq!(add("X-A", "1"), Err(HeaderProblem::TooMany));
    }
}
