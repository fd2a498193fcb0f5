//! How keys travel between a phone and us: `dtmf_mode`.

use sip_ua::user_agent::{Body, SessionId};

use super::session::Stage;
use super::worker::Worker;

/// How the keys of a phone travel, both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigitMode {
    /// As telephone-events (RFC 4733).
    #[default]
    Event,
    /// As tones in the sound.
    Sound,
    /// As INFO (`application/dtmf-relay`).
    Info,
    /// As telephone-events where the phone has them, else as tones.
    EventOrSound,
    /// As telephone-events where the phone has them, else as INFO.
    EventOrInfo,
    /// Not at all.
    None,
}

impl DigitMode {
    /// Whether session descriptions name telephone-event.
    pub fn names_events(self) -> bool {
        matches!(self, Self::Event | Self::EventOrSound | Self::EventOrInfo)
    }

    /// The way that is left once it is known whether both sides have telephone-event.
    pub(super) fn agreed(self, events: bool) -> Self {
        match self {
            Self::EventOrSound | Self::EventOrInfo if events => Self::Event,
            Self::EventOrSound => Self::Sound,
            Self::EventOrInfo => Self::Info,
            other => other,
        }
    }
}

impl Worker {
    /// Sends a key to the phone as INFO, where that is how keys travel.
    pub(super) fn send_digit(&mut self, id: SessionId, digit: char, duration_ms: u32) {
        let Some(session) = self.sessions.get(&id) else { return };
        if session.media.digits() != DigitMode::Info || !matches!(session.stage, Stage::Established) {
            return;
        }
        let body = format!("Signal={digit}\r\nDuration={duration_ms}\r\n");
        let content_type = "application/dtmf-relay".to_owned();
        self.user_agent.info(id, Body { content_type, bytes: body.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::DigitMode::{Event, EventOrInfo, EventOrSound, Info, Sound};

    #[test]
    fn a_mode_with_two_ways_takes_the_one_that_there_is() {
        assert_eq!([true, false].map(|events| EventOrSound.agreed(events)), [Event, Sound]);
        assert_eq!([true, false].map(|events| EventOrInfo.agreed(events)), [Event, Info]);
        assert_eq!([true, false].map(|events| Info.agreed(events)), [Info, Info]);
        assert!(!Sound.names_events() && EventOrInfo.names_events());
    }
}
