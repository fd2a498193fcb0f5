use std::sync::Arc;

use audio::Pcm;

use crate::handle::PLAY_RATE;

/// Rates that a media thread brings to one another as it goes.
const CALL_RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// Sounds to play one after the other.
///
/// What has a higher rate than the codec of the leg is resampled by the caller's thread when it calls
/// [`Leg::play`](crate::Leg::play): keep sounds at 8 kHz where many legs play them.
#[derive(Clone, Debug)]
pub struct Playback {
    pub(crate) sounds: Vec<Arc<Pcm>>,
    pub(crate) repeat: bool,
}

impl Playback {
    /// Plays `sounds` once, in order, without a gap.
    pub fn new(sounds: impl IntoIterator<Item = Arc<Pcm>>) -> Self {
        Self { sounds: sounds.into_iter().collect(), repeat: false }
    }

    /// Plays the list again and again until it is stopped. A list without a sample still ends at once.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        self.repeat = true;
        self
    }

    /// Samples a second; all its sounds have as many.
    pub(crate) fn rate(&self) -> u32 {
        self.sounds.first().map_or(PLAY_RATE, |sound| sound.rate)
    }

    /// The same list with one rate: that of its sounds where they agree in one of calls that is not above `most`, else
    /// `most`.
    pub(crate) fn up_to(mut self, most: u32) -> Self {
        let first = self.rate();
        let as_it_is = CALL_RATES.contains(&first) && first <= most;
        let rate = if as_it_is && self.sounds.iter().all(|sound| sound.rate == first) { first } else { most };
        for sound in &mut self.sounds {
            if sound.rate != rate {
                *sound = Arc::new(audio::resample(sound, rate));
            }
        }
        self
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
