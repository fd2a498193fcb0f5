//! One channel, as an application sees it.

mod answerer;
mod charges;
mod digits;
mod echo;
mod effects;
mod facets;
mod facts;
mod kept;
mod listening;
mod media;
mod moves;
mod omissions;
mod onward;
mod outcomes;
mod pickup;
mod reports;
mod spying;
mod state;
mod texts;
mod transfers;
mod variables;
mod watched;

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use media_bridge::{Codec, Leg, SoundEffects, Statistics};
use sip_ua::charge_advice::ChargeAdvice;
use smol_str::SmolStr;

pub use listening::Listener;
pub(crate) use media::PlaybackSlot;
pub use media::{PlayEnd, ReadDigits};
pub use moves::Move;
pub use omissions::{FrameKind, FrameKinds};
pub use onward::{TransferProgress, TransferWatch};
pub use outcomes::CallOutcome;
pub use spying::Spying;
pub use state::{CallSnapshot, ChannelState, DialplanPosition, Direction, RunningApplication};
pub use transfers::TransferFailure;
pub use watched::{ChannelGone, Follower};

use crate::bridge::{self, BridgeEnd};
use crate::cause::HangupCause;
use crate::dial::Dial;
use crate::direct_media::{MediaAnchor, MediaRoute, MediaStanding};
use crate::error::CallError;
use crate::identity::{CallIdentifier, CallerId, IdentityVerification, Redirecting};
use crate::location_profile::LocationProfile;
use crate::message::TextMessage;
use crate::music::MusicStanding;
use crate::streams::StreamStanding;
use crate::switchboard::Switchboard;
use crate::technology::{ChannelSpec, Driver, Report};
use answerer::VerdictSlot;
use digits::DigitQueue;
use facets::Facets;
use listening::Watcher;
use moves::Moves;
use pickup::PickupStanding;
use variables::Variables;

/// Channels that may follow one whose call does not say how many (RFC 3261 section 8.1.1.6).
const HOPS: u8 = 70;

/// A handle to one channel: one party's side of a call.
///
/// Clones are cheap and name the same channel. An application is a plain async function over it; when the party hangs up,
/// every waiting method returns [`CallError::HungUp`], so `?` is all the cleaning up that most applications need.
///
/// The channel does not end when handles are dropped: it ends by [`Call::hangup`] or by its party.
#[derive(Clone)]
pub struct Call(pub(crate) Arc<Channel>);

/// What all handles of one channel share. Locks are held for a few instructions, never across an await.
pub(crate) struct Channel {
    pub(crate) switchboard: Switchboard,
    pub(crate) name: SmolStr,
    pub(crate) call_id: CallIdentifier,
    pub(crate) unique_id: SmolStr,
    technology: &'static str,
    resource: String,
    linked_id: SmolStr,
    direction: Direction,
    created: SystemTime,
    pub(crate) driver: Box<dyn Driver>,
    facets: Arc<Facets>,
    hops: AtomicU8,
    leg: Mutex<Option<Arc<Leg>>>,
    /// What the leg had counted when it went.
    counted: OnceLock<Statistics>,
    pub(crate) digits: DigitQueue,
    pub(crate) playback: PlaybackSlot,
    texts: texts::TextQueue,
    pub(crate) verdict: VerdictSlot,
    moves: Moves,
    pickup: PickupStanding,
    pub(crate) media: MediaStanding,
    pub(crate) music: MusicStanding,
    pub(crate) streams: StreamStanding,
    details: Mutex<Details>,
    kept: kept::Kept,
    /// The party was told of audio before the answer.
    told_early: AtomicBool,
    /// It was told of that the party cannot hear what is played.
    told_unheard: AtomicBool,
}

