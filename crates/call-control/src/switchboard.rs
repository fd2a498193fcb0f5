//! The place where all channels are known: technologies, live calls, observers, identifiers.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use foldhash::fast::RandomState;
use media_bridge::MediaEngine;
use smol_str::SmolStr;
use tokio::sync::watch;

use crate::call::{Call, CallSnapshot, Channel, Direction};
use crate::cause::HangupCause;
use crate::event::{Event, Observer};
use crate::identity::Identifiers;
use crate::music::MusicLibrary;
use crate::prompts::Prompts;
use crate::technology::{ChannelSpec, OriginateError, OriginateRequest, Technology};

/// One exchange's calls. Clones name the same exchange; there are no global variables, so several live side by side.
#[derive(Clone)]
pub struct Switchboard(Arc<Inner>);

struct Inner {
    identifiers: Identifiers,
    media: MediaEngine,
    prompts: Prompts,
    music: Option<Arc<dyn MusicLibrary>>,
    observers: Vec<Arc<dyn Observer>>,
    technologies: RwLock<HashMap<String, Arc<dyn Technology>, RandomState>>,
    channels: Mutex<BTreeMap<SmolStr, Weak<Channel>>>,
    active: watch::Sender<usize>,
    processed: AtomicU64,
    limit: Option<usize>,
    closed: AtomicBool,
}

/// Gathers what a [`Switchboard`] is made of.
pub struct SwitchboardBuilder {
    system_name: String,
    media: MediaEngine,
    prompts: Prompts,
    music: Option<Arc<dyn MusicLibrary>>,
    observers: Vec<Arc<dyn Observer>>,
    limit: Option<usize>,
}

impl SwitchboardBuilder {
    /// Prefixes unique ids, so that several nodes never draw the same one.
    pub fn system_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.system_name);
        self
    }

    /// Where prompts are found.
    pub fn prompts(mut self, prompts: Prompts) -> Self {
        self.prompts = prompts;
        self
    }

    /// Where music for those who wait is found; without it there is none.
    pub fn music(mut self, music: Arc<dyn MusicLibrary>) -> Self {
        self.music = Some(music);
        self
    }

    /// Adds somebody who is told all events.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Takes so many channels at a time; callers beyond them are refused. `None`: as many as fit.
    pub fn limit(mut self, channels: Option<usize>) -> Self {
        self.limit = channels;
        self
    }

    /// Opens the exchange.
    pub fn build(self) -> Switchboard {
        Switchboard(Arc::new(Inner {
            identifiers: Identifiers::new(&self.system_name),
            media: self.media,
            prompts: self.prompts,
            music: self.music,
            observers: self.observers,
            technologies: RwLock::default(),
            channels: Mutex::default(),
            active: watch::Sender::new(0),
            processed: AtomicU64::new(0),
            limit: self.limit,
            closed: AtomicBool::new(false),
        }))
    }
}

impl Switchboard {
    /// Begins a switchboard over a media engine.
    pub fn builder(media: MediaEngine) -> SwitchboardBuilder {
        SwitchboardBuilder {
            system_name: String::new(),
            media,
            prompts: Prompts::default(),
            music: None,
            observers: Vec::new(),
            limit: None,
        }
    }

    /// The media engine that legs are opened on.
    pub fn media(&self) -> &MediaEngine {
        &self.0.media
    }

    /// The prompts.
    pub fn prompts(&self) -> &Prompts {
        &self.0.prompts
    }

    /// The music.
    pub fn music(&self) -> Option<&Arc<dyn MusicLibrary>> {
        self.0.music.as_ref()
    }

    /// Makes a technology reachable by its name and its aliases.
    pub fn register_technology(&self, technology: Arc<dyn Technology>) {
        let mut technologies = self.0.technologies.write().unwrap_or_else(PoisonError::into_inner);
        for name in std::iter::once(&technology.name()).chain(technology.aliases()) {
            technologies.insert(name.to_ascii_uppercase(), technology.clone());
        }
    }

    /// The technology of that name, in any case.
    pub fn technology(&self, name: &str) -> Option<Arc<dyn Technology>> {
        let technologies = self.0.technologies.read().unwrap_or_else(PoisonError::into_inner);
        technologies.get(&name.to_ascii_uppercase()).cloned()
    }

