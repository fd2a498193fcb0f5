//! What a room says of itself: announcements that everybody hears.

use super::bands::{BandId, Bands};
use crate::leg::Program;
use crate::playback::Playback;
use crate::{PlayToken, PlaybackEnd};

/// A playback whose end is to be told.
type Ended = Option<(PlayToken, PlaybackEnd)>;

/// The one playback of a room.
#[derive(Default)]
pub(super) struct Prompt {
    program: Program,
    spoke: bool,
}

impl Prompt {
    /// The band that a playback of one rate sounds in.
    pub(super) fn band(playback: &Playback) -> BandId {
        BandId::of(playback.rate())
    }

    pub(super) fn is_playing(&self) -> bool {
        self.program.is_playing()
    }

    /// Whether it said something at this turn.
    pub(super) fn spoke(&self) -> bool {
        self.spoke
    }

    pub(super) fn play(&mut self, playback: Playback, token: PlayToken) -> Ended {
        self.program.play(playback, token)
    }

    pub(super) fn stop(&mut self, reason: PlaybackEnd) -> Ended {
        self.program.stop(reason)
    }

    /// Says the next 20 ms.
    pub(super) fn speak(&mut self, bands: &mut Bands) -> Ended {
        self.spoke = self.program.is_playing();
        if !self.spoke {
            return None;
        }
        let band = BandId::of(self.program.rate());
        let mut sound = [0_i16; 960];
        let frame = &mut sound[..band.frame()];
        let ended = self.program.fill(frame);
        bands.add(band, frame);
        ended
    }
}
