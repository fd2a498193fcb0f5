use std::time::Duration;

use audio::Tone;
use audio::answering_machine::Settings;

use crate::Digit;
use crate::broadcast::Listener;
use crate::conference::{ConferenceConfig, MemberSettings};
use crate::effects::{Overheard, SoundEffects, Voice};
use crate::event::PlayToken;
use crate::id::{BridgeId, ConferenceId, LegId};
use crate::keys::LegKeys;
use crate::omitted::Omitted;
use crate::passage::Passage;
use crate::playback::Playback;
use crate::settings::{JitterBuffer, LegSettings};
use crate::tap::{Side, TapEnd};
use crate::thread::leg::{Luggage, NewLeg};

/// What reaches a media thread through its mailbox.
pub(crate) enum Message {
    /// A leg is born here.
    Open(Box<NewLeg>),
    /// A command for a leg: sent to its home, which passes it on when the leg has moved.
    Leg(LegId, Command),
    /// A command for a conference of this thread.
    Conference(ConferenceId, ConferenceCommand),
    /// A leg that this thread had fetched arrives.
    Adopt(Box<Luggage>),
    /// A leg that this thread had fetched is closed.
    Missing(LegId),
    /// A leg whose home this is was closed on another thread.
    Gone(LegId),
}

/// How soon a message must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// At once.
    Now,
    /// Within a tenth of a second, for so often a thread with legs looks: nobody hears the difference, and a thread that
    /// is not woken costs nothing.
    Soon,
    /// Not before the next message.
    WithTheNext,
}

impl Message {
    pub(crate) fn urgency(&self) -> Urgency {
        match self {
            // It is deaf and silent until it is told more; settings follow keys.
            Self::Open(_) | Self::Leg(_, Command::Protect(_)) => Urgency::WithTheNext,
            // What is played next is read after it, and a thread reads before it looks at packets.
            Self::Leg(
                _,
                Command::Begin(_) | Command::Join { near: true, .. } | Command::Part { .. } | Command::Close,
            )
            | Self::Conference(_, ConferenceCommand::Leave { .. } | ConferenceCommand::Close) => {
                Urgency::Soon
            }
            Self::Conference(_, ConferenceCommand::Open(_)) => Urgency::WithTheNext,
            _ => Urgency::Now,
        }
    }
}

/// What a leg can be told.
pub(crate) enum Command {
    /// The first settings: the leg is neither joined nor does it play anything.
    Begin(Box<LegSettings>),
    Configure(Box<LegSettings>),
    /// Settings of a leg that passes on what comes.
    Pass(Box<(LegSettings, Passage)>),
    /// Secure RTP under these keys, or plain RTP.
    Protect(Option<Box<LegKeys>>),
    Play(Box<Playback>, PlayToken),
    Listen(Box<Listener>, PlayToken),
    PlayTone(Box<Tone>),
    StopPlaying,
    Echo(bool),
    SendDigit(Digit, Duration),
    HearDigit(Digit, Duration),
    JudgeAnswerer(Option<Box<Settings>>),
    SetJitterBuffer(Option<JitterBuffer>),
    /// Somebody listens from now on.
    Tap(Box<TapEnd>),
    /// One side of the sound is changed so.
    Shape(Side, Box<SoundEffects>),
    /// This is left out of one side.
    Omit(Side, Omitted),
    /// A voice is heard over what the peer hears.
    LayOver(Box<Voice>),
    /// The peer hears what is heard elsewhere.
    Overhear(Box<Overheard>),
    /// Join with another leg.
    Join {
        bridge: BridgeId,
        peer: LegId,
        /// Both legs have always been on this thread, so that a packet of either wakes it.
        near: bool,
    },
    /// End that bridge, and all that is earlier.
    Part {
        bridge: BridgeId,
    },
    /// Move to another thread, for that bridge or stay.
    Fetch {
        to: usize,
        bridge: BridgeId,
    },
    Close,
}

/// What a conference can be told.
pub(crate) enum ConferenceCommand {
    Open(Box<ConferenceConfig>),
    /// A leg takes part from now on.
    Enter {
        stay: BridgeId,
        leg: LegId,
        settings: Box<MemberSettings>,
    },
    Change {
        stay: BridgeId,
        settings: Box<MemberSettings>,
    },
    Leave {
        stay: BridgeId,
    },
    Play(Box<Playback>, PlayToken),
    StopPlaying,
    /// Somebody listens from now on, at this rate.
    Tap(Box<TapEnd>, u32),
    Close,
}
