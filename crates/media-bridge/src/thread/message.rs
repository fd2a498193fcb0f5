use std::time::Duration;

use audio::Tone;

use crate::Digit;
use crate::event::PlayToken;
use crate::id::{BridgeId, LegId};
use crate::playback::Playback;
use crate::settings::LegSettings;
use crate::thread::leg::{Luggage, NewLeg};

/// What reaches a media thread through its mailbox.
pub(crate) enum Message {
    /// A leg is born here.
    Open(Box<NewLeg>),
    /// A command for a leg: sent to its home, which passes it on when the leg has moved.
    Leg(LegId, Command),
    /// A leg that this thread had fetched arrives.
    Adopt(Box<Luggage>),
    /// A leg that this thread had fetched is closed.
    Missing(LegId),
    /// A leg whose home this is was closed on another thread.
    Gone(LegId),
}

/// What a leg can be told.
pub(crate) enum Command {
    Configure(Box<LegSettings>),
    Play(Box<Playback>, PlayToken),
    PlayTone(Box<Tone>),
    StopPlaying,
    Echo(bool),
    SendDigit(Digit, Duration),
    /// Join with another leg.
    Join {
        bridge: BridgeId,
        peer: LegId,
    },
    /// Join with a leg that was taken out of this bridge by an earlier one, if the bridge is still wanted.
    Rejoin {
        bridge: BridgeId,
        peer: LegId,
    },
    /// End that bridge, if the leg is still in it.
    Part {
        bridge: BridgeId,
    },
    /// Move to another thread, for that bridge.
    Fetch {
        to: usize,
        bridge: BridgeId,
    },
    Close,
}
