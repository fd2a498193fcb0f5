//! What a party hears and what it presses.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use media_bridge::{Broadcast, JitterBuffer, Playback, PlaybackControl};
use tokio::sync::oneshot;

use super::{Call, ChannelState, TransferProgress};
use crate::error::CallError;
use crate::event::Event;
use crate::prompts::NARROW;

/// How a prompt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// It was heard to its end.
    Finished,
    /// A key stopped it.
    Interrupted(char),
}

/// What [`Call::read_digits`] waits for.
#[derive(Clone, Debug)]
pub struct ReadDigits {
    /// Stops after this many keys; 0 means that only the terminator or silence ends it.
    pub max: usize,
    /// How long it waits for the first key.
    pub first: Duration,
    /// How long it waits between keys.
    pub between: Duration,
    /// This key ends the entry and is not part of it.
    pub terminator: Option<char>,
}

/// The one playback that a channel can have, waiting for its end.
#[derive(Default)]
pub(crate) struct PlaybackSlot(Mutex<(u64, Option<oneshot::Sender<()>>)>);

impl PlaybackSlot {
    /// Begins a new playback; the one before, if any, counts as ended.
    pub(crate) fn begin(&self) -> (u64, oneshot::Receiver<()>) {
        let (ended, wait) = oneshot::channel();
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.0 += 1;
        slot.1 = Some(ended);
        (slot.0, wait)
    }

    /// The media plane has played to the end of `token`.
    pub(crate) fn finished(&self, token: u64) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.0 == token
            && let Some(ended) = slot.1.take()
        {
            let _ = ended.send(());
        }
    }

    /// Nothing will be played any more.
    pub(crate) fn abandon(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = None;
    }
}

/// Stops what is playing when the application turns to something else.
struct StopOnDrop<'a>(&'a Call);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(leg) = self.0.leg() {
            leg.stop_playing();
        }
    }
}

impl Call {
    /// Plays a prompt to its end. Before the answer it is heard as early media.
    ///
    /// `name` has no extension; it is searched as [`crate::Prompts`] says, in the channel's language.
    ///
    /// # Errors
    /// [`CallError::NoSuchSound`] and [`CallError::UnreadableSound`]; [`CallError::HungUp`] when the party hangs up.
    pub async fn play(&self, name: &str) -> Result<(), CallError> {
        self.play_until_key(name, |_| false).await.map(|_| ())
    }

    /// Evens out what the party says before others hear it, or no more. Its audio stays here from now on.
    pub fn set_jitter_buffer(&self, wanted: Option<JitterBuffer>) {
        let anchor = wanted.is_some().then(|| self.keep_media());
        self.details().evened = anchor;
        if let Some(leg) = self.leg() {
            leg.set_jitter_buffer(wanted);
        }
    }

    /// Plays a prompt until its end or a key for which `stops` is true. Other keys are passed over.
    ///
    /// # Errors
    /// As [`Call::play`].
    pub async fn play_until_key(
        &self,
        name: &str,
        stops: impl Fn(char) -> bool,
    ) -> Result<PlayEnd, CallError> {
        self.play_with(name, |playback| playback, stops).await
    }

    /// The same under `control`, which whoever decides about keys may use.
    ///
    /// # Errors
    /// As [`Call::play`].
    pub async fn play_controlled(
        &self,
        name: &str,
        control: &PlaybackControl,
        stops: impl FnMut(char) -> bool,
    ) -> Result<PlayEnd, CallError> {
        self.play_with(name, |playback| playback.controlled(control), stops).await
    }

    async fn play_with(
        &self,
        name: &str,
        refine: impl FnOnce(Playback) -> Playback,
        mut stops: impl FnMut(char) -> bool,
    ) -> Result<PlayEnd, CallError> {
        let rate = self.leg().map_or(NARROW, |leg| leg.sample_rate());
        let prompt = self.switchboard().prompts().load(name, &self.language(), rate).await?;
        let _here = self.keep_media();
        let leg = self.listening_leg()?;
        let (token, mut ended) = self.0.playback.begin();
        let _stop = StopOnDrop(self);
        leg.play(refine(Playback::from(prompt.sound)), token);
        self.switchboard().notice(|| Event::PlaybackStarted { channel: self.snapshot(), file: prompt.file });
        loop {
            tokio::select! {
                biased;
                _ = self.hung_up() => return Err(CallError::HungUp),
                digit = self.0.digits.next() => if stops(digit) {
                    return Ok(PlayEnd::Interrupted(digit));
                },
                _ = &mut ended => return Ok(PlayEnd::Finished),
            }
        }
    }

    /// Lets the party hear a broadcast until its end, or a key for which `stops` is true.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up.
    pub async fn play_broadcast(
        &self,
        broadcast: &Broadcast,
        stops: impl Fn(char) -> bool,
    ) -> Result<PlayEnd, CallError> {
        let _here = self.keep_media();
        let leg = self.listening_leg()?;
        let (token, mut ended) = self.0.playback.begin();
        let _stop = StopOnDrop(self);
        leg.listen(broadcast, token);
        loop {
            tokio::select! {
                biased;
                _ = self.hung_up() => return Err(CallError::HungUp),
                digit = self.0.digits.next() => if stops(digit) {
                    return Ok(PlayEnd::Interrupted(digit));
                },
                _ = &mut ended => return Ok(PlayEnd::Finished),
            }
        }
    }

