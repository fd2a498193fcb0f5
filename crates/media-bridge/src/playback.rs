use std::sync::Arc;

use audio::Pcm;

/// Sounds to play one after the other.
///
/// Legs play at 8 kHz; sounds of another rate are resampled by the caller's thread when it calls
/// [`Leg::play`](crate::Leg::play). Keep sounds at 8 kHz where many legs play them.
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

    /// The same list with every sound at `rate`.
    pub(crate) fn at_rate(mut self, rate: u32) -> Self {
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
