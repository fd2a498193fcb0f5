//! What the media plane tells of a leg, carried to its channel.

use std::sync::{Arc, OnceLock, Weak};

use media_bridge::LegEvent;

use crate::call::{Call, Channel};
use crate::cause::HangupCause;
use crate::event::Event;
use crate::technology::Report;

/// Connects a leg's events to a channel that is made after the leg. It does not keep the channel alive.
#[derive(Clone, Default)]
pub(crate) struct LegRelay(Arc<OnceLock<Weak<Channel>>>);

impl LegRelay {
    /// Where the leg's events go. It runs on the media thread and returns at once.
    pub(crate) fn sink(&self) -> impl Fn(LegEvent) + Send + 'static {
        let relay = self.clone();
        move |event| {
            if let Some(channel) = relay.0.get().and_then(Weak::upgrade) {
                deliver(&Call(channel), event);
            }
        }
    }

    /// Events go to `call` from now on.
    pub(crate) fn attach(&self, call: &Call) {
        // A relay belongs to one channel; it is attached once.
        let _ = self.0.set(Arc::downgrade(&call.0));
    }
}

fn deliver(call: &Call, event: LegEvent) {
    match event {
        LegEvent::PlaybackEnded { token, .. } => call.0.playback.finished(token.0),
        LegEvent::DigitEnded { digit, duration } => {
            let duration_ms = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
            call.report(Report::Digit { digit: digit.to_char(), duration_ms });
        }
        LegEvent::TalkBegan => talks(call, true),
        LegEvent::TalkEnded { .. } => talks(call, false),
        LegEvent::AnswererJudged(verdict) => call.0.verdict.tell(verdict),
        LegEvent::DigitForPeer { digit, duration } => {
            let duration_ms = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
            call.pass_digit(digit.to_char(), duration_ms);
        }
        LegEvent::FirstPacket { from } | LegEvent::Retargeted { to: from } => {
            call.report(Report::HeardFrom(from));
        }
        LegEvent::RtpTimeout => {
            call.warn("no audio arrives any more; the call ends");
            call.hangup(HangupCause::CHANNEL_UNAVAILABLE);
        }
        _ => {}
    }
}

/// A member of a conference begins or ends to talk.
fn talks(call: &Call, talking: bool) {
    let duration_ms = None;
    call.switchboard().notice(|| Event::Talking { channel: call.snapshot(), talking, duration_ms });
}
