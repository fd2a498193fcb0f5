use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use audio::Tone;
use audio::answering_machine::Settings;

use crate::Digit;
use crate::broadcast::Broadcast;
use crate::codec::Codec;
use crate::effects::{self, Overheard, SoundEffects, Voice, VoiceHandle};
use crate::engine::{LegConfig, MediaEngine, Shared};
use crate::error::MediaError;
use crate::event::PlayToken;
use crate::id::LegId;
use crate::keys::LegKeys;
use crate::omitted::Omitted;
use crate::passage::Passage;
use crate::playback::{Form, Playback};
use crate::settings::{JitterBuffer, LegSettings};
use crate::statistics::{Counters, Statistics};
use crate::tap::{self, Side, Sides, Tap};
use crate::thread::Command;

/// Samples a second of tones and keys, and of what is played before a codec is agreed on.
pub(crate) const PLAY_RATE: u32 = 8_000;

/// Samples a second of what wideband parties hear of others.
const WIDE: u32 = 16_000;

/// One party's RTP stream: a pair of UDP ports, and what is sent and heard there.
///
/// This is a handle. Its methods hand a command to the media thread of the leg and return at once; commands take
/// effect in the order given. Dropping it says goodbye (RTCP BYE) and frees the ports.
pub struct Leg {
    pub(crate) id: LegId,
    pub(crate) rtp: SocketAddr,
    pub(crate) rtcp: SocketAddr,
    pub(crate) counters: Arc<Counters>,
    pub(crate) shared: Arc<Shared>,
    /// Whether it has settings.
    pub(crate) has_begun: AtomicBool,
    /// Whether something has called for it on another thread than its home.
    pub(crate) may_have_moved: AtomicBool,
    /// Samples a second of its codec.
    pub(crate) rate: AtomicU32,
    /// How what is played is encoded.
    pub(crate) form: Mutex<Form>,
    /// Where its settings send RTP to.
    pub(crate) remote: Mutex<Option<SocketAddr>>,
}

impl Leg {
    /// Its name.
    pub fn id(&self) -> LegId {
        self.id
    }

    /// Where it takes RTP in. The IP address is the one it was bound to, which may be the unspecified one.
    pub fn rtp_address(&self) -> SocketAddr {
        self.rtp
    }

    /// Where it takes RTCP in: the same address, one port above.
    pub fn rtcp_address(&self) -> SocketAddr {
        self.rtcp
    }

