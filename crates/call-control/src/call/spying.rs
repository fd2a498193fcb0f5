//! A party that hears others who do not hear it, unless it speaks to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI8, Ordering::Relaxed};

use media_bridge::{Leg, SILENT, Side, Sides, VoiceHandle};

use super::{Call, ChannelState};
use crate::direct_media::MediaAnchor;
use crate::error::CallError;
use crate::event::Event;

/// One party hears another, from [`Call::spy_on`] until this is dropped.
pub struct Spying {
    spy: Call,
    target: Call,
    volume: Arc<AtomicI8>,
    loudness: i8,
    muted: bool,
    /// Whoever hears the spy.
    voices: Vec<(VoiceHandle, MediaAnchor)>,
    _here: [MediaAnchor; 2],
}

impl Call {
    /// Lets this party hear what another says and hears, or one of both, in place of what it hears now.
    ///
    /// # Errors
    /// [`CallError::NoMedia`] where one of both has no audio, [`CallError::HungUp`] when this one has ended.
    pub fn spy_on(&self, target: &Call, sides: Sides) -> Result<Spying, CallError> {
        let (ears, heard) = (self.audible_leg()?, target.leg().ok_or(CallError::NoMedia)?);
        let volume = Arc::new(AtomicI8::new(0));
        ears.overhear(heard.tap(sides), volume.clone());
        let spying = Spying {
            _here: [self.keep_media(), target.keep_media()],
            spy: self.clone(),
            target: target.clone(),
            volume,
            loudness: 0,
            muted: false,
            voices: Vec::new(),
        };
        spying.tell(true);
        Ok(spying)
    }

    /// Lets both the party and whoever it talks with hear a prompt over what they say to each other.
    ///
    /// # Errors
    /// [`CallError::NoSuchSound`] and [`CallError::UnreadableSound`].
    pub async fn beep_to_both(&self, name: &str) -> Result<(), CallError> {
        let prompt =
            self.switchboard().prompts().load(name, &self.language(), crate::prompts::NARROW).await?;
        for party in [Some(self.clone()), self.partner()].into_iter().flatten() {
            if let (Some(leg), ChannelState::Up) = (party.leg(), party.state()) {
                leg.lay_over_once(prompt.sound.pcm().clone());
            }
        }
        Ok(())
    }
}

impl Spying {
    /// Makes what is heard louder by this power of two, or softer where it is below zero: −4 to 4.
    pub fn set_volume(&mut self, volume: i8) {
        self.loudness = volume.clamp(-4, 4);
        self.mute(self.muted);
    }

    /// Whether the spy hears nothing, and only speaks.
    pub fn mute(&mut self, muted: bool) {
        self.muted = muted;
        self.volume.store(if muted { SILENT } else { self.loudness }, Relaxed);
    }

    /// Lets these parties hear the spy, and nobody else.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the spy has ended.
    pub fn speak_to(&mut self, parties: &[Call]) -> Result<(), CallError> {
        let mouth = self.spy.leg().ok_or(CallError::HungUp)?;
        self.voices.clear();
        let heard_by = |leg: Arc<Leg>| leg.lay_over(mouth.tap(Sides::Only(Side::Read)));
        let voices = parties.iter().filter_map(|party| Some((heard_by(party.leg()?), party.keep_media())));
        self.voices.extend(voices);
        Ok(())
    }

    /// Who is heard.
    pub fn target(&self) -> &Call {
        &self.target
    }

    fn tell(&self, begins: bool) {
        self.spy.switchboard().notice(|| {
            let target = Box::new(self.target.snapshot());
            Event::Spying { channel: self.spy.snapshot(), target, begins }
        });
    }
}

impl Drop for Spying {
    fn drop(&mut self) {
        if let Some(leg) = self.spy.leg() {
            leg.stop_playing();
        }
        self.tell(false);
    }
}
