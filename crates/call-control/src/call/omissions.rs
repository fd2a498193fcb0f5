//! What of a channel is left out on its way: `FRAME_DROP()` of dialplans.

use media_bridge::{Omitted, Side};
use sdp::negotiation::LineKind;

use super::Call;
use super::effects::place;

/// What comes from a party, or goes to it, by the names that dialplans have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameKind {
    /// A key is pressed.
    DigitBegins,
    /// A key is released.
    DigitEnds,
    /// Sound.
    Voice,
    /// Pictures.
    Video,
    /// A text.
    Text,
    /// What a pause sounds like.
    ComfortNoise,
    /// The phone rings.
    Ringing,
    /// The call is answered.
    Answer,
    /// Audio may be heard before the answer.
    Progress,
    /// The party holds.
    Hold,
    /// It holds no more.
    Unhold,
    /// Whom it is connected with.
    ConnectedLine,
}

impl FrameKind {
    /// All of them, with the names that dialplans have for them.
    pub const ALL: [(&'static str, Self); 12] = [
        ("DTMF_BEGIN", Self::DigitBegins),
        ("DTMF_END", Self::DigitEnds),
        ("VOICE", Self::Voice),
        ("VIDEO", Self::Video),
        ("TEXT", Self::Text),
        ("CNG", Self::ComfortNoise),
        ("RINGING", Self::Ringing),
        ("ANSWER", Self::Answer),
        ("PROGRESS", Self::Progress),
        ("HOLD", Self::Hold),
        ("UNHOLD", Self::Unhold),
        ("CONNECTED_LINE", Self::ConnectedLine),
    ];

    /// Those that tell of a call rather than being a part of what is said.
    pub const CONTROL: [Self; 6] =
        [Self::Ringing, Self::Answer, Self::Progress, Self::Hold, Self::Unhold, Self::ConnectedLine];
}

/// Some kinds of frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameKinds(u16);

impl FrameKinds {
    /// Whether that one is among them.
    pub fn has(self, kind: FrameKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What of the audio's leg is meant.
    fn of_sound(self) -> Omitted {
        Omitted {
            media: self.has(FrameKind::Voice),
            // A key has both ends or none.
            keys: self.has(FrameKind::DigitBegins) || self.has(FrameKind::DigitEnds),
            noise: self.has(FrameKind::ComfortNoise),
        }
    }

    /// What of a leg beside the audio is meant.
    fn of_stream(self, kind: LineKind) -> Omitted {
        let media = match kind {
            LineKind::Video => self.has(FrameKind::Video),
            LineKind::Text => self.has(FrameKind::Text),
        };
        Omitted { media, ..Omitted::default() }
    }
}

impl FromIterator<FrameKind> for FrameKinds {
    fn from_iter<I: IntoIterator<Item = FrameKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |known, kind| known | 1 << kind as u16))
    }
}

impl Call {
    /// Leaves these out of what comes from the party ([`Side::Read`]) or goes to it from now on, in place of those before. Its audio
    /// stays here while there are any.
    pub fn omit_frames(&self, side: Side, kinds: FrameKinds) {
        let here = self.keep_media();
        let mut details = self.details();
        details.omitted[place(side)] = kinds;
        let former = if details.omitted.iter().all(|kinds| kinds.is_empty()) {
            details.thinned.take()
        } else {
            details.thinned.replace(here)
        };
        drop(details);
        drop(former);
        if let Some(leg) = self.leg() {
            leg.omit(side, kinds.of_sound());
        }
        self.thin_streams();
    }

    /// What is left out of one side.
    pub fn omitted_frames(&self, side: Side) -> FrameKinds {
        self.details().omitted[place(side)]
    }

    /// Streams beside the audio lose what is left out, too.
    pub(crate) fn thin_streams(&self) {
        let omitted = self.details().omitted;
        for stream in self.streams() {
            for (side, kinds) in [(Side::Read, omitted[0]), (Side::Write, omitted[1])] {
                stream.leg.omit(side, kinds.of_stream(stream.party.kind));
            }
        }
    }

    /// Whether that kind is left out of what comes from the party.
    pub(super) fn hears_no(&self, kind: FrameKind) -> bool {
        self.details().omitted[0].has(kind)
    }

    /// Whether that kind is left out of what goes to the party.
    pub(super) fn is_told_no(&self, kind: FrameKind) -> bool {
        self.details().omitted[1].has(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_kept_apart() {
        for (_, kind) in FrameKind::ALL {
            let one: FrameKinds = [kind].into_iter().collect();
            let found = FrameKind::ALL.iter().filter(|(_, other)| one.has(*other)).count();
            assert!(found == 1 && one.has(kind) && !one.is_empty());
        }
        assert!(FrameKinds::default().is_empty());
    }
}