    /// The next key, or `None` after `timeout` without one. Keys typed ahead come first.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up.
    pub async fn next_digit(&self, timeout: Duration) -> Result<Option<char>, CallError> {
        let _here = self.keep_media();
        self.unless_hung_up(self.0.digits.next_within(timeout)).await
    }

    /// Forgets keys that were typed ahead.
    pub fn clear_digits(&self) {
        self.0.digits.clear();
    }

    /// Plays `prompt` (nothing when empty) and reads up to `max` keys; a key during the prompt stops it and counts.
    /// `#` ends the entry early. `timeout` is the wait for each key.
    ///
    /// # Errors
    /// As [`Call::play`].
    pub async fn read_digits(
        &self,
        prompt: &str,
        max: usize,
        timeout: Duration,
    ) -> Result<String, CallError> {
        let rule = ReadDigits { max, first: timeout, between: timeout, terminator: Some('#') };
        self.read(prompt, &rule).await
    }

    /// Plays `prompt` (nothing when empty) and reads keys as `rule` says.
    ///
    /// # Errors
    /// As [`Call::play`].
    pub async fn read(&self, prompt: &str, rule: &ReadDigits) -> Result<String, CallError> {
        let pressed = match prompt {
            "" => None,
            name => match self.play_until_key(name, |_| true).await? {
                PlayEnd::Interrupted(digit) => Some(digit),
                PlayEnd::Finished => None,
            },
        };
        self.read_after(pressed, rule).await
    }

    /// Reads keys as `rule` says; `pressed` is one that came already, while a prompt played.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up.
    pub async fn read_after(
        &self,
        mut pressed: Option<char>,
        rule: &ReadDigits,
    ) -> Result<String, CallError> {
        let mut entry = String::new();
        loop {
            let wait = if entry.is_empty() { rule.first } else { rule.between };
            let Some(digit) = (match pressed.take() {
                Some(digit) => Some(digit),
                None => self.next_digit(wait).await?,
            }) else {
                return Ok(entry);
            };
            if Some(digit) == rule.terminator {
                return Ok(entry);
            }
            entry.push(digit);
            if rule.max != 0 && entry.len() >= rule.max {
                return Ok(entry);
            }
        }
    }

    /// Plays a tone of the party's country, else of the exchange's (`ring`, `busy`, `congestion`, `dial`) until [`Call::stop_indication`].
    pub fn play_indication(&self, name: &str) {
        self.take_media_back();
        self.hears(TransferProgress::of_tone(name));
        let sounds = || Event::IndicationStarted { channel: self.snapshot(), tone: name.to_owned() };
        self.switchboard().notice(sounds);
        let tone = self.switchboard().prompts().indication_in(self.tone_zone().as_deref(), name);
        if let (Some(leg), Some(tone)) = (self.leg(), tone) {
            leg.play_tone(tone);
        }
    }

    /// Plays a tone until [`Call::stop_indication`] or its own end. Before the answer it is heard as early media.
    ///
    /// # Errors
    /// [`CallError::NoMedia`] where the channel has no audio; [`CallError::HungUp`].
    pub fn play_tone(&self, tone: audio::Tone) -> Result<(), CallError> {
        self.take_media_back();
        self.0.playback.abandon();
        self.listening_leg()?.play_tone(tone);
        Ok(())
    }

    /// Ends a tone begun by [`Call::play_indication`] or [`Call::play_tone`].
    pub fn stop_indication(&self) {
        if let Some(leg) = self.leg() {
            leg.stop_playing();
        }
    }

    /// [`audible_leg`](Self::audible_leg) of a party that is to hear what is made here. Whoever looks after the exchange is told
    /// once where that cannot be said in the codec of the call.
    fn listening_leg(&self) -> Result<std::sync::Arc<media_bridge::Leg>, CallError> {
        let leg = self.audible_leg()?;
        let unspoken = self.codec().filter(|codec| !codec.is_translatable());
        if let Some(codec) = unspoken.filter(|_| !self.0.told_unheard.swap(true, Ordering::Relaxed)) {
            let name = codec.name();
            self.warn(&format!(
                "it hears nothing of what is played: {name} is only passed on between phones; allow a codec that is spoken here"
            ));
        }
        Ok(leg)
    }

    /// The leg, with a way for audio to reach a party that was not answered yet.
    pub(super) fn audible_leg(&self) -> Result<std::sync::Arc<media_bridge::Leg>, CallError> {
        if self.state() == ChannelState::Ring {
            self.progress_once();
        }
        self.hears(TransferProgress::Connected);
        let gone = if self.state().is_ended() { CallError::HungUp } else { CallError::NoMedia };
        self.leg().ok_or(gone)
    }
}
