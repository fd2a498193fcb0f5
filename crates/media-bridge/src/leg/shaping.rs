//! Sound that is changed on its way: volume, gain, noise, pitch, and voices that are laid over it.
//!
//! What is changed has to be decoded and encoded, so that this costs what a translation costs; a leg without any of it forwards
//! packets as they came.

use std::time::{Duration, Instant};

use audio::denoise::Denoiser;
use audio::gain::AutomaticGain;
use audio::pitch::PitchShifter;
use audio::scramble::Scrambler;
use audio::squelch::Squelch;
use rtp::Header;

use super::LegCore;
use crate::codec::MOST_SAMPLES;
use crate::effects::{SoundEffects, Voice};
use crate::tap::Side;

/// A party that was sent nothing for so long hears the voices that are laid over its sound all the same.
const ALONE_AFTER: Duration = Duration::from_millis(70);

/// Most voices that are laid over what a party hears.
const VOICES: usize = 8;

/// What is done with the sound of a leg.
pub(super) struct Shaping {
    read: Shaper,
    write: Shaper,
    voices: Vec<Voice>,
    /// Where sound is changed.
    sound: Box<[i16]>,
    /// When the party was last sent something.
    fed: Instant,
}

/// What is done with one side.
#[derive(Default)]
struct Shaper {
    wanted: SoundEffects,
    /// For sound of that rate.
    rate: u32,
    gain: Option<AutomaticGain>,
    denoiser: Option<Box<Denoiser>>,
    squelch: Option<Box<Squelch>>,
    pitch: Option<Box<PitchShifter>>,
    scrambler: Option<Box<Scrambler>>,
}

impl Shaper {
    /// Does something else from now on. What listens goes on where only the volume is another.
    fn change(&mut self, wanted: SoundEffects) {
        match wanted.listens_as(&self.wanted) {
            true => self.wanted = wanted,
            false => *self = Self { wanted, ..Self::default() },
        }
    }

    /// Makes what the first sound of a rate needs.
    fn prepare(&mut self, rate: u32) {
        let wanted = self.wanted;
        self.rate = rate;
        self.gain = wanted.gain.map(|settings| AutomaticGain::new(rate, settings));
        self.denoiser = if wanted.denoise { Denoiser::new(rate).ok().map(Box::new) } else { None };
        self.squelch = wanted.squelch.and_then(|tone| Squelch::new(rate, tone).ok()).map(Box::new);
        self.pitch = (wanted.pitch != 1.0).then(|| Box::new(PitchShifter::new(rate, wanted.pitch)));
        self.scrambler = wanted.scrambled.then(|| Box::new(Scrambler::new(rate)));
    }

    fn process(&mut self, sound: &mut [i16], rate: u32) {
        if self.rate != rate {
            self.prepare(rate);
        }
        if let Some(squelch) = &mut self.squelch {
            squelch.process(sound);
        }
        if let Some(denoiser) = &mut self.denoiser {
            denoiser.process(sound);
        }
        if let Some(gain) = &mut self.gain {
            gain.process(sound);
        }
        if let Some(pitch) = &mut self.pitch {
            pitch.process(sound);
        }
        if let Some(scrambler) = &mut self.scrambler {
            scrambler.process(sound);
        }
        if self.wanted.muted {
            return sound.fill(0);
        }
        if self.wanted.volume != 1.0 {
            for sample in sound {
                // What is too loud is clipped by the conversion.
                *sample = (f32::from(*sample) * self.wanted.volume) as i16;
            }
        }
    }
}

impl Shaping {
    fn new(now: Instant) -> Self {
        let (read, write, voices) = Default::default();
        Self { read, write, voices, sound: vec![0; MOST_SAMPLES].into(), fed: now }
    }

    fn is_idle(&self) -> bool {
        self.read.wanted.is_nothing() && self.write.wanted.is_nothing() && self.voices.is_empty()
    }

    /// What the peer hears in place of `sound`.
    pub(super) fn for_peer<'s>(&'s mut self, now: Instant, sound: &'s [i16], rate: u32) -> &'s [i16] {
        let Some(place) = self.sound.get_mut(..sound.len()) else { return sound };
        place.copy_from_slice(sound);
        self.fed = now;
        self.write.process(place, rate);
        self.voices.iter_mut().for_each(|voice| voice.add_to(place, rate));
        place
    }

    /// The same where it stands; for what is played.
    pub(super) fn in_place(&mut self, sound: &mut [i16], rate: u32) {
        self.write.process(sound, rate);
        self.voices.iter_mut().for_each(|voice| voice.add_to(sound, rate));
    }
}

impl LegCore {
    /// Does this with one side from now on.
    pub(crate) fn shape(&mut self, now: Instant, side: Side, wanted: SoundEffects) {
        let shaping = self.shaping.get_or_insert_with(|| Box::new(Shaping::new(now)));
        match side {
            Side::Read => shaping.read.change(wanted),
            Side::Write => shaping.write.change(wanted),
        }
        self.shaping.take_if(|shaping| shaping.is_idle());
    }

    /// Lays a voice over what the peer hears.
    pub(crate) fn lay_over(&mut self, now: Instant, voice: Voice) {
        let shaping = self.shaping.get_or_insert_with(|| Box::new(Shaping::new(now)));
        if shaping.voices.len() < VOICES {
            shaping.voices.push(voice);
        }
    }

    /// Whether what the peer says is changed.
    #[inline]
    pub(super) fn shapes_heard(&self) -> bool {
        self.shaping.as_ref().is_some_and(|shaping| !shaping.read.wanted.is_nothing())
    }

    /// Whether what the peer hears is changed.
    #[inline]
    pub(crate) fn shapes_sent(&self) -> bool {
        let shapes = |shaping: &Shaping| !shaping.write.wanted.is_nothing() || !shaping.voices.is_empty();
        self.shaping.as_ref().is_some_and(|shaping| shapes(shaping))
    }

    /// Changes what the peer says. `false`: it stays as it is.
    pub(crate) fn shape_heard(&mut self, sound: &mut [i16], rate: u32) -> bool {
        match &mut self.shaping {
            Some(shaping) if !shaping.read.wanted.is_nothing() => {
                shaping.read.process(sound, rate);
                true
            }
            _ => false,
        }
    }

    /// Whether voices are laid over what the peer hears.
    pub(super) fn has_voices(&self) -> bool {
        self.shaping.as_ref().is_some_and(|shaping| !shaping.voices.is_empty())
    }

    /// Whether the voices are all that there is to hear.
    pub(super) fn fills_in(&self, now: Instant) -> bool {
        let alone = |shaping: &Shaping| {
            !shaping.voices.is_empty() && now.saturating_duration_since(shaping.fed) >= ALONE_AFTER
        };
        self.shaping.as_ref().is_some_and(|shaping| alone(shaping))
    }

    /// Forgets voices that are over.
    pub(super) fn look_after_voices(&mut self) {
        if let Some(shaping) = &mut self.shaping {
            shaping.voices.retain(|voice| !voice.is_over());
        }
        self.shaping.take_if(|shaping| shaping.is_idle());
    }

    /// Listeners hear what was there before it was changed.
    pub(super) fn tap_unshaped(&mut self, now: Instant, header: &Header, (sound, rate): (&[i16], u32)) {
        if self.is_tapped() && self.shapes_sent() {
            let clock = self.clock_rate();
            self.tap_samples(now, header, (sound, rate), clock);
        }
    }
}
