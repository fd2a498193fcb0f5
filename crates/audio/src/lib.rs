//! Sound for a telephone exchange: files, resampling, tones, levels and mixing.
//!
//! Everything here works on [`Pcm`] (mono, signed 16 bit) or on slices of `i16`; nothing here knows a clock, a
//! socket or a thread. Files are read whole and within a bound ([`wav::MAX_BYTES`]); the parts that run on the
//! call path ([`Resampler`], [`ToneGenerator`], [`mix`], all detectors) allocate when they are made and never after.
//!
//! Meet first:
//!
//! - [`Library`] finds a prompt by name and language, as a dialplan names it, and loads it at a rate;
//! - [`Pcm`] is what comes out: samples and their rate;
//! - [`ToneGenerator`] plays a [`Tone`], one that [`Indications`] knows for a country or one of your own;
//! - [`dtmf::Detector`] hears the keys of a telephone in its sound, [`dtmf::Mute`] takes them out of it;
//! - [`talk::TalkDetector`] tells who talks and who is silent,
//!   [`answering_machine::Detector`] whether a human has answered,
//!   [`progress`] whether it rings, is busy, or is a fax;
//! - [`gain::AutomaticGain`] brings voices to one level, [`denoise::Denoiser`] takes noise out of them,
//!   [`pitch::PitchShifter`] makes them higher or lower, [`scramble::Scrambler`] turns them upside down, [`squelch::Squelch`]
//!   takes a tone out; [`comfort_noise`] describes the noise of a line and makes it.
//!
//! ```
//! use audio::{Indications, Tone, ToneGenerator};
//!
//! // What a caller in France hears while the other phone rings: 1.5 s of 440 Hz in every 5 s.
//! let zones = Indications::builtin();
//! let ringing: &Tone = zones.zone("fr").and_then(|zone| zone.tone("ring")).expect("France is built in");
//! let mut generator = ToneGenerator::new(ringing.clone(), 8_000);
//!
//! let mut frame = [0_i16; 160]; // 20 ms
//! assert_eq!(generator.fill(&mut frame), 160);
//! assert!(audio::level::rms(&frame) > 1_000.0);
//! # Ok::<(), audio::tone::ToneError>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod format;
mod pcm;
mod sound_writer;

pub mod answering_machine;
pub mod au;
pub mod comfort_noise;
pub mod denoise;
pub mod dtmf;
/// Bringing voices to one level.
pub mod gain;
/// How much of one frequency is in a signal.
pub mod goertzel;
/// Call progress tones by country.
pub mod indications;
/// How loud a signal is.
pub mod level;
/// Adding signals: the kernels of a conference.
pub mod mix;
pub mod music;
pub mod pitch;
pub mod progress;
/// Changing the sample rate.
pub mod resample;
pub mod scramble;
/// Finding prompts by name and language.
pub mod sounds;
pub mod squelch;
pub mod talk;
/// Call progress tones: their notation and their generator.
pub mod tone;
/// WAV files, both ways.
pub mod wav;

#[doc(hidden)]
pub mod fuzzing;

pub use error::AudioError;
pub use format::FileFormat;
pub use goertzel::Goertzel;
pub use indications::Indications;
pub use music::MusicReader;
pub use pcm::Pcm;
pub use resample::{Resampler, resample};
pub use sound_writer::{SoundWriter, WrittenFormat};
pub use sounds::{EmbeddedSounds, Found, Library, Location, SoundError};
pub use tone::{Tone, ToneGenerator};
