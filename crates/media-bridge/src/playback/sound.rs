use std::sync::{Arc, Mutex, PoisonError};

use audio::Pcm;

use super::press::Press;
use super::track::{Form, Track};

/// Most forms of one sound that are kept: codecs are few, but phones may ask for Opus in many ways.
const MOST_FORMS: usize = 8;

/// A sound that many may play: decoded once, and encoded once for each codec. Clones are the same sound.
#[derive(Clone, Debug)]
pub struct Sound(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pcm: Arc<Pcm>,
    /// Whether it is worth encoding for others, too.
    shared: bool,
    tracks: Mutex<Vec<Arc<Track>>>,
}

impl Sound {
    /// A sound that others may play as well. Its encoded forms live as long as it does.
    pub fn shared(pcm: impl Into<Arc<Pcm>>) -> Self {
        Self::new(pcm.into(), true)
    }

    /// A sound that is played once, by one leg.
    pub(crate) fn alone(pcm: impl Into<Arc<Pcm>>) -> Self {
        Self::new(pcm.into(), false)
    }

    fn new(pcm: Arc<Pcm>, shared: bool) -> Self {
        Self(Arc::new(Inner { pcm, shared, tracks: Mutex::default() }))
    }

    /// Its samples.
    pub fn pcm(&self) -> &Arc<Pcm> {
        &self.0.pcm
    }

    /// Octets that it takes in memory, its encoded forms included.
    pub fn octets(&self) -> usize {
        let tracks = self.0.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        2 * self.0.pcm.samples.len() + tracks.iter().map(|track| track.octets()).sum::<usize>()
    }

    /// Frames of 20 ms that were encoded for all who play it, over all codecs.
    pub fn frames_encoded(&self) -> usize {
        let tracks = self.0.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        tracks.iter().map(|track| track.frames_encoded()).sum()
    }

    /// What it is in `form`. Where nobody has asked for that yet, the press begins to make it.
    pub(crate) fn track(&self, form: &Form, press: &Press) -> Option<Arc<Track>> {
        if !self.0.shared || !Track::can_be_made(&self.0.pcm, form) {
            return None;
        }
        let mut tracks = self.0.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tracks.iter().find(|track| track.form() == form) {
            return Some(known.clone());
        }
        if tracks.len() >= MOST_FORMS {
            return None;
        }
        let (track, job) = Track::begin(&self.0.pcm, form)?;
        press.take(job);
        tracks.push(track.clone());
        Some(track)
    }
}

impl From<Arc<Pcm>> for Sound {
    fn from(pcm: Arc<Pcm>) -> Self {
        Self::alone(pcm)
    }
}