    /// Where its settings send RTP to. A symmetric leg may have found another place since.
    pub fn remote_address(&self) -> Option<SocketAddr> {
        *self.remote.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Samples a second that the peer can hear: those of the codec that was agreed on first. Sounds of as many need not be
    /// resampled.
    pub fn sample_rate(&self) -> u32 {
        self.rate.load(Ordering::Relaxed)
    }

    /// Whether it has never been called to another thread than its home.
    pub(crate) fn is_settled(&self) -> bool {
        !self.may_have_moved.load(Ordering::Relaxed)
    }

    /// It may be called to another thread now.
    pub(crate) fn unsettle(&self) {
        self.may_have_moved.store(true, Ordering::Relaxed);
    }

    /// Opens another leg on the same media thread, for what goes along with the sound of this one.
    ///
    /// # Errors
    /// As [`MediaEngine::open_leg`](crate::MediaEngine::open_leg).
    pub fn open_beside(&self, config: LegConfig) -> Result<Self, MediaError> {
        MediaEngine::of(self.shared.clone()).open_leg(config.near(Some(self.id)))
    }

    /// Takes over what was negotiated. A leg neither sends nor hears before its first settings. A new `remote`
    /// begins the learning of the source anew; streams, bridge and playback go on.
    ///
    /// The first settings take effect with the first command that lets the leg be heard, and within a tenth of a second.
    pub fn configure(&self, settings: LegSettings) {
        self.rate.store(settings.codec.sample_rate(), Ordering::Relaxed);
        *self.form.lock().unwrap_or_else(PoisonError::into_inner) = Form::new(settings.codec, settings.opus);
        *self.remote.lock().unwrap_or_else(PoisonError::into_inner) = settings.remote;
        let settings = Box::new(settings);
        let has_begun = self.has_begun.swap(true, Ordering::Relaxed);
        self.command(if has_begun { Command::Configure(settings) } else { Command::Begin(settings) });
    }

    /// Takes over what was negotiated for a leg beside the audio: from now on it passes on what comes, to the leg that it is
    /// [bridged](crate::MediaEngine::bridge) with, where that has the same formats. Nothing can be played by it or said in it.
    /// Of the settings only those count that are not about sound.
    pub fn pass(&self, settings: LegSettings, passage: Passage) {
        *self.remote.lock().unwrap_or_else(PoisonError::into_inner) = settings.remote;
        self.has_begun.store(true, Ordering::Relaxed);
        self.command(Command::Pass(Box::new((settings, passage))));
    }

    /// Takes over the keys that were agreed on, or plain RTP with `None`, which is what a leg begins with. Told before
    /// [`Leg::configure`], no packet goes out in the clear.
    ///
    /// What the peer sends is heard under its key alone from then on; what does not fit is counted
    /// ([`Statistics::unauthentic`](crate::Statistics::unauthentic)). The same key again goes on where it was.
    pub fn protect(&self, keys: Option<LegKeys>) {
        self.command(Command::Protect(keys.map(Box::new)));
    }

    /// Plays sounds to the peer, in place of what it plays or hears of a bridge now.
    /// [`LegEvent::PlaybackEnded`](crate::LegEvent::PlaybackEnded) with this token tells the end.
    ///
    /// Sounds of a higher rate than that of the leg's codec are resampled here, on the caller's thread.
    pub fn play(&self, playback: impl Into<Playback>, token: impl Into<PlayToken>) {
        let playback = playback.into().up_to(self.rate.load(Ordering::Relaxed));
        let playback = playback.pressed(&self.form(), &self.shared.press);
        self.command(Command::Play(Box::new(playback), token.into()));
    }

    /// Lets the peer hear what is on the air, in place of what it hears now, until [`Leg::stop_playing`], the next
    /// [`Leg::play`], or the end of the broadcast. [`LegEvent::PlaybackEnded`](crate::LegEvent::PlaybackEnded) with this token
    /// tells the end.
    pub fn listen(&self, broadcast: &Broadcast, token: impl Into<PlayToken>) {
        let listener = broadcast.0.tune_in(&self.form());
        self.command(Command::Listen(Box::new(listener), token.into()));
    }

    /// The codec that it speaks, as far as one was agreed on.
    pub fn codec(&self) -> Codec {
        self.form().codec()
    }

    fn form(&self) -> Form {
        self.form.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Plays a tone to the peer until [`Leg::stop_playing`], the next [`Leg::play`], or its own end.
    pub fn play_tone(&self, tone: impl Into<Tone>) {
        self.command(Command::PlayTone(Box::new(tone.into())));
    }

    /// Stops playback and tone. A bridge is heard again.
    pub fn stop_playing(&self) {
        self.command(Command::StopPlaying);
    }

    /// Sends every packet back to the peer, in place of a bridge, until told otherwise.
    pub fn echo(&self, on: bool) {
        self.command(Command::Echo(on));
    }

    /// Sends a key to the peer: by telephone-event where both have it (RFC 4733), else as a tone in the audio.
    /// Keys asked for while one is sent wait their turn, up to 32 of them. What plays pauses meanwhile.
    pub fn send_digit(&self, digit: Digit, duration: Duration) {
        self.command(Command::SendDigit(digit, duration));
    }

    /// The peer has pressed a key and said so by other means than its media (SIP: INFO). A bridged leg hears it as if it had
    /// come with the audio; the owner, who knows it already, is told nothing.
    pub fn hear_digit(&self, digit: Digit, duration: Duration) {
        self.command(Command::HearDigit(digit, duration));
    }

    /// Evens out what the peer says before others hear it, or no more. What is heard is then decoded here and encoded anew,
    /// with the buffer's delay.
    pub fn set_jitter_buffer(&self, wanted: Option<JitterBuffer>) {
        self.command(Command::SetJitterBuffer(wanted));
    }

    /// Listens to the peer until it is known whether a human or a machine has answered, or no more.
    /// [`LegEvent::AnswererJudged`](crate::LegEvent::AnswererJudged) tells it, once sound has come for long enough.
    pub fn judge_answerer(&self, wanted: Option<Settings>) {
        self.command(Command::JudgeAnswerer(wanted.map(Box::new)));
    }

    /// Copies what the peer says and hears to whoever reads the tap, from now until the tap is dropped or the leg is closed.
    /// Nothing of it is changed or delayed.
    pub fn tap(&self, sides: Sides) -> Tap {
        self.tap_at(Instant::now(), sides)
    }

    /// The same, where another clock says what time it is.
    pub(crate) fn tap_at(&self, now: Instant, sides: Sides) -> Tap {
        let (end, tap) = tap::tap(now, sides);
        self.command(Command::Tap(Box::new(end)));
        tap
    }

    /// Does this with one side of its sound from now on. What is changed is decoded here and encoded anew; taps hear what was there
    /// before.
    pub fn shape(&self, side: Side, effects: SoundEffects) {
        self.command(Command::Shape(side, Box::new(effects)));
    }

    /// Leaves this out of one side from now on.
    pub fn omit(&self, side: Side, omitted: Omitted) {
        self.command(Command::Omit(side, omitted));
    }

    /// Lays what comes from `tap`, of another leg, over what the peer hears, until what it returns is dropped or the other leg is closed.
    /// Taps of this leg do not hear it.
    pub fn lay_over(&self, tap: Tap) -> VoiceHandle {
        let (voice, handle) = effects::laid_over(tap);
        self.command(Command::LayOver(Box::new(voice)));
        handle
    }

    /// Lays a sound over what the peer hears, once.
    pub fn lay_over_once(&self, sound: Arc<audio::Pcm>) {
        self.command(Command::LayOver(Box::new(Voice::of_sound(sound))));
    }

    /// Plays what comes from `tap`, of another leg, to the peer as it comes, in place of what it hears, until
    /// [`Leg::stop_playing`]. `volume` is the power of two that it is louder by, or [`SILENT`](crate::SILENT).
    pub fn overhear(&self, tap: Tap, volume: Arc<AtomicI8>) {
        let rate = if self.sample_rate() >= WIDE { WIDE } else { PLAY_RATE };
        self.command(Command::Overhear(Box::new(Overheard::new(tap, rate, volume))));
    }

    /// What it has counted so far.
    pub fn statistics(&self) -> Statistics {
        self.counters.snapshot()
    }

    fn command(&self, command: Command) {
        self.shared.command(self.id, command);
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        self.command(Command::Close);
    }
}

impl std::fmt::Debug for Leg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Leg({} on {})", self.id, self.rtp)
    }
}
