//! Voices that come from elsewhere: what a listener hears of another leg, and what is laid over what a party hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI8, Ordering::Relaxed};
use std::time::Duration;

use audio::Pcm;

use crate::tap::{Tap, TapReader};

/// How much of what is heard is kept in hand: enough for packets that are a little uneven.
const PATIENCE: Duration = Duration::from_millis(50);

/// A volume at which nothing is heard.
pub const SILENT: i8 = i8::MIN;

/// The sound of a tap, played as it comes.
pub(crate) struct Overheard {
    reader: TapReader,
    /// Powers of two that it is louder by.
    volume: Arc<AtomicI8>,
}

impl Overheard {
    pub(crate) fn new(tap: Tap, rate: u32, volume: Arc<AtomicI8>) -> Self {
        Self { reader: TapReader::new(tap, rate, PATIENCE), volume }
    }

    /// Samples a second.
    pub(crate) fn rate(&self) -> u32 {
        self.reader.rate()
    }

    /// Adds the next samples of both sides to `frame`.
    pub(crate) fn add_to(&mut self, frame: &mut [i16]) {
        let volume = self.volume.load(Relaxed);
        let louder = |sample: i16| match volume {
            SILENT => 0,
            0 => sample,
            1.. => sample.saturating_mul(1 << volume.min(4)),
            _ => sample / (1 << (-volume).min(4)),
        };
        let mut place = 0;
        self.reader.pull(frame.len(), |read, write| {
            let end = place + read.len();
            let Some(frame) = frame.get_mut(place..end) else { return };
            for ((sample, read), write) in frame.iter_mut().zip(read).zip(write) {
                *sample = sample.saturating_add(louder(read.saturating_add(*write)));
            }
            place = end;
        });
    }

    /// Whether there is nothing more to come.
    pub(crate) fn is_over(&self) -> bool {
        self.reader.tap().is_abandoned()
    }
}

/// A voice that is laid over what a party hears.
pub(crate) struct Voice {
    source: Source,
    wanted: Arc<AtomicBool>,
}

enum Source {
    Overheard(Box<Overheard>),
    Sound { sound: Arc<Pcm>, place: usize },
}

/// Keeps a voice over what a party hears, until it is dropped.
#[derive(Debug)]
#[must_use = "the voice is gone when it is dropped"]
pub struct VoiceHandle(Arc<AtomicBool>);

impl Drop for VoiceHandle {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

/// The voice of what a tap hears, and its handle.
pub(crate) fn laid_over(tap: Tap) -> (Voice, VoiceHandle) {
    let wanted = Arc::new(AtomicBool::new(true));
    // The rate is that of what it is laid over.
    let source = Source::Overheard(Box::new(Overheard::new(tap, crate::handle::PLAY_RATE, Arc::default())));
    (Voice { source, wanted: wanted.clone() }, VoiceHandle(wanted))
}

impl Voice {
    /// A sound that is heard once.
    pub(crate) fn of_sound(sound: Arc<Pcm>) -> Self {
        Self { source: Source::Sound { sound, place: 0 }, wanted: Arc::new(AtomicBool::new(true)) }
    }

    /// Adds the next samples to sound of `rate`.
    pub(crate) fn add_to(&mut self, frame: &mut [i16], rate: u32) {
        match &mut self.source {
            Source::Overheard(overheard) => {
                overheard.reader.set_rate(rate);
                overheard.add_to(frame);
            }
            Source::Sound { sound, place } => {
                // Sounds of narrow band over wider ones are held sample by sample: beeps need no more.
                let ratio = (rate / sound.rate.max(1)).max(1) as usize;
                let rest = sound.samples.get(*place..).unwrap_or_default();
                for (samples, said) in frame.chunks_mut(ratio).zip(rest) {
                    samples.iter_mut().for_each(|sample| *sample = sample.saturating_add(*said));
                }
                *place += frame.len() / ratio;
            }
        }
    }

    /// Whether it is heard no more.
    pub(crate) fn is_over(&self) -> bool {
        !self.wanted.load(Relaxed)
            || match &self.source {
                Source::Overheard(overheard) => overheard.is_over(),
                Source::Sound { sound, place } => *place >= sound.samples.len(),
            }
    }
}
