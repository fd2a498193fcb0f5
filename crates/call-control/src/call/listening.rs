//! Listening to a party without taking part in its call.

use std::time::{Duration, Instant};

use audio::talk::{TalkDetector, TalkEvent, TalkSettings};
use media_bridge::{Side, Sides, TapReader};
use tokio::task::AbortHandle;

use super::Call;
use crate::direct_media::MediaAnchor;
use crate::error::CallError;
use crate::event::Event;

/// How often a listener hears what was said in the meantime.
const TURN: Duration = Duration::from_millis(20);

/// How long packets may take to find their place.
const PATIENCE: Duration = Duration::from_millis(40);

/// Samples a second of what is listened to.
const RATE: u32 = 8_000;

/// What a party says, as sound at 8 kHz or the rate that was asked for, from [`Call::listen`] until this is dropped. Its audio stays here for as long.
pub struct Listener {
    call: Call,
    reader: TapReader,
    said: Vec<i16>,
    heard: Vec<i16>,
    _here: MediaAnchor,
}

impl Listener {
    /// Samples a second of what [`Call::listen`] hears.
    pub const RATE: u32 = RATE;

    /// Waits a moment, and returns what was said in it; silence where nothing came.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up.
    pub async fn hear(&mut self) -> Result<&[i16], CallError> {
        Ok(self.hear_both().await?.0)
    }

    /// The same, with what the party heard in it from [`Call::listen_to_both`]; silence from others.
    ///
    /// # Errors
    /// As [`Listener::hear`].
    pub async fn hear_both(&mut self) -> Result<(&[i16], &[i16]), CallError> {
        self.call.wait(TURN).await?;
        let (said, heard) = (&mut self.said, &mut self.heard);
        said.clear();
        heard.clear();
        self.reader.advance(Instant::now(), |read, write| {
            said.extend_from_slice(read);
            heard.extend_from_slice(write);
        });
        Ok((said, heard))
    }
}

/// Ends the work of a task when it is dropped.
pub(super) struct Watcher(AbortHandle);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Call {
    /// Listens to what the party says, from now on.
    ///
    /// # Errors
    /// [`CallError::NoMedia`] for a channel without audio, [`CallError::HungUp`] for one that has ended.
    pub fn listen(&self) -> Result<Listener, CallError> {
        self.listen_at(RATE)
    }

    /// The same at `rate` samples a second, whatever the party's codec has.
    ///
    /// # Errors
    /// As [`Call::listen`].
    pub fn listen_at(&self, rate: u32) -> Result<Listener, CallError> {
        self.listen_to(Sides::Only(Side::Read), rate)
    }

    /// Listens to what the party says and to what it hears, from now on.
    ///
    /// # Errors
    /// As [`Call::listen`].
    pub fn listen_to_both(&self) -> Result<Listener, CallError> {
        self.listen_to(Sides::Both, RATE)
    }

    fn listen_to(&self, sides: Sides, rate: u32) -> Result<Listener, CallError> {
        let gone = if self.state().is_ended() { CallError::HungUp } else { CallError::NoMedia };
        let leg = self.leg().ok_or(gone)?;
        let here = self.keep_media();
        let reader = TapReader::new(leg.tap(sides), rate, PATIENCE);
        let (said, heard) = Default::default();
        Ok(Listener { call: self.clone(), reader, said, heard, _here: here })
    }

    /// Tells observers when the party begins and stops to talk ([`Event::Talking`]), or no more.
    ///
    /// # Errors
    /// As [`Call::listen`].
    pub fn detect_talk(&self, wanted: Option<TalkSettings>) -> Result<(), CallError> {
        let listener =
            wanted.map(|settings| self.listen().map(|listener| (listener, settings))).transpose()?;
        let watcher = listener.map(|(mut listener, settings)| {
            let task = tokio::spawn(async move {
                let mut detector = TalkDetector::new(RATE, settings);
                let call = listener.call.clone();
                while let Ok(said) = listener.hear().await {
                    detector.push(said, |event| tell(&call, event));
                }
            });
            Watcher(task.abort_handle())
        });
        self.details().talk = watcher;
        Ok(())
    }
}

fn tell(call: &Call, event: TalkEvent) {
    let (talking, duration_ms) = match event {
        TalkEvent::Began { .. } => (true, None),
        TalkEvent::Ended { duration, .. } => (false, Some(duration)),
    };
    call.switchboard().notice(|| Event::Talking { channel: call.snapshot(), talking, duration_ms });
}
