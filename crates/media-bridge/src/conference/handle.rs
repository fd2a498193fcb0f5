use std::sync::Arc;
use std::time::Instant;

use super::settings::MemberSettings;
use crate::PlayToken;
use crate::engine::Shared;
use crate::handle::Leg;
use crate::id::{BridgeId, ConferenceId};
use crate::playback::Playback;
use crate::tap::{self, Side, Sides, Tap};
use crate::thread::ConferenceCommand;

/// A room whose members hear each other, from [`MediaEngine::open_conference`](crate::MediaEngine::open_conference) until this
/// is dropped.
///
/// This is a handle, like [`Leg`]: its methods hand a command to the media thread of the room and return at once.
pub struct Conference {
    pub(crate) id: ConferenceId,
    /// Samples a second that nobody hears more of.
    pub(crate) highest_rate: u32,
    pub(crate) shared: Arc<Shared>,
}

/// A leg's stay in a conference. It ends when this is dropped, when the leg enters another one or is bridged, and when either
/// of them is closed.
#[must_use = "the leg leaves when its membership is dropped"]
pub struct Membership {
    stay: BridgeId,
    room: ConferenceId,
    shared: Arc<Shared>,
}

impl Conference {
    /// Lets a leg take part. What it plays by itself ([`Leg::play`]) it hears in place of the others, who go on to hear it.
    pub fn enter(&self, leg: &Leg, settings: MemberSettings) -> Membership {
        let stay = self.shared.next_stay();
        if leg.id.home() != self.id.home {
            leg.unsettle();
        }
        self.command(ConferenceCommand::Enter { stay, leg: leg.id, settings: Box::new(settings) });
        Membership { stay, room: self.id, shared: self.shared.clone() }
    }

    /// Plays sounds that everybody hears beside what is said, in place of those that play now.
    /// [`ConferenceEvent::PlaybackEnded`](crate::ConferenceEvent::PlaybackEnded) with this token tells the end. Without members
    /// they play to nobody.
    pub fn play(&self, playback: impl Into<Playback>, token: impl Into<PlayToken>) {
        let playback = playback.into().up_to(self.highest_rate);
        self.command(ConferenceCommand::Play(Box::new(playback), token.into()));
    }

    /// Copies what all members say together, and what is played to them, to whoever reads the tap, from now on until it is dropped
    /// or the conference is. It is mixed at `rate` samples a second, or the next rate below that there are calls with.
    pub fn tap(&self, rate: u32) -> Tap {
        let (end, tap) = tap::tap(Instant::now(), Sides::Only(Side::Read));
        self.command(ConferenceCommand::Tap(Box::new(end), rate));
        tap
    }

    /// Stops what plays to everybody.
    pub fn stop_playing(&self) {
        self.command(ConferenceCommand::StopPlaying);
    }

    fn command(&self, command: ConferenceCommand) {
        self.shared.command_conference(self.id, command);
    }
}

impl Drop for Conference {
    fn drop(&mut self) {
        self.command(ConferenceCommand::Close);
    }
}

impl std::fmt::Debug for Conference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Conference({} on thread {})", self.id.serial, self.id.home)
    }
}

impl Membership {
    /// How the leg takes part from now on.
    pub fn change(&self, settings: MemberSettings) {
        let change = ConferenceCommand::Change { stay: self.stay, settings: Box::new(settings) };
        self.shared.command_conference(self.room, change);
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.shared.command_conference(self.room, ConferenceCommand::Leave { stay: self.stay });
    }
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Membership({} in {})", self.stay.0, self.room.serial)
    }
}
