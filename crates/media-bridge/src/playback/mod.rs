//! What legs play: sounds, decoded once and encoded once for each codec, however many hear them.

mod control;
mod press;
mod sound;
mod track;

use std::sync::Arc;

use audio::Pcm;

pub use control::PlaybackControl;
pub(crate) use press::Press;
pub use sound::Sound;
pub(crate) use track::{Form, Track, encode_frame};

use crate::handle::PLAY_RATE;

/// Rates that a media thread brings to one another as it goes.
const CALL_RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// Sounds to play one after the other.
///
/// What has a higher rate than the codec of the leg is resampled by the caller's thread when it calls
/// [`Leg::play`](crate::Leg::play): keep sounds at 8 kHz where many legs play them. A [`Sound`] is encoded once for all legs
/// that play it in one codec; samples that come as a [`Pcm`] are encoded for the leg alone.
#[derive(Clone, Debug)]
pub struct Playback {
    pub(crate) items: Vec<Item>,
    pub(crate) repeat: bool,
    pub(crate) control: Option<PlaybackControl>,
}

/// A sound of the list, and what it is in the codec of the leg.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) sound: Sound,
    pub(crate) track: Option<Arc<Track>>,
}

impl Playback {
    /// Plays `sounds` once, in order, without a gap.
    pub fn new<S: Into<Sound>>(sounds: impl IntoIterator<Item = S>) -> Self {
        let items = sounds.into_iter().map(|sound| Item { sound: sound.into(), track: None }).collect();
        Self { items, repeat: false, control: None }
    }

    /// Plays the list again and again until it is stopped. A list without a sample still ends at once.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        self.repeat = true;
        self
    }

    /// Lets `control` halt it and wind it while it plays.
    #[must_use]
    pub fn controlled(mut self, control: &PlaybackControl) -> Self {
        self.control = Some(control.clone());
        self
    }

    /// Samples a second; all its sounds have as many.
    pub(crate) fn rate(&self) -> u32 {
        self.items.first().map_or(PLAY_RATE, |item| item.sound.pcm().rate)
    }

    /// The same list with one rate: that of its sounds where they agree in one of calls that is not above `most`, else
    /// `most`.
    pub(crate) fn up_to(mut self, most: u32) -> Self {
        let first = self.rate();
        let as_it_is = CALL_RATES.contains(&first) && first <= most;
        let agrees = self.items.iter().all(|item| item.sound.pcm().rate == first);
        let rate = if as_it_is && agrees { first } else { most };
        for item in &mut self.items {
            if item.sound.pcm().rate != rate {
                item.sound = Sound::alone(audio::resample(item.sound.pcm(), rate));
            }
        }
        self
    }

    /// The same list with what its shared sounds are in `form`, as far as that is known or the press may make it.
    pub(crate) fn pressed(mut self, form: &Form, press: &Press) -> Self {
        for item in &mut self.items {
            item.track = item.sound.track(form, press);
        }
        self
    }
}

impl From<Sound> for Playback {
    fn from(sound: Sound) -> Self {
        Self::new([sound])
    }
}

impl From<Arc<Pcm>> for Playback {
    fn from(sound: Arc<Pcm>) -> Self {
        Self::new([sound])
    }
}

impl From<Pcm> for Playback {
    fn from(sound: Pcm) -> Self {
        Self::new([Arc::new(sound)])
    }
}

impl From<Vec<Arc<Pcm>>> for Playback {
    fn from(sounds: Vec<Arc<Pcm>>) -> Self {
        Self::new(sounds)
    }
}
