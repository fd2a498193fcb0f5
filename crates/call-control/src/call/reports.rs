//! What the technology of a channel tells about it, and what becomes of the channel by that.

use std::sync::PoisonError;
use std::time::SystemTime;

use super::{Call, ChannelState, FrameKind};
use crate::cause::HangupCause;
use crate::event::Event;
use crate::technology::Report;

impl Call {
    /// Takes in what the technology tells about the channel.
    pub fn report(&self, report: Report) {
        if self.is_left_out(&report) {
            return;
        }
        match report {
            Report::Ringing => self.advance(ChannelState::Ringing),
            Report::Progress => {
                self.0.facets.early_media.set(true);
            }
            Report::Answered => self.advance(ChannelState::Up),
            Report::Held => self.hold(true),
            Report::Resumed => self.hold(false),
            Report::Codecs(codecs) => self.details().codecs = codecs,
            Report::Streams(streams) => self.change_streams(streams),
            Report::Encrypted(encrypted) => self.details().encrypted = encrypted,
            Report::ComfortNoise(agreed) => self.details().comfort_noise = agreed,
            Report::Media(media) => self.change_media(media.map(|media| *media)),
            Report::HeardFrom(from) => self.change_source(from),
            Report::Digit { digit, duration_ms } => self.digit(digit, duration_ms),
            Report::Text(text) => self.heard_text(text),
            Report::ChargeAdvice(advice) => self.charged(advice),
            Report::Transferred(said) => {
                self.0.facets.transferred.set(Some(said));
            }
            Report::Forwarded(forward) => {
                self.0.facets.forward.set(Some(forward));
            }
            Report::Ended(cause) => self.end(cause),
        }
    }

    /// Whether the channel is not to hear of it.
    fn is_left_out(&self, report: &Report) -> bool {
        let kind = match report {
            Report::Ringing => FrameKind::Ringing,
            Report::Progress => FrameKind::Progress,
            Report::Answered => FrameKind::Answer,
            Report::Held => FrameKind::Hold,
            Report::Resumed => FrameKind::Unhold,
            Report::Digit { .. } => FrameKind::DigitEnds,
            Report::Text(_) => FrameKind::Text,
            _ => return false,
        };
        self.hears_no(kind)
    }

    /// Has holds of the party told to observers, and nothing else done about them, or no more.
    pub fn intercept_hold(&self, intercept: bool) {
        self.details().intercepted_hold = intercept.then_some(false);
    }

    fn hold(&self, held: bool) {
        if let Some(told) = &mut self.details().intercepted_hold {
            if std::mem::replace(told, held) == held {
                return;
            }
        } else if self.0.facets.held.set(held) == held {
            return;
        }
        self.0.switchboard.notice(|| Event::Hold { channel: self.snapshot(), held });
    }

    fn digit(&self, digit: char, duration_ms: u32) {
        self.turn_volume(digit);
        self.0.music.press(digit);
        self.0.digits.push(digit);
        self.0.switchboard.notice(|| Event::Digit { channel: self.snapshot(), digit, duration_ms });
    }

    fn advance(&self, state: ChannelState) {
        let changed = self.0.facets.state.change(|now| {
            let later = !now.is_ended() && *now != ChannelState::Up && *now != state;
            if later {
                *now = state;
            }
            later
        });
        if changed {
            if state == ChannelState::Up {
                self.details().answered = Some(SystemTime::now());
            }
            self.0.switchboard.notice(|| Event::ChannelState { channel: self.snapshot(), state });
        }
    }

    fn end(&self, cause: HangupCause) {
        let changed = self.0.facets.state.change(|now| {
            let running = !now.is_ended();
            if running {
                *now = ChannelState::Ended(cause);
            }
            running
        });
        if changed {
            self.0.playback.abandon();
            self.forget_moves();
            self.0.media.clear();
            self.stop_music();
            self.0.music.clear();
            self.0.streams.set(Vec::new());
            let leg = self.0.leg.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(leg) = leg {
                let _ = self.0.counted.set(leg.statistics());
            }
            self.0.switchboard.notice(|| Event::ChannelEnded { channel: self.snapshot(), cause });
        }
    }
}
