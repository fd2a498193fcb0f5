//! Rooms in which any number of channels hear each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use media_bridge::{ConferenceConfig, ConferenceEvent, MemberSettings, Membership, Tap};

use crate::call::{Call, ChannelState, PlaybackSlot, TransferProgress};
use crate::direct_media::MediaAnchor;
use crate::error::CallError;
use crate::event::Event;
use crate::switchboard::Switchboard;

/// Numbers rooms for the events; the media plane has its own names.
static NEXT_ROOM: AtomicU32 = AtomicU32::new(1);

/// A room: whoever [enters](Conference::enter) hears all others. Clones name the same room, which ends with the last of them;
/// stays that are left then end with it.
#[derive(Clone)]
pub struct Conference(Arc<Room>);

struct Room {
    switchboard: Switchboard,
    media: media_bridge::Conference,
    playback: Arc<PlaybackSlot>,
    id: Arc<str>,
}

/// How a room mixes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConferenceOptions {
    /// Samples a second that nobody hears more of; as much as anybody can where it is absent.
    pub highest_rate: Option<u32>,
    /// How many are heard at once, the loudest of them; all where it is absent.
    pub loudest: Option<usize>,
}

/// A channel's stay in a [`Conference`]; it ends when this is dropped.
#[must_use = "the channel leaves when its stay is dropped"]
pub struct ConferenceStay {
    call: Call,
    room: Arc<str>,
    /// `None` while it ends.
    membership: Option<Membership>,
    _here: MediaAnchor,
}

impl Switchboard {
    /// Opens a room.
    pub fn open_conference(&self, options: ConferenceOptions) -> Conference {
        let playback = Arc::new(PlaybackSlot::default());
        let slot = playback.clone();
        let mut config = ConferenceConfig::new(move |event| {
            if let ConferenceEvent::PlaybackEnded { token, .. } = event {
                slot.finished(token.0);
            }
        });
        config.highest_rate = options.highest_rate.unwrap_or(config.highest_rate);
        config.loudest = options.loudest;
        let media = self.media().open_conference(config);
        let id = format!("conference-{}", NEXT_ROOM.fetch_add(1, Ordering::Relaxed)).into();
        Conference(Arc::new(Room { switchboard: self.clone(), media, playback, id }))
    }
}

impl Conference {
    /// The name that events of its bridges carry.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Lets a channel in. Prompts that it is played meanwhile ([`Call::play`]) it hears in place of the others.
    ///
    /// # Errors
    /// [`CallError::HungUp`] and [`CallError::NoMedia`] for a channel that has no audio.
    pub fn enter(&self, call: &Call, settings: MemberSettings) -> Result<ConferenceStay, CallError> {
        let here = call.keep_media();
        let gone = if matches!(call.state(), ChannelState::Ended(_)) {
            CallError::HungUp
        } else {
            CallError::NoMedia
        };
        let leg = call.leg().ok_or(gone)?;
        // Rooms have sound alone.
        if call.has_streams() {
            call.match_streams(&[]);
        }
        let membership = Some(self.0.media.enter(&leg, settings));
        call.hears(TransferProgress::Connected);
        let stay = ConferenceStay { call: call.clone(), room: self.0.id.clone(), membership, _here: here };
        stay.notice(|channel, bridge| Event::BridgeEntered { channel, bridge });
        Ok(stay)
    }

    /// Copies what all say together, and what is played to them, to whoever reads the tap, at `rate` samples a second or the next
    /// rate below.
    pub fn tap(&self, rate: u32) -> Tap {
        self.0.media.tap(rate)
    }

    /// Plays a prompt to everybody, beside what is said, to its end.
    ///
    /// # Errors
    /// [`CallError::NoSuchSound`] and [`CallError::UnreadableSound`].
    pub async fn play(&self, name: &str, language: &str) -> Result<(), CallError> {
        let prompts = self.0.switchboard.prompts();
        let prompt = prompts.load(name, language, crate::prompts::NARROW).await?;
        let (token, ended) = self.0.playback.begin();
        self.0.media.play(prompt.sound, token);
        // The slot is gone with the room alone, which we hold.
        let _ = ended.await;
        Ok(())
    }
}

impl std::fmt::Debug for Conference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Conference({})", self.0.id)
    }
}

impl ConferenceStay {
    /// How the channel takes part from now on.
    pub fn change(&self, settings: MemberSettings) {
        if let Some(membership) = &self.membership {
            membership.change(settings);
        }
    }

    fn notice(&self, event: impl FnOnce(crate::call::CallSnapshot, Arc<str>) -> Event) {
        self.call.switchboard().notice(|| event(self.call.snapshot(), self.room.clone()));
    }
}

impl Drop for ConferenceStay {
    fn drop(&mut self) {
        self.membership = None;
        self.notice(|channel, bridge| Event::BridgeLeft { channel, bridge });
    }
}

impl std::fmt::Debug for ConferenceStay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConferenceStay({} in {})", self.call.name(), self.room)
    }
}
