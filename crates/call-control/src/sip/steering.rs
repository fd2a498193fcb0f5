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
        self.wanted = route.place();
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
    pub(super) fn destination(&self) -> Option<MediaPlace> {
        self.wanted.filter(|_| self.is_willing())
    }

    /// There must be an offer, with these headers, wherever media goes.
    pub(super) fn owe(&mut self, headers: Vec<(String, String)>) {
        self.owed.get_or_insert_default().extend(headers);
    }

    /// The offer that is due, for a phone that was `told` that place.
    pub(super) fn next(&mut self, told: Option<MediaPlace>) -> Option<NextOffer> {
        let to = self.destination();
        let moves = (to != told || self.unsure) && !self.waits;
        if self.flying.is_some() || !(moves || self.owed.is_some()) {
            return None;
        }
        let by_update = self.options.by_update && self.takes_update && self.owed.is_none();
        let method = if by_update { Method::Update } else { Method::Invite };
        let to = if self.waits { told } else { to };
        self.flying = Some((method, to));
        Some(NextOffer { method, to, prefer: self.prefer, headers: self.owed.take().unwrap_or_default() })
    }

    /// Whether an offer is on its way by that method.
    pub(super) fn is_flying(&self, method: Method) -> bool {
        self.flying.is_some_and(|(flying, _)| flying == method)
    }

    /// The phone answered our offer; `usable` tells whether its answer could be read.
    pub(super) fn accepted(&mut self, usable: bool) -> Outcome {
        let Some((_, to)) = self.flying.take() else { return Outcome::GoOn };
        self.unsure = !usable && to.is_some();
        if usable { Outcome::GoOn } else { self.refuse(to) }
    }

    /// The phone refused our offer, or it could not be sent.
    pub(super) fn failed(&mut self, status: u16) -> Outcome {
        let Some((method, to)) = self.flying.take() else { return Outcome::GoOn };
        if method == Method::Update {
            // Whatever it has against UPDATE: a re-INVITE is waited out where offers cross (RFC 3261 §14.1).
            self.takes_update = false;
            return Outcome::GoOn;
        }
        // An offer of the phone's came first; ours is out of date.
        if status == 491 {
            return Outcome::GoOn;
        }
        self.refuse(to)
    }

    fn refuse(&mut self, to: Option<MediaPlace>) -> Outcome {
        if to.is_none() {
            return Outcome::Stuck;
        }
        self.refused = true;
        Outcome::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(port: u16) -> MediaPlace {
        MediaPlace {
            rtp: ([192, 0, 2, 1], port).into(),
            rtcp: None,
            codec: Codec::Pcmu,
            payload_type: 0,
            telephone_event: None,
            ptime: 20,
        }
    }

    fn steering(change: impl Fn(&mut DirectMedia)) -> Steering {
        let mut options = DirectMedia::default();
        change(&mut options);
        Steering::new(&options, Direction::Outbound)
    }

    const HERE: MediaRoute = MediaRoute::Here { prefer: None };

    /// The method and the port of the next offer, 0 for our own.
    fn next(steering: &mut Steering, told: Option<MediaPlace>) -> Option<(Method, u16)> {
        let offer = steering.next(told)?;
        Some((offer.method, offer.to.map_or(0, |place| place.rtp.port())))
    }

    #[test]
    fn one_offer_at_a_time_and_then_what_was_wished_meanwhile() {
        let mut steering = steering(|_| ());
        assert_eq!(next(&mut steering, None), None);
        steering.want(MediaRoute::Direct(place(1)));
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
        steering.want(MediaRoute::Direct(place(2)));
        assert_eq!(next(&mut steering, None), None);
        assert_eq!(steering.accepted(true), Outcome::GoOn);
        assert_eq!(next(&mut steering, Some(place(1))), Some((Method::Invite, 2)));
        steering.accepted(true);
        assert_eq!(next(&mut steering, Some(place(2))), None);
        steering.want(HERE);
        assert_eq!(next(&mut steering, Some(place(2))), Some((Method::Invite, 0)));
    }

    #[test]
    fn a_refusal_is_final() {
        let mut steering = steering(|_| ());
        steering.want(MediaRoute::Direct(place(1)));
        next(&mut steering, None);
        assert_eq!(steering.failed(488), Outcome::Refused);
        assert!(!steering.is_willing());
        assert_eq!(next(&mut steering, None), None);
        steering.want(MediaRoute::Direct(place(2)));
        assert_eq!((next(&mut steering, None), steering.destination()), (None, None));
    }

    #[test]
    fn one_who_does_not_come_back_is_asked_once() {
        let mut steering = steering(|_| ());
        steering.begin_at(place(1));
        steering.want(HERE);
        assert_eq!(next(&mut steering, Some(place(1))), Some((Method::Invite, 0)));
        assert_eq!(steering.failed(500), Outcome::Stuck);
        assert!(steering.is_willing());
    }

    #[test]
    fn offers_that_crossed_are_made_again() {
        let mut steering = steering(|_| ());
        steering.want(MediaRoute::Direct(place(1)));
        next(&mut steering, None);
        assert_eq!(steering.failed(491), Outcome::GoOn);
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
    }

    #[test]
    fn update_gives_way_to_invite() {
        let mut steering = steering(|options| options.by_update = true);
        steering.want(MediaRoute::Direct(place(1)));
        assert_eq!(next(&mut steering, None), Some((Method::Update, 1)));
        assert_eq!(steering.failed(405), Outcome::GoOn);
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_followed_by_our_own_offer() {
        let mut steering = steering(|_| ());
        steering.want(MediaRoute::Direct(place(1)));
        next(&mut steering, None);
        assert_eq!(steering.accepted(false), Outcome::Refused);
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)));
        assert_eq!(steering.accepted(false), Outcome::Stuck);
    }

    #[test]
    fn glare_mitigation_leaves_the_first_move_to_the_phone() {
        let mut steering = steering(|options| options.glare = GlareMitigation::Outgoing);
        steering.want(MediaRoute::Direct(place(1)));
        assert_eq!(next(&mut steering, None), None);
        assert_eq!(steering.destination(), Some(place(1)), "an offer of the phone is answered with it");
        steering.owe(vec![("Subject".to_owned(), "x".to_owned())]);
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)), "what is owed goes out as it is");
        steering.accepted(true);
        steering.want(MediaRoute::Direct(place(2)));
        assert_eq!(next(&mut steering, None), Some((Method::Invite, 2)), "later ones are not held back");
        let mut other = Steering::new(
            &DirectMedia { glare: GlareMitigation::Incoming, ..DirectMedia::default() },
            Direction::Outbound,
        );
        other.want(MediaRoute::Direct(place(1)));
        assert_eq!(next(&mut other, None), Some((Method::Invite, 1)));
    }

    #[test]
    fn who_may_not_leave_stays() {
        let mut steering = steering(|options| options.allowed = false);
        assert!(!steering.is_willing());
        steering.want(MediaRoute::Direct(place(1)));
        assert_eq!(next(&mut steering, None), None);
    }
}