impl Channel {
    /// Tells the party that the far end holds, or does so no more. `false`: it does not want to know.
    pub(crate) fn pass_hold(&self, held: bool) -> bool {
        let kind = if held { FrameKind::Hold } else { FrameKind::Unhold };
        let details = self.details.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = details.omitted[1].has(kind);
        drop(details);
        // What is left out counts as told: nothing else is to be done about it.
        !self.facets.state.get().is_ended() && (left_out || self.driver.pass_hold(held))
    }

    /// Has the party send its media there.
    pub(crate) fn route_media(&self, route: MediaRoute) {
        if !self.facets.state.get().is_ended() {
            self.driver.route_media(route);
        }
    }
}

/// The parts that change while a channel lives.
struct Details {
    caller: Arc<CallerId>,
    caller_tag: String,
    tone_zone: Option<String>,
    encrypted: bool,
    comfort_noise: bool,
    demands_encryption: bool,
    demands_secure_signaling: bool,
    dialed: SmolStr,
    language: SmolStr,
    position: DialplanPosition,
    application: Option<(SmolStr, SmolStr)>,
    bridged_with: Option<SmolStr>,
    connected: CallerId,
    redirecting: Option<Redirecting>,
    message: Option<TextMessage>,
    location: Option<Arc<LocationProfile>>,
    charges: Option<ChargeAdvice>,
    verifications: Vec<IdentityVerification>,
    answered: Option<SystemTime>,
    codecs: Vec<Codec>,
    /// Keeps the audio here while it is evened out.
    evened: Option<MediaAnchor>,
    /// The same while its sound is changed.
    shaped: Option<MediaAnchor>,
    /// What is done with what it says, and with what it hears.
    effects: [SoundEffects; 2],
    /// Whose volume its keys change, and what keeps the keys here.
    volume_keys: [bool; 2],
    listens_for_volume: Option<MediaAnchor>,
    /// What is left out of what comes from it, and of what goes to it.
    omitted: [FrameKinds; 2],
    /// Keeps the audio here for that.
    thinned: Option<MediaAnchor>,
    /// Its holds are told and nothing more; whether it holds so now.
    intercepted_hold: Option<bool>,
    /// Who tells when it talks.
    talk: Option<Watcher>,
    no_translation: bool,
    variables: Variables,
}

impl Call {
    pub(crate) fn new(switchboard: Switchboard, name: SmolStr, spec: ChannelSpec) -> Self {
        let ids = switchboard.identifiers();
        let unique_id = ids.unique_id();
        let initial = match spec.direction {
            Direction::Inbound => ChannelState::Ring,
            Direction::Outbound => ChannelState::Dialing,
        };
        let details = Details {
            caller: Arc::new(spec.caller),
            caller_tag: String::new(),
            tone_zone: None,
            encrypted: false,
            comfort_noise: false,
            demands_encryption: false,
            demands_secure_signaling: false,
            dialed: spec.dialed.into(),
            language: spec.language.into(),
            position: DialplanPosition { context: spec.context.into(), ..Default::default() },
            application: None,
            bridged_with: None,
            connected: CallerId::default(),
            redirecting: None,
            message: None,
            location: None,
            charges: None,
            verifications: Vec::new(),
            answered: None,
            codecs: Vec::new(),
            evened: None,
            shaped: None,
            effects: [SoundEffects::default(); 2],
            volume_keys: [false; 2],
            listens_for_volume: None,
            omitted: [FrameKinds::default(); 2],
            thinned: None,
            intercepted_hold: None,
            talk: None,
            no_translation: false,
            variables: spec.variables.into_iter().collect(),
        };
        let channel = Channel {
            name,
            call_id: spec.call_id.unwrap_or_else(|| ids.call_id()),
            linked_id: spec.linked_id.map_or_else(|| unique_id.clone(), SmolStr::from),
            unique_id,
            technology: spec.technology,
            resource: spec.resource,
            direction: spec.direction,
            created: SystemTime::now(),
            driver: spec.driver,
            facets: Arc::new(Facets::new(initial)),
            hops: AtomicU8::new(HOPS),
            leg: Mutex::new(spec.leg),
            counted: OnceLock::new(),
            digits: DigitQueue::default(),
            playback: PlaybackSlot::default(),
            texts: texts::TextQueue::default(),
            verdict: VerdictSlot::default(),
            moves: Moves::default(),
            pickup: PickupStanding::default(),
            media: MediaStanding::default(),
            music: MusicStanding::default(),
            streams: StreamStanding::default(),
            details: Mutex::new(details),
            kept: kept::Kept::default(),
            told_early: AtomicBool::new(false),
            told_unheard: AtomicBool::new(false),
            switchboard,
        };
        Self(Arc::new(channel))
    }

