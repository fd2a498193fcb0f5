use std::net::SocketAddr;
use std::time::Duration;

use audio::answering_machine::Verdict;

use crate::Digit;

/// What a leg tells its owner. Sent from the media thread, so the receiver must never block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegEvent {
    /// The first RTP packet of a trusted source arrived, and after each change of settings that names a new peer.
    FirstPacket {
        /// Its source.
        from: SocketAddr,
    },
    /// RTP now goes to where it comes from, because the leg is symmetric.
    Retargeted {
        /// The new destination.
        to: SocketAddr,
    },
    /// The peer presses a key: as a telephone-event (RFC 4733), or one that is heard in its sound.
    DigitBegan(Digit),
    /// The peer released it, or its packets ceased. Always follows a [`LegEvent::DigitBegan`].
    DigitEnded {
        /// The key.
        digit: Digit,
        /// How long it was held.
        duration: Duration,
    },
    /// The digit asked for by [`Leg::send_digit`](crate::Leg::send_digit) has been sent to its end.
    DigitSent(Digit),
    /// A key for the peer, to be sent by whoever is in touch with it: see
    /// [`LegSettings::digits_elsewhere`](crate::LegSettings::digits_elsewhere).
    DigitForPeer {
        /// The key.
        digit: Digit,
        /// How long it is held.
        duration: Duration,
    },
    /// It is known who has answered: see [`Leg::judge_answerer`](crate::Leg::judge_answerer).
    AnswererJudged(Verdict),
    /// The peer talks, as a member of a conference that is to tell it:
    /// [`MemberSettings::talk_events`](crate::MemberSettings::talk_events).
    TalkBegan,
    /// It talks no more. Always follows a [`LegEvent::TalkBegan`], unless it leaves before.
    TalkEnded {
        /// How long it has talked.
        duration: Duration,
    },
    /// A playback is over. Comes once for each [`Leg::play`](crate::Leg::play).
    PlaybackEnded {
        /// The token given with it.
        token: PlayToken,
        /// Why.
        reason: PlaybackEnd,
    },
    /// No RTP for as long as the settings allow. Comes once in each silence.
    RtpTimeout,
}

/// Names one playback in its events; chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlayToken(pub u64);

impl From<u64> for PlayToken {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

/// Why a playback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaybackEnd {
    /// It was sent to its last sample.
    Finished,
    /// [`Leg::stop_playing`](crate::Leg::stop_playing) came first.
    Stopped,
    /// Another playback or tone took its place.
    Replaced,
    /// The leg was closed.
    Closed,
}
