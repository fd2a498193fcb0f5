//! A [`Tone`] is a list of segments, written as `indications.conf` and `PlayTones` write it:
//!
//! | text | meaning |
//! | --- | --- |
//! | `440` | 440 Hz without end |
//! | `350+440/500` | two frequencies together, for 500 ms |
//! | `400*25/1000` | 400 Hz whose loudness swings 25 times a second, for 1 s |
//! | `0/500` | silence for 500 ms |
//! | `!950/330,!1400/330` | `!`: once only. What has no `!` is repeated, from the first such segment on |

mod generator;
mod notation;
mod oscillator;

use std::time::Duration;

pub use generator::ToneGenerator;
pub use notation::ToneError;

/// Level of a tone unless it says otherwise, all its frequencies together (ITU-T E.180 §3 recommends −10 dBm0).
pub const LEVEL_DBM0: f64 = -10.0;

/// A signal made of sines and pauses, such as a busy tone.
///
/// ```
/// let busy: audio::Tone = "480+620/500,0/500".parse()?;
/// assert_eq!(busy.segments().len(), 2);
/// assert_eq!(busy.to_string(), "480+620/500,0/500");
/// # Ok::<(), audio::tone::ToneError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tone {
    segments: Vec<Segment>,
    level_dbm0: f64,
}

/// One stretch of a tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What sounds.
    pub sound: Sound,
    /// For how long; `None` is without end.
    pub length: Option<Duration>,
    /// Left out when the tone starts over.
    pub once: bool,
}

/// What sounds in one stretch of a tone. Frequencies in Hz; one that the sample rate cannot carry is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Nothing.
    Silence,
    /// One sine.
    Sine(u16),
    /// Two sines of equal level.
    Sum(u16, u16),
    /// A sine whose amplitude follows another, by 90 % (E.180 supplement 2 writes it `f1 × f2`).
    Modulated {
        /// The frequency heard.
        carrier: u16,
        /// How often a second its loudness swings.
        modulator: u16,
    },
}

impl Segment {
    /// Nothing, for a while.
    pub fn silence(length: Option<Duration>) -> Segment {
        Segment { sound: Sound::Silence, length, once: false }
    }

    /// One frequency in Hz.
    pub fn sine(frequency: u16, length: Option<Duration>) -> Segment {
        Segment { sound: Sound::Sine(frequency), length, once: false }
    }

    /// Two frequencies in Hz.
    pub fn sum(low: u16, high: u16, length: Option<Duration>) -> Segment {
        Segment { sound: Sound::Sum(low, high), length, once: false }
    }

    /// The same segment, left out when the tone starts over.
    pub fn once(self) -> Segment {
        Segment { once: true, ..self }
    }
}

impl Tone {
    /// A tone of these segments, at [`LEVEL_DBM0`]. Of none, a tone that ends at once.
    pub fn new(segments: Vec<Segment>) -> Tone {
        Tone { segments, level_dbm0: LEVEL_DBM0 }
    }

    /// Reads the notation of `indications.conf` (see [the module](self)).
    ///
    /// # Errors
    /// [`ToneError`] says where and why.
    pub fn parse(text: &str) -> Result<Tone, ToneError> {
        notation::parse(text).map(Tone::new)
    }

    /// The same tone at another level in dBm0, all frequencies together; at most 0.
    pub fn with_level(self, level_dbm0: f64) -> Tone {
        Tone { level_dbm0: level_dbm0.min(0.0), ..self }
    }

    /// The segments in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Level in dBm0, all frequencies together.
    pub fn level_dbm0(&self) -> f64 {
        self.level_dbm0
    }

    /// How long it sounds, or `None` when it repeats or has a segment without end.
    pub fn duration(&self) -> Option<Duration> {
        self.segments.iter().map(|segment| segment.length.filter(|_| segment.once)).sum()
    }
}

impl std::str::FromStr for Tone {
    type Err = ToneError;

    fn from_str(text: &str) -> Result<Tone, ToneError> {
        Tone::parse(text)
    }
}
