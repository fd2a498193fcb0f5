//! Two parties in one bridge: what each is told of the other.

use super::rules::{Obstacle, obstacle};
use super::{MediaPlace, MediaRoute, PartyMedia};

/// One of the two parties of a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that asked for the bridge.
    First,
    /// The other one.
    Second,
}

impl Side {
    pub(super) const BOTH: [Side; 2] = [Side::First, Side::Second];

    pub(super) fn other(self) -> Side {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// What is known of one party.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    /// Where its media is; `None` when it cannot leave us.
    pub(super) media: Option<PartyMedia>,
    /// Somebody here needs what it says or presses.
    pub(super) anchored: bool,
    /// Where it was told to send.
    pub(super) told: Option<MediaPlace>,
}

/// Times that a party is told another place before the media stays here. Phones that take a new port for each
/// description would have the two of them chase each other for ever.
const CHANGES: u8 = 8;

/// The media of the two parties of one bridge.
///
/// ```text
///          nothing stands between them
///   here ------------------------------> direct: each is told the place of the other, and again when that changes
///        <------------------------------
///          hold, need of the audio, another codec, a refusal ...
/// ```
///
/// After each `enter` and `handle_*`, drain [`poll_command`](Self::poll_command). Who is told what follows from what is
/// known now and from nothing else, so that it does not matter in which order things come.
#[derive(Debug, Default)]
pub(super) struct Meeting {
    first: End,
    second: End,
    changes: u8,
}

impl Meeting {
    /// A party enters, perhaps with what it was told in an earlier bridge.
    pub(super) fn enter(&mut self, side: Side, end: End) {
        *self.end_mut(side) = end;
    }

    /// The media of a party changed.
    pub(super) fn handle_media(&mut self, side: Side, media: Option<PartyMedia>) {
        self.end_mut(side).media = media;
    }

    /// What a party says and presses is needed here, or is not any more.
    pub(super) fn handle_anchored(&mut self, side: Side, anchored: bool) {
        self.end_mut(side).anchored = anchored;
    }

    /// What keeps the media here now.
    pub(super) fn obstacle(&self) -> Option<Obstacle> {
        if self.first.anchored || self.second.anchored {
            return Some(Obstacle::Needed);
        }
        let (Some(first), Some(second)) = (&self.first.media, &self.second.media) else {
            return Some(Obstacle::Kept);
        };
        obstacle(first, second).or((self.changes > CHANGES).then_some(Obstacle::Restless))
    }

    /// The next thing to tell a party.
    pub(super) fn poll_command(&mut self) -> Option<(Side, MediaRoute)> {
        let obstacle = self.obstacle();
        if matches!(obstacle, Some(Obstacle::Needed | Obstacle::Kept | Obstacle::Held)) {
            // It is for a person to end these, which no phone does by itself over and over.
            self.changes = 0;
        }
        let routes = Side::BOTH.map(|side| (side, self.route(side, obstacle)));
        let (side, route) =
            routes.into_iter().find(|(side, route)| self.end(*side).told.as_ref() != route.place())?;
        self.end_mut(side).told = route.place().cloned();
        if route.place().is_some() {
            self.changes = self.changes.saturating_add(1);
        }
        Some((side, route))
    }

    fn route(&self, side: Side, obstacle: Option<Obstacle>) -> MediaRoute {
        let other = self.end(side.other()).media.as_ref();
        match (obstacle, other) {
            (None, Some(other)) => {
                let own = self.end(side).media.as_ref();
                MediaRoute::Direct(own.map_or_else(|| other.place(), |own| other.place_for(own)))
            }
            _ => MediaRoute::Here { prefer: other.map(|other| other.codec) },
        }
    }

    fn end(&self, side: Side) -> &End {
        match side {
            Side::First => &self.first,
            Side::Second => &self.second,
        }
    }

    fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::First => &mut self.first,
            Side::Second => &mut self.second,
        }
    }
}

#[cfg(test)]
mod tests {
    use media_bridge::Codec;

    use super::*;
    use Side::{First, Second};

    fn media(port: u16) -> PartyMedia {
        PartyMedia::new(([192, 0, 2, 1], port).into(), Codec::Pcmu)
    }

    fn end(port: u16) -> End {
        End { media: Some(media(port)), ..End::default() }
    }

    /// What both are told now: the port of the other's media, or 0 for us.
    fn told(meeting: &mut Meeting) -> Vec<(Side, u16)> {
        std::iter::from_fn(|| meeting.poll_command())
            .map(|(side, route)| (side, route.place().map_or(0, |place| place.rtp.port())))
            .collect()
    }

    fn direct() -> Meeting {
        let mut meeting = Meeting::default();
        meeting.enter(First, end(1));
        meeting.enter(Second, end(2));
        assert_eq!(told(&mut meeting), [(First, 2), (Second, 1)]);
        meeting
    }

    #[test]
    fn each_is_told_the_place_of_the_other_once() {
        let mut meeting = direct();
        assert_eq!(told(&mut meeting), []);
        meeting.handle_media(First, Some(media(1)));
        assert_eq!(told(&mut meeting), []);
    }

