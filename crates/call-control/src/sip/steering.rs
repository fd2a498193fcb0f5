//! Where the media of one session shall go, and how far that is: one offer of ours at a time.

use media_bridge::Codec;

use super::endpoint::{DirectMedia, GlareMitigation};
use crate::call::Direction;
use crate::direct_media::{MediaPlace, MediaRoute};

/// How an offer is sent in a call that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// A re-INVITE (RFC 3261 §14.1).
    Invite,
    /// UPDATE (RFC 3311).
    Update,
}

/// An offer to send now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NextOffer {
    pub(super) method: Method,
    /// Whose media it describes; `None` for our own.
    pub(super) to: Option<MediaPlace>,
    /// The codec to name first.
    pub(super) prefer: Option<Codec>,
    /// What it says beside.
    pub(super) headers: Vec<(String, String)>,
}

/// What is to be done after an answer or a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Look for the next offer.
    GoOn,
    /// The phone takes no other place than ours: tell it to whoever decides.
    Refused,
    /// The phone does not come back to us, and there is nothing more to try.
    Stuck,
}

/// The offers of one session after its answer.
///
/// ```text
///   idle -- next() --> flying -- accepted() --> idle (next() again, for what was wished meanwhile)
///                        \------ failed() ----> idle, and never elsewhere again unless the refusal will pass
/// ```
#[derive(Debug)]
pub(super) struct Steering {
    options: Options,
    wanted: Option<MediaPlace>,
    prefer: Option<Codec>,
    flying: Option<(Method, Option<MediaPlace>)>,
    /// Headers that the next offer carries, and that there must be one.
    owed: Option<Vec<(String, String)>>,
    /// How the next offer is to be sent, where somebody said so.
    asked: Option<Method>,
    /// The offer that flies is one that somebody asked for.
    is_refresh: bool,
    /// What the phone believes is not known: its last answer was none.
    unsure: bool,
    refused: bool,
    /// The first time has been.
    begun: bool,
    /// The phone is left to ask itself.
    waits: bool,
    takes_update: bool,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    allowed: bool,
    by_update: bool,
    waits_first: bool,
}

impl Steering {
    pub(super) fn new(options: &DirectMedia, direction: Direction) -> Self {
        let waits_first = match options.glare {
            GlareMitigation::None => false,
            GlareMitigation::Outgoing => direction == Direction::Outbound,
            GlareMitigation::Incoming => direction == Direction::Inbound,
        };
        let options = Options { allowed: options.allowed, by_update: options.by_update, waits_first };
        Self {
            options,
            wanted: None,
            prefer: None,
            flying: None,
            owed: None,
            asked: None,
            is_refresh: false,
            unsure: false,
            refused: false,
            begun: false,
            waits: false,
            takes_update: true,
        }
    }

    /// Its first offer sent the party there already.
    pub(super) fn begin_at(&mut self, place: MediaPlace) {
        (self.wanted, self.begun) = (Some(place), true);
    }

    /// Whether the media may go elsewhere at all.
    pub(super) fn is_willing(&self) -> bool {
        self.options.allowed && !self.refused
    }

    /// Where it shall go from now on.
    pub(super) fn want(&mut self, route: MediaRoute) {
        self.wanted = route.place().cloned();
        self.waits = false;
        match route {
            MediaRoute::Here { prefer } => self.prefer = prefer.or(self.prefer),
            MediaRoute::Direct(_) if !std::mem::replace(&mut self.begun, true) => {
                self.waits = self.options.waits_first;
            }
            MediaRoute::Direct(_) => {}
        }
    }

    /// Whose media an answer to the phone may describe; `None` for our own.
    pub(super) fn destination(&self) -> Option<&MediaPlace> {
        self.wanted.as_ref().filter(|_| self.is_willing())
    }

    /// There must be an offer, with these headers, wherever media goes.
    pub(super) fn owe(&mut self, headers: Vec<(String, String)>) {
        self.owed.get_or_insert_default().extend(headers);
    }

    /// There must be an offer by this method, wherever media goes.
    pub(super) fn refresh(&mut self, method: Method) {
        self.owed.get_or_insert_default();
        self.asked = Some(method);
    }

    /// What the last [`refresh`](Self::refresh) asked for is said in another way.
    pub(super) fn forget_refresh(&mut self) {
        self.asked = None;
        self.owed = self.owed.take().filter(|headers| !headers.is_empty());
    }

    /// The offer that is due, for a phone that was `told` that place.
    pub(super) fn next(&mut self, told: Option<&MediaPlace>) -> Option<NextOffer> {
        let to = self.destination();
        let moves = (to != told || self.unsure) && !self.waits;
        if self.flying.is_some() || !(moves || self.owed.is_some()) {
            return None;
        }
        self.is_refresh = self.asked.is_some();
        let by_update = match self.asked.take() {
            Some(method) => method == Method::Update,
            None => self.options.by_update && self.takes_update && self.owed.is_none(),
        };
        let method = if by_update { Method::Update } else { Method::Invite };
        let to = if self.waits { told } else { self.destination() }.cloned();
        self.flying = Some((method, to.clone()));
        Some(NextOffer { method, to, prefer: self.prefer, headers: self.owed.take().unwrap_or_default() })
    }

    /// Whether an offer is on its way by that method.
    pub(super) fn is_flying(&self, method: Method) -> bool {
        self.flying.as_ref().is_some_and(|(flying, _)| *flying == method)
    }

    /// The phone answered our offer; `usable` tells whether its answer could be read.
    pub(super) fn accepted(&mut self, usable: bool) -> Outcome {
        let Some((_, to)) = self.flying.take() else { return Outcome::GoOn };
        self.unsure = !usable && to.is_some();
        if usable { Outcome::GoOn } else { self.refuse(to.as_ref()) }
    }

    /// The phone refused our offer, or it could not be sent.
    pub(super) fn failed(&mut self, status: u16) -> Outcome {
        let Some((method, to)) = self.flying.take() else { return Outcome::GoOn };
        if method == Method::Update {
            // Whatever it has against UPDATE: a re-INVITE is waited out where offers cross (RFC 3261 §14.1).
            self.takes_update = false;
            if self.is_refresh {
                self.refresh(Method::Invite);
            }
            return Outcome::GoOn;
        }
        // An offer of the phone's came first; ours is out of date.
        if status == 491 {
            return Outcome::GoOn;
        }
        self.refuse(to.as_ref())
    }

    fn refuse(&mut self, to: Option<&MediaPlace>) -> Outcome {
        if to.is_none() {
            return Outcome::Stuck;
        }
        self.refused = true;
        Outcome::Refused
    }
}

#[cfg(test)]
mod tests;
