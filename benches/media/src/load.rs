//! What phones ask of whoever stands between them.

use crate::Outcome;
use crate::media::{Media, PACKET_MS};

/// What is done for the phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Each two phones are a call.
    Bridge,
    /// The same, and each call is recorded: both directions together in one WAV file.
    Recording,
    /// Each ten phones are in a room, and all of them speak.
    Conference,
    /// Every phone hears a file, and says nothing.
    Playback,
    /// Every phone hears the same music as it goes on, and says nothing.
    Music,
}

impl Service {
    const ALL: [Self; 5] = [Self::Bridge, Self::Recording, Self::Conference, Self::Playback, Self::Music];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Recording => "recording",
            Self::Conference => "conference",
            Self::Playback => "playback",
            Self::Music => "music",
        }
    }

    pub(crate) fn from_name(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|service| service.name() == name);
        found.ok_or_else(|| format!("nothing is called `{name}`").into())
    }

    /// Whether phones send, or only hear.
    pub(crate) fn is_spoken_to(self) -> bool {
        !matches!(self, Self::Playback | Self::Music)
    }
}

/// Phones, and what is done for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) service: Service,
    pub(crate) media: Media,
    pub(crate) phones: usize,
}

impl Load {
    /// So many calls of two phones each.
    pub(crate) const fn calls(media: Media, calls: usize) -> Self {
        Self { service: Service::Bridge, media, phones: 2 * calls }
    }

    /// So many phones of G.711, each by itself or in a room of ten.
    pub(crate) const fn phones(service: Service, phones: usize) -> Self {
        Self { service, media: Media::Plain, phones }
    }

    /// Packets that each phone is to hear in that time.
    pub(crate) fn packets_in(self, time: std::time::Duration) -> u64 {
        let turns = time.as_millis() / u128::from(PACKET_MS);
        self.phones as u64 * u64::try_from(turns).unwrap_or(u64::MAX)
    }
}