    #[test]
    fn a_party_that_moves_is_told_to_the_other() {
        let mut meeting = direct();
        meeting.handle_media(First, Some(media(7)));
        assert_eq!(told(&mut meeting), [(Second, 7)]);
    }

    #[test]
    fn hold_brings_both_back_and_resume_sends_them_out_again() {
        let mut meeting = direct();
        meeting.handle_media(Second, Some(PartyMedia { held: true, ..media(2) }));
        assert_eq!(told(&mut meeting), [(First, 0), (Second, 0)]);
        meeting.handle_media(Second, Some(media(2)));
        assert_eq!(told(&mut meeting), [(First, 2), (Second, 1)]);
    }

    #[test]
    fn what_is_needed_here_stays_as_long_as_it_is() {
        let mut meeting = Meeting::default();
        meeting.enter(First, End { anchored: true, ..end(1) });
        meeting.enter(Second, end(2));
        assert_eq!(told(&mut meeting), []);
        assert_eq!(meeting.obstacle(), Some(Obstacle::Needed));
        meeting.handle_anchored(First, false);
        assert_eq!(told(&mut meeting), [(First, 2), (Second, 1)]);
        meeting.handle_anchored(Second, true);
        assert_eq!(told(&mut meeting), [(First, 0), (Second, 0)]);
    }

    #[test]
    fn a_refusal_brings_the_other_back() {
        let mut meeting = direct();
        meeting.handle_media(First, None);
        assert_eq!(told(&mut meeting), [(First, 0), (Second, 0)]);
        assert_eq!(meeting.obstacle(), Some(Obstacle::Kept));
        meeting.handle_media(Second, Some(media(9)));
        assert_eq!(told(&mut meeting), [], "it is not tried again");
    }

    #[test]
    fn another_codec_brings_both_back_with_a_wish() {
        let mut meeting = direct();
        meeting.handle_media(First, Some(PartyMedia::new(media(1).rtp, Codec::Pcma)));
        let commands: Vec<_> = std::iter::from_fn(|| meeting.poll_command()).collect();
        let here = |codec| MediaRoute::Here { prefer: Some(codec) };
        assert_eq!(commands, [(First, here(Codec::Pcmu)), (Second, here(Codec::Pcma))]);
        // The other one takes it up.
        meeting.handle_media(Second, Some(PartyMedia::new(media(2).rtp, Codec::Pcma)));
        assert_eq!(told(&mut meeting), [(First, 2), (Second, 1)]);
    }

    #[test]
    fn parties_that_were_sent_to_each_other_early_are_left_alone() {
        let mut meeting = Meeting::default();
        meeting.enter(First, End { told: Some(media(2).place()), ..end(1) });
        meeting.enter(Second, End { told: Some(media(1).place()), ..end(2) });
        assert_eq!(told(&mut meeting), []);
    }

    #[test]
    fn a_party_that_still_sends_to_an_earlier_one_is_told_the_new_one() {
        let mut meeting = Meeting::default();
        meeting.enter(First, End { told: Some(media(9).place()), ..end(1) });
        meeting.enter(Second, End { media: None, ..End::default() });
        assert_eq!(told(&mut meeting), [(First, 0)]);
        meeting.handle_media(Second, Some(media(2)));
        assert_eq!(told(&mut meeting), [(First, 2), (Second, 1)]);
    }

    #[test]
    fn parties_that_chase_each_other_are_called_back() {
        let mut meeting = direct();
        let mut port = 100;
        let mut rounds = 0;
        let mut side = First;
        while meeting.obstacle().is_none() {
            port += 1;
            rounds += 1;
            meeting.handle_media(side, Some(media(port)));
            told(&mut meeting);
            side = side.other();
            assert!(rounds < 50, "there is an end to it");
        }
        assert_eq!(meeting.obstacle(), Some(Obstacle::Restless));
        assert_eq!(meeting.first.told, None);
        // Somebody who holds and resumes starts anew.
        meeting.handle_media(First, Some(PartyMedia { held: true, ..media(1) }));
        told(&mut meeting);
        meeting.handle_media(First, Some(media(1)));
        assert_eq!(told(&mut meeting).len(), 2);
    }

    /// Whatever comes in whatever order: either both are direct or neither is, and the machine comes to rest.
    #[test]
    fn both_or_neither() {
        let mut state = 0x2545_F491_u32;
        let mut draw = |below: u32| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state % below
        };
        for _ in 0..200 {
            let mut meeting = Meeting::default();
            for _ in 0..50 {
                let side = Side::BOTH[draw(2) as usize];
                match draw(4) {
                    0 => meeting.handle_anchored(side, draw(2) == 0),
                    1 => meeting.handle_media(side, None),
                    _ => {
                        let held = draw(4) == 0;
                        let port = 1 + u16::try_from(draw(3)).unwrap();
                        meeting.handle_media(side, Some(PartyMedia { held, ..media(port) }));
                    }
                }
                assert!(told(&mut meeting).len() <= 2);
                assert_eq!(meeting.first.told.is_some(), meeting.second.told.is_some());
                assert_eq!(meeting.first.told.is_some(), meeting.obstacle().is_none());
            }
        }
    }
}