    /// The channel's name: `PJSIP/alice-00000001`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The technology, `PJSIP`.
    pub fn technology(&self) -> &'static str {
        self.0.technology
    }

    /// The endpoint behind the channel: `alice` of `PJSIP/alice-00000001`.
    pub fn resource(&self) -> &str {
        &self.0.resource
    }

    /// The identifier that every channel, log line and event of this call carries.
    pub fn call_id(&self) -> CallIdentifier {
        self.0.call_id
    }

    /// `UNIQUEID` of the dialplan.
    pub fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// Unique id of the channel that this one belongs to, its own when it is the first of its call.
    pub fn linked_id(&self) -> &str {
        &self.0.linked_id
    }

    /// Which way the channel goes, seen from the exchange.
    pub fn direction(&self) -> Direction {
        self.0.direction
    }

    /// The exchange that the channel belongs to.
    pub fn switchboard(&self) -> &Switchboard {
        &self.0.switchboard
    }

    /// The state now.
    pub fn state(&self) -> ChannelState {
        self.0.facets.state.get()
    }

    /// How many more channels may follow this one, one calling the other: what Max-Forwards is to SIP.
    pub fn hops(&self) -> u8 {
        self.0.hops.load(Ordering::Relaxed)
    }

    /// Says how many more channels may follow.
    pub fn set_hops(&self, hops: u8) {
        self.0.hops.store(hops, Ordering::Relaxed);
    }

    /// Whether the party has put us on hold.
    pub fn is_held(&self) -> bool {
        self.0.facets.held.get()
    }

    /// When the channel was answered.
    pub fn answered_at(&self) -> Option<SystemTime> {
        self.details().answered
    }

    /// Says in the log, and to whoever else follows events, what went wrong with this channel, in words for whoever
    /// configures the exchange.
    pub(crate) fn warn(&self, what: &str) {
        let text = format!("{}: {what}", self.name());
        tracing::warn!(call = %self.call_id(), "{text}");
        self.switchboard().notice(|| crate::Event::Warning { channel: Some(self.snapshot()), text });
    }

    /// The channel at this moment.
    pub fn snapshot(&self) -> CallSnapshot {
        let details = self.details();
        CallSnapshot {
            name: self.0.name.clone(),
            call_id: self.0.call_id,
            unique_id: self.0.unique_id.clone(),
            linked_id: self.0.linked_id.clone(),
            direction: self.0.direction,
            state: self.state(),
            caller: details.caller.clone(),
            dialed: details.dialed.clone(),
            language: details.language.clone(),
            position: details.position.clone(),
            application: details.application.clone(),
            bridged_with: details.bridged_with.clone(),
            created: self.0.created,
            answered: details.answered,
            codec: details.codecs.first().copied(),
            attended: self.is_attended(),
        }
    }

    /// Answers an inbound channel. Does nothing on one that is up.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the channel ended before.
    pub async fn answer(&self) -> Result<(), CallError> {
        if self.state() == ChannelState::Ring && self.is_told_no(FrameKind::Answer) {
            self.progress();
            return Ok(());
        }
        if self.state() == ChannelState::Ring {
            self.0.driver.answer();
        }
        self.hears(TransferProgress::Connected);
        self.until_up().await
    }

    /// Waits until the channel is answered, by us or by its party.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when it ends instead.
    pub async fn until_up(&self) -> Result<(), CallError> {
        let mut states = self.watch_state();
        let state = states.wait_for(|s| *s == ChannelState::Up || s.is_ended()).await;
        match state {
            Ok(ChannelState::Up) => Ok(()),
            _ => Err(CallError::HungUp),
        }
    }

    /// Tells the caller that it rings: 180 before the answer, a ringing tone after it.
    pub fn ring(&self) {
        match self.state() {
            _ if self.is_told_no(FrameKind::Ringing) => {}
            ChannelState::Ring => {
                // Its phone may make a tone of its own now, and stop that for the next sound only when it hears of it.
                self.0.told_early.store(false, Ordering::Relaxed);
                self.0.driver.ring();
            }
            ChannelState::Up => self.play_indication("ring"),
            _ => {}
        }
    }

    /// Opens early media towards a caller that was not answered yet.
    pub fn progress(&self) {
        self.hears(TransferProgress::Progress);
        if self.state() == ChannelState::Ring && !self.is_told_no(FrameKind::Progress) {
            self.0.told_early.store(true, Ordering::Relaxed);
            self.0.driver.progress();
        }
    }

    /// Opens early media, unless that was done: a row of sounds tells the caller of itself once.
    pub(crate) fn progress_once(&self) {
        if !self.0.told_early.load(Ordering::Relaxed) {
            self.progress();
        }
    }

    /// Ends the channel. Before the answer the caller is told why; afterwards the call just ends.
    pub fn hangup(&self, cause: HangupCause) {
        if !self.state().is_ended() {
            self.0.driver.hangup(cause);
            self.report(Report::Ended(cause));
        }
    }

    /// Waits for the end of the channel and tells why it ended.
    pub async fn hung_up(&self) -> HangupCause {
        let mut states = self.watch_state();
        let ended = states.wait_for(|s| s.is_ended()).await;
        match ended {
            Ok(ChannelState::Ended(cause)) => cause,
            _ => HangupCause::NORMAL,
        }
    }

    /// Runs `work` unless the party hangs up first, which ends it at its next await.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the channel ended.
    pub async fn unless_hung_up<T>(&self, work: impl Future<Output = T>) -> Result<T, CallError> {
        tokio::select! {
            biased;
            _ = self.hung_up() => Err(CallError::HungUp),
            done = work => Ok(done),
        }
    }

    /// Waits for `duration`, or less if the party hangs up.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the channel ended.
    pub async fn wait(&self, duration: Duration) -> Result<(), CallError> {
        self.unless_hung_up(tokio::time::sleep(duration)).await
    }

    /// Calls `destinations` (several are joined by `&`) on behalf of this channel; await the result, or refine it first.
    pub fn dial(&self, destinations: &str) -> Dial {
        Dial::new(Some(self.clone()), self.0.switchboard.clone(), destinations)
    }

    /// Joins this channel with `other` until one of them hangs up or the future is dropped.
    ///
    /// # Errors
    /// [`CallError::NoMedia`] when one of the two has no audio.
    pub async fn bridge(&self, other: &Call) -> Result<BridgeEnd, CallError> {
        bridge::join(self, other).await
    }

    /// What its media leg has counted, also after the channel has ended. `None` for one that never had a leg.
    pub fn media_statistics(&self) -> Option<Statistics> {
        self.leg().map(|leg| leg.statistics()).or_else(|| self.0.counted.get().copied())
    }

    /// The media leg, gone once the channel has ended.
    pub fn leg(&self) -> Option<Arc<Leg>> {
        self.0.leg.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A key for the party, which its technology sends.
    pub(crate) fn pass_digit(&self, digit: char, duration_ms: u32) {
        self.0.driver.send_digit(digit, duration_ms);
    }

    fn details(&self) -> MutexGuard<'_, Details> {
        self.0.details.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({} {})", self.0.name, self.state())
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.facets.close();
        self.switchboard.forget(&self.name);
    }
}