    /// Starts a call to `destination`, written `technology/resource`.
    ///
    /// # Errors
    /// [`OriginateError`] when the call could not be sent at all; what happens afterwards shows on the channel.
    pub async fn originate(
        &self,
        destination: &str,
        request: OriginateRequest,
    ) -> Result<Call, OriginateError> {
        if self.is_closed() {
            return Err(OriginateError::Refused);
        }
        let malformed = || OriginateError::Malformed(destination.to_owned());
        let (name, resource) = destination.trim().split_once('/').ok_or_else(malformed)?;
        if resource.is_empty() {
            return Err(malformed());
        }
        let technology =
            self.technology(name).ok_or_else(|| OriginateError::NoSuchTechnology(name.to_owned()))?;
        technology.originate(resource, request).await
    }

    /// Makes a channel known. Technologies call this for each call that comes or goes.
    pub fn create_channel(&self, spec: ChannelSpec) -> Call {
        let name = self.0.identifiers.channel_name(spec.technology, &spec.resource);
        self.create_named(name, spec)
    }

    /// The same under a name that was drawn before.
    pub(crate) fn create_named(&self, name: SmolStr, spec: ChannelSpec) -> Call {
        let first_of_call = spec.call_id.is_none();
        let call = Call::new(self.clone(), name, spec);
        {
            let mut channels = self.channels();
            channels.insert(call.0.name.clone(), Arc::downgrade(&call.0));
            self.0.active.send_replace(channels.len());
        }
        if first_of_call && call.direction() == Direction::Inbound {
            self.0.processed.fetch_add(1, Ordering::Relaxed);
        }
        self.notice(|| Event::ChannelCreated { channel: call.snapshot() });
        call
    }

    /// The live channel of that name.
    pub fn find(&self, name: &str) -> Option<Call> {
        self.channels().get(name).and_then(Weak::upgrade).map(Call)
    }

    /// All live channels, by name.
    pub fn snapshots(&self) -> Vec<CallSnapshot> {
        self.calls().iter().map(Call::snapshot).collect()
    }

    /// Handles of all live channels, by name.
    pub fn calls(&self) -> Vec<Call> {
        self.channels().values().filter_map(Weak::upgrade).map(Call).collect()
    }

    /// Calls that came in since the start.
    pub fn processed(&self) -> u64 {
        self.0.processed.load(Ordering::Relaxed)
    }

    /// Follows the number of live channels.
    pub fn watch_active(&self) -> watch::Receiver<usize> {
        self.0.active.subscribe()
    }

    /// Takes no new calls from now on; those that run go on.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Relaxed);
    }

    /// Lets go of its technologies: nobody can be called any more, and calls that run go on. Most technologies hold their switchboard;
    /// whoever opens several of these in the life of a program does this with one that is done with, or both stay for good.
    pub fn release_technologies(&self) {
        let technologies =
            std::mem::take(&mut *self.0.technologies.write().unwrap_or_else(PoisonError::into_inner));
        // Outside of the lock: the end of one may be the end of much else.
        drop(technologies);
    }

    /// True after [`Switchboard::close`].
    pub fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Relaxed)
    }

    /// Whether no caller is taken now: it is closed, or at its limit.
    pub fn is_full(&self) -> bool {
        self.is_closed() || self.0.limit.is_some_and(|limit| *self.0.active.borrow() >= limit)
    }

    /// Ends every call.
    pub fn hangup_all(&self, cause: HangupCause) {
        self.calls().iter().for_each(|call| call.hangup(cause));
    }

    /// Tells all observers; the event is made only when there are any.
    pub fn notice(&self, event: impl FnOnce() -> Event) {
        if !self.0.observers.is_empty() {
            let event = event();
            self.0.observers.iter().for_each(|o| o.notice(&event));
        }
    }

    pub(crate) fn identifiers(&self) -> &Identifiers {
        &self.0.identifiers
    }

    pub(crate) fn forget(&self, name: &str) {
        let mut channels = self.channels();
        channels.remove(name);
        self.0.active.send_replace(channels.len());
    }

    fn channels(&self) -> MutexGuard<'_, BTreeMap<SmolStr, Weak<Channel>>> {
        self.0.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
