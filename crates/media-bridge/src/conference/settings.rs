use std::time::Duration;

use audio::talk::TalkSettings;

use crate::event::{PlayToken, PlaybackEnd};

/// The highest rate that anything is mixed at.
pub(super) const HIGHEST_RATE: u32 = 48_000;

/// What a new conference needs.
pub struct ConferenceConfig {
    /// Samples a second that nobody hears more of, up to 48,000, which is the default. Everybody hears as much as the best
    /// of those who speak sends, up to here and up to what the own codec can carry.
    pub highest_rate: u32,
    /// How many are heard at once: those who speak the loudest. `None`, the default: all.
    pub loudest: Option<usize>,
    /// Called on the media thread for each event. It must not block.
    pub events: Box<dyn Fn(ConferenceEvent) + Send>,
}

impl ConferenceConfig {
    /// A conference that reports to `events`.
    pub fn new(events: impl Fn(ConferenceEvent) + Send + 'static) -> Self {
        Self { highest_rate: HIGHEST_RATE, loudest: None, events: Box::new(events) }
    }
}

/// What a conference tells its owner. What happens to a member is told by its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConferenceEvent {
    /// What was played to everybody is over. Comes once for each
    /// [`Conference::play`](crate::Conference::play).
    PlaybackEnded {
        /// The token given with it.
        token: PlayToken,
        /// Why.
        reason: PlaybackEnd,
    },
}

/// How a member takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberSettings {
    /// Nobody hears it.
    pub muted: bool,
    /// How much louder it is for others, in decibels; -60 to 18.
    pub talking_gain: i8,
    /// How much louder others are for it, in decibels; -60 to 18.
    pub listening_gain: i8,
    /// It is heard only while it talks, so that the noise of its place is not (`dsp_drop_silence`).
    pub drop_silence: bool,
    /// [`LegEvent::TalkBegan`](crate::LegEvent::TalkBegan) and [`TalkEnded`](crate::LegEvent::TalkEnded) tell when it talks.
    pub talk_events: bool,
    /// What is talk, and how long it must be silent to be silence.
    pub talk: TalkSettings,
    /// Keys that it presses are heard by the others (`dtmf_passthrough`).
    pub passes_keys: bool,
}

impl Default for MemberSettings {
    /// Heard as it is; talk is what is louder than 160 on average, silence what lasts for 2.5 s.
    fn default() -> Self {
        let talk = TalkSettings {
            threshold: 160,
            silence_after: Duration::from_millis(2_500),
            ..TalkSettings::default()
        };
        Self {
            muted: false,
            talking_gain: 0,
            listening_gain: 0,
            drop_silence: false,
            talk_events: false,
            talk,
            passes_keys: false,
        }
    }
}
