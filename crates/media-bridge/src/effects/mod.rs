//! What can be done with the sound of a leg, beside passing it on.

mod voice;

use audio::gain::GainSettings;
use audio::progress::ToneSettings;

pub(crate) use voice::{Overheard, Voice, laid_over};
pub use voice::{SILENT, VoiceHandle};

/// What is done with one side of a leg's sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundEffects {
    /// The amplitude is multiplied by this.
    pub volume: f32,
    /// Speech is brought to one level.
    pub gain: Option<GainSettings>,
    /// Noise is taken out.
    pub denoise: bool,
    /// It is silent while this tone sounds; how long the tone lasts means nothing.
    pub squelch: Option<ToneSettings>,
    /// Frequencies are multiplied by this; see [`PitchShifter::FACTORS`](audio::pitch::PitchShifter::FACTORS).
    pub pitch: f32,
    /// The band is turned upside down.
    pub scrambled: bool,
    /// Nothing is heard.
    pub muted: bool,
}

impl Default for SoundEffects {
    /// Nothing.
    fn default() -> Self {
        Self {
            volume: 1.0,
            gain: None,
            denoise: false,
            squelch: None,
            pitch: 1.0,
            scrambled: false,
            muted: false,
        }
    }
}

impl SoundEffects {
    /// Whether the sound stays as it is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the same is done but for how loud it is: whatever listens to the sound for that can go on.
    pub(crate) fn listens_as(&self, other: &Self) -> bool {
        Self { volume: other.volume, muted: other.muted, ..*self } == *other
    }
}
