//! What can be done with the sound of a leg, beside passing it on.

mod voice;

use audio::gain::GainSettings;

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
}

impl Default for SoundEffects {
    /// Nothing.
    fn default() -> Self {
        Self { volume: 1.0, gain: None, denoise: false }
    }
}

impl SoundEffects {
    /// Whether the sound stays as it is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
