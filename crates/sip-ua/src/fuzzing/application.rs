//! The application above one agent: what it has begun, and what it must be told of that.

use std::collections::HashMap;

use crate::user_agent::{RequestId, SessionEvent, SessionId, SubscriptionEvent, SubscriptionId, UaEvent};

/// What an application may ask within a call, each with an outcome of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Reinvite,
    Update,
    Refer,
}

/// Where a session stands as the application has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    is_inbound: bool,
    answered: bool,
    ended: bool,
    /// The REFER of the peer that came last.
    refer: u32,
    /// How often each [`Ask`] was asked without that its outcome has come. What is asked before the answer has none.
    open: [u32; 3],
}

/// What an application knows.
#[derive(Default)]
pub(super) struct Application {
    sessions: HashMap<SessionId, Told>,
    /// Names in the order in which they came up; those that ended stay in it, for commands may come late.
    named_sessions: Vec<SessionId>,
    subscriptions: HashMap<SubscriptionId, bool>,
    named_subscriptions: Vec<SubscriptionId>,
    /// Requests of the peer.
    asked: Vec<RequestId>,
    /// Requests that were sent, and whether they have an outcome.
    sent: HashMap<RequestId, bool>,
}

impl Application {
    /// A name for a call; one that comes in if so.
    pub(super) fn begin_session(&mut self, is_inbound: bool) -> SessionId {
        let id = SessionId::next();
        self.sessions.insert(id, Told { is_inbound, ..Told::default() });
        self.named_sessions.push(id);
        id
    }

    /// Something is asked in a call.
    pub(super) fn ask(&mut self, id: SessionId, ask: Ask) {
        if let Some(told) = self.sessions.get_mut(&id) {
            told.open[ask as usize] += 1;
        }
    }

    /// The REFER that came last in a call.
    pub(super) fn refer(&self, id: SessionId) -> u32 {
        self.sessions.get(&id).map(|told| told.refer).unwrap_or_default()
    }

    pub(super) fn begin_subscription(&mut self) -> SubscriptionId {
        let id = SubscriptionId::next();
        self.subscriptions.insert(id, false);
        self.named_subscriptions.push(id);
        id
    }

    pub(super) fn begin_request(&mut self) -> RequestId {
        let id = RequestId::next();
        self.sent.insert(id, false);
        id
    }

    /// All calls, the latest first.
    pub(super) fn sessions(&self) -> Vec<SessionId> {
        self.named_sessions.iter().rev().copied().collect()
    }

    /// All subscriptions, the latest first.
    pub(super) fn subscriptions(&self) -> Vec<SubscriptionId> {
        self.named_subscriptions.iter().rev().copied().collect()
    }

    /// The call at that place, the latest at 0.
    pub(super) fn session(&self, place: usize) -> SessionId {
        nth_latest(&self.named_sessions, place).unwrap_or(SessionId(0))
    }

    pub(super) fn subscription(&self, place: usize) -> SubscriptionId {
        nth_latest(&self.named_subscriptions, place).unwrap_or(SubscriptionId(0))
    }

    /// The request of the peer at that place, the latest at 0. It may have been answered.
    pub(super) fn request(&self, place: usize) -> RequestId {
        nth_latest(&self.asked, place).unwrap_or(RequestId(0))
    }

    /// # Panics
    /// When the event names what there is not, or follows an end.
    pub(super) fn hear(&mut self, event: &UaEvent) {
        match event {
            UaEvent::Request { id, .. } => self.hear_request(*id),
            UaEvent::Replacing { id, session, .. } => {
                self.hear_request(*id);
                self.check_alive(*session);
            }
            UaEvent::Session(id, event) => self.hear_of_session(*id, event),
            UaEvent::Subscription(id, event) => self.hear_of_subscription(*id, event),
            UaEvent::Response { id, .. } => {
                let earlier = self.sent.insert(*id, true);
                assert_eq!(earlier, Some(false), "{id} was not sent, or has its outcome");
            }
            UaEvent::Malformed { .. } | UaEvent::Disconnected { .. } => {}
        }
    }

    fn hear_request(&mut self, id: RequestId) {
        assert!(!self.asked.contains(&id), "{id} comes again");
        self.asked.push(id);
    }

    fn check_alive(&self, id: SessionId) {
        assert!(self.sessions.get(&id).is_some_and(|told| !told.ended), "{id} is not there");
    }

    fn hear_of_session(&mut self, id: SessionId, event: &SessionEvent) {
        if let SessionEvent::Refer { replaces: Some(other), .. } = event {
            self.check_alive(*other);
        }
        let told = self.sessions.get_mut(&id);
        assert!(told.as_ref().is_some_and(|told| !told.ended), "{id} is not there, but {event:?}");
        let Some(told) = told else { return };
        let (inbound, answered) = (told.is_inbound, told.answered);
        let possible = match event {
            SessionEvent::Provisional { .. } | SessionEvent::Answered { .. } => !inbound && !answered,
            SessionEvent::Failed { .. } => !inbound && !answered,
            SessionEvent::Established { .. } => inbound && !answered,
            SessionEvent::Cancelled { .. } => inbound && !answered,
            SessionEvent::ProvisionalAcknowledged { .. } => inbound && !answered,
            _ => true,
        };
        assert!(possible, "{id}, inbound: {inbound}, answered: {answered}, hears {event:?}");
        if let Some((ask, is_last)) = outcome(event) {
            assert!(told.open[ask as usize] > 0, "{id} hears {event:?} that nothing was asked for");
            told.open[ask as usize] -= u32::from(is_last);
        }
        if let SessionEvent::Refer { id, .. } = event {
            told.refer = *id;
        }
        told.answered |= matches!(event, SessionEvent::Answered { .. } | SessionEvent::Established { .. });
        told.ended = matches!(
            event,
            SessionEvent::Failed { .. } | SessionEvent::Cancelled { .. } | SessionEvent::Ended { .. }
        );
    }

    fn hear_of_subscription(&mut self, id: SubscriptionId, event: &SubscriptionEvent) {
        let ended = self.subscriptions.get_mut(&id);
        assert!(ended.as_ref().is_some_and(|ended| !**ended), "{id} is not there, but {event:?}");
        if let Some(ended) = ended {
            *ended = matches!(event, SubscriptionEvent::Ended { .. });
        }
    }

    /// # Panics
    /// When the end of something was not told.
    pub(super) fn check_ends(&self) {
        for (id, told) in &self.sessions {
            assert!(told.ended, "{id} did not end: {told:?}");
        }
        for (id, ended) in &self.subscriptions {
            assert!(ended, "{id} did not end");
        }
        for (id, answered) in &self.sent {
            assert!(answered, "{id} has no outcome");
        }
    }
}

/// What an event answers, and whether that is the end of it.
fn outcome(event: &SessionEvent) -> Option<(Ask, bool)> {
    match event {
        SessionEvent::ReinviteAnswered { .. } | SessionEvent::ReinviteFailed { .. } => {
            Some((Ask::Reinvite, true))
        }
        SessionEvent::UpdateAnswered { .. } | SessionEvent::UpdateFailed { .. } => Some((Ask::Update, true)),
        SessionEvent::ReferFailed { .. } => Some((Ask::Refer, true)),
        SessionEvent::ReferProgress { last, .. } => Some((Ask::Refer, *last)),
        _ => None,
    }
}

fn nth_latest<T: Copy>(list: &[T], place: usize) -> Option<T> {
    let place = place.min(list.len().checked_sub(1)?);
    list.iter().rev().nth(place).copied()
}
