//! The exchange: configuration, calls, registrations, and what changes while it runs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use call_control::local::HasExtension;
use call_control::sip::SipTechnology;
use call_control::{
    Call, ContactChange, Event, HangupCause, Observer, Prompts, SecurityEvent, SecurityKind, Switchboard,
};
use dialplan_vm::Matching;
use media_bridge::{MediaConfig, MediaEngine};
use sip_parser::Method;
use sip_ua::guard::SharedGuard;
use sip_ua::location::{DnsResolver, Locator};
use sip_ua::transport::Protocol;
use sip_ua::user_agent::UserAgentConfig;
use tokio::sync::{Notify, mpsc};

use crate::configuration::{Configuration, ConfigurationReport, Part};
use crate::dialplan::run_call;
use crate::directory::{ConfiguredDirectory, EndpointTable, HostAddresses};
use crate::error::StartError;
use crate::kept_bans::KeptBans;
use crate::kept_values::{Family, KeptValues};
use crate::messages::{WaitingMessages, deliver_waiting};
use crate::presence::{self, Presence};
use crate::qualify::{self, ContactKey, Qualification};
use crate::registered_phones;
use crate::registrar::{ContactEvent, Registrations, StoreError};
use crate::registration::OutboundRegistrations;
use crate::transports::{OpenTransports, watch_certificates};

/// A running exchange.
pub struct Exchange {
    configuration: ArcSwap<Configuration>,
    endpoints: ArcSwap<EndpointTable>,
    locator: Arc<Locator>,
    host_addresses: Arc<HostAddresses>,
    switchboard: Switchboard,
    registrations: Arc<Registrations>,
    waiting_messages: WaitingMessages,
    transports: OpenTransports,
    qualification: Arc<Qualification>,
    guard: SharedGuard,
    sip: std::sync::OnceLock<Arc<SipTechnology>>,
    outbound: std::sync::OnceLock<OutboundRegistrations>,
    globals: Globals,
    presence: Arc<Presence>,
    started: Instant,
    started_at: SystemTime,
    last_reload: Mutex<Instant>,
    /// Held while the configuration in force is exchanged for one that is made of it.
    changing: tokio::sync::Mutex<()>,
    /// Rung when a phone came or went.
    phones_changed: Arc<Notify>,
}

impl Exchange {
    /// Starts an exchange on the current tokio runtime: media threads, store, transports, and the task that takes calls.
    ///
    /// # Errors
    /// [`StartError`] names what could not be had, and what to do.
    pub async fn start(
        configuration: Configuration,
        prompts: Prompts,
        observers: Vec<Arc<dyn Observer>>,
    ) -> Result<Arc<Self>, StartError> {
        let media = MediaConfig { ports: configuration.rtp.ports.clone(), ..MediaConfig::default() };
        let mut builder = Switchboard::builder(MediaEngine::start(media)?)
            .system_name(&configuration.options.system_name)
            .limit(configuration.options.max_calls.and_then(|calls| usize::try_from(calls).ok()))
            .prompts(prompts);
        for observer in observers {
            builder = builder.observer(observer);
        }
        let (kept_values, kept) = KeptValues::open(&configuration.folders.database);
        let kept_values = Arc::new(kept_values);
        let (banned, kept): (Vec<_>, Vec<_>) =
            kept.into_iter().partition(|(family, ..)| *family == Family::Ban);
        let presence = Presence::open(kept_values.clone(), kept);
        let switchboard = builder.observer(presence.clone()).build();
        let (contacts, arrived) = mpsc::unbounded_channel();
        let qualification = Arc::new(Qualification::default());
        let phones_changed = Arc::new(Notify::new());
        let registrations = open_registrations(
            &configuration,
            switchboard.clone(),
            contacts,
            qualification.clone(),
            phones_changed.clone(),
        )?;
        let configuration = configuration.with_registered_phones(&registrations);
        let bans = Arc::new(KeptBans::new(kept_values));
        let guard = guard_of(&configuration, switchboard.clone(), &registrations, bans.clone());
        bans.restore(&guard, &banned.into_iter().map(|(_, source, ban)| (source, ban)).collect::<Vec<_>>());
        let waiting_messages = WaitingMessages::open(&configuration.folders.database)?;
        let globals = Globals::from_plan(&configuration);
        let locator = Arc::new(Locator::new(resolver(&configuration)));
        let (transports, listen) = OpenTransports::open(&configuration.sip, &locator).await?;
        let host_addresses = Arc::new(HostAddresses::default());
        // Before the first call can come, so that no trunk is taken for a stranger.
        host_addresses.follow(&configuration, &locator).await;
        let config = user_agent_config(&configuration);
        let exchange = Arc::new(Self {
            endpoints: ArcSwap::from_pointee(EndpointTable::of(&configuration)),
            configuration: ArcSwap::from_pointee(configuration),
            locator: locator.clone(),
            host_addresses,
            switchboard: switchboard.clone(),
            registrations,
            waiting_messages,
            transports,
            qualification,
            guard: guard.clone(),
            sip: std::sync::OnceLock::new(),
            outbound: std::sync::OnceLock::new(),
            globals,
            presence,
            started: Instant::now(),
            started_at: SystemTime::now(),
            last_reload: Mutex::new(Instant::now()),
            changing: tokio::sync::Mutex::new(()),
            phones_changed,
        });
        exchange.presence.serve(&exchange);
        let directory = Arc::new(ConfiguredDirectory::new(Arc::downgrade(&exchange), guard));
        let local = call_control::local::start(&switchboard, extensions_of(&exchange));
        tokio::spawn(take_calls(Arc::downgrade(&exchange), local));
        let (sip, calls) =
            SipTechnology::start(config, listen, switchboard, directory, locator.clone()).await?;
        let board = exchange.switchboard.clone();
        let tell = Arc::new(move |event| board.notice(|| event));
        let outbound = OutboundRegistrations::new(sip.clone(), tell);
        let _ = exchange.sip.set(sip);
        outbound.follow(&exchange.configuration());
        let _ = exchange.outbound.set(outbound);
        exchange.presence.go_on(&exchange);
        tokio::spawn(take_calls(Arc::downgrade(&exchange), calls));
        tokio::spawn(greet_contacts(Arc::downgrade(&exchange), arrived));
        tokio::spawn(registered_phones::follow(Arc::downgrade(&exchange), exchange.phones_changed.clone()));
        tokio::spawn(watch_certificates(Arc::downgrade(&exchange)));
        tokio::spawn(OpenTransports::watch_outside(Arc::downgrade(&exchange), locator));
        exchange.follow_contacts(&exchange.configuration());
        if !exchange.configuration().sip.global.mwi_disable_initial_unsolicited {
            tokio::spawn(Presence::tell_all_phones(Arc::downgrade(&exchange)));
        }
        tokio::spawn(qualify::run(Arc::downgrade(&exchange), exchange.qualification.clone()));
        Ok(exchange)
    }

    /// The configuration that is in force. Hold it for the length of one decision, not longer.
    pub fn configuration(&self) -> Arc<Configuration> {
        self.configuration.load_full()
    }

    /// Where the hosts are that the configuration in force names as peers.
    pub(crate) fn host_addresses(&self) -> &HostAddresses {
        &self.host_addresses
    }

    /// The endpoints of the configuration in force, as calls use them.
    pub(crate) fn endpoints(&self) -> Arc<EndpointTable> {
        self.endpoints.load_full()
    }

    /// The transports that are open.
    pub(crate) fn transports(&self) -> &OpenTransports {
        &self.transports
    }

    /// Tells those who watch.
    pub(crate) fn warn(&self, texts: Vec<String>) {
        for text in texts {
            self.switchboard.notice(|| Event::Warning { channel: None, text });
        }
    }

    /// The calls.
    pub fn switchboard(&self) -> &Switchboard {
        &self.switchboard
    }

    /// The registered contacts.
    pub fn registrations(&self) -> &Arc<Registrations> {
        &self.registrations
    }

    /// Text messages for phones that are away.
    pub(crate) fn waiting_messages(&self) -> &WaitingMessages {
        &self.waiting_messages
    }

    /// Which contacts are there.
    pub fn qualification(&self) -> &Qualification {
        &self.qualification
    }

    /// States of devices and extensions, and those who watch them.
    pub fn presence(&self) -> &Arc<Presence> {
        &self.presence
    }

    /// The SIP technology; `None` while the exchange starts.
    pub(crate) fn sip(&self) -> Option<&Arc<SipTechnology>> {
        self.sip.get()
    }

    /// Asks the contacts of `configuration` and those that are registered whether they are there.
    fn follow_contacts(&self, configuration: &Configuration) {
        let registered = self.registrations.all().into_iter();
        let registered = registered.map(|binding| ContactKey { aor: binding.aor, uri: binding.contact_uri });
        self.qualification.follow(configuration, registered.collect());
    }

    /// Where the exchange registers itself; `None` while it starts.
    pub fn outbound_registrations(&self) -> Option<&OutboundRegistrations> {
        self.outbound.get()
    }

    /// Who watches the door: bans and the sources that are counted.
    pub fn guard(&self) -> &SharedGuard {
        &self.guard
    }

    /// Global variables.
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// Where it listens for `protocol`.
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.sip.get()?.local_address(protocol)
    }

    /// When it was started.
    pub fn started_at(&self) -> SystemTime {
        self.started_at
    }

    /// How long it runs.
    pub fn uptime(&self) -> std::time::Duration {
        self.started.elapsed()
    }

    /// How long ago the configuration was last loaded.
    pub fn since_reload(&self) -> std::time::Duration {
        self.last_reload.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Loads `part` of the configuration again and puts it in force, unless it has errors: then nothing changes.
    /// Calls that run keep the dialplan that they began with until they jump.
    pub async fn reload(&self, part: Part) -> ConfigurationReport {
        let _changing = self.changing.lock().await;
        let running = self.configuration();
        let folders = running.folders.clone();
        // Reading files takes its time; the calls of this thread must not wait for it.
        let read = tokio::task::spawn_blocking(move || Configuration::load(&folders)).await;
        let (loaded, report) = match read {
            Ok(read) => read,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        if let Some(loaded) = loaded {
            let next = running.with(part, loaded);
            self.registrations.follow(next.sip.aors.keys().cloned().collect()).await;
            let next = next.with_registered_phones(&self.registrations);
            if matches!(part, Part::Dialplan | Part::All) {
                self.globals.refresh(&next);
            }
            if matches!(part, Part::Sip | Part::All) {
                if part == Part::All {
                    self.locator.set_resolver(resolver(&next));
                }
                if let Some(sip) = self.sip.get() {
                    self.warn(self.transports.follow(&next.sip, &self.locator, sip.user_agent()).await);
                }
            }
            self.endpoints.store(Arc::new(EndpointTable::of(&next)));
            if let Some(outbound) = self.outbound.get() {
                outbound.follow(&next);
            }
            self.follow_contacts(&next);
            self.guard.set_policy(next.security.policy_for(&next.sip));
            self.configuration.store(Arc::new(next));
            if part != Part::Dialplan {
                self.host_addresses.follow(&self.configuration(), &self.locator).await;
            }
            self.presence.reloaded();
            self.switchboard.prompts().refresh();
            *self.last_reload.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        report
    }

    /// Exchanges the configuration in force for one that is made of it; a reload waits for that.
    pub(crate) async fn amend(&self, change: impl FnOnce(Configuration) -> Configuration) {
        let _changing = self.changing.lock().await;
        let next = change(Configuration::clone(&self.configuration()));
        self.configuration.store(Arc::new(next));
    }

    /// Takes no more calls and waits until the last one has ended.
    pub async fn drain(&self) {
        self.switchboard.close();
        let mut active = self.switchboard.watch_active();
        let _ = active.wait_for(|n| *n == 0).await;
    }

    /// Ends all calls now, tells their parties, and waits until what was acknowledged is safe on disk.
    pub async fn stop(&self) {
        self.switchboard.close();
        self.switchboard.hangup_all(HangupCause::OUT_OF_ORDER);
        if let Some(outbound) = self.outbound.get() {
            outbound.stop().await;
        }
        if let Some(sip) = self.sip.get() {
            sip.stop().await;
        }
        self.registrations.flush().await;
        self.presence.flush().await;
    }
}

/// Gives each caller a task of its own, for as long as the exchange lives.
async fn take_calls(exchange: Weak<Exchange>, mut calls: mpsc::Receiver<Call>) {
    while let Some(call) = calls.recv().await {
        match exchange.upgrade() {
            Some(exchange) => drop(tokio::spawn(run_call(exchange, call))),
            None => return,
        }
    }
}

/// What `Local/` leads to: the dialplan in force.
fn extensions_of(exchange: &Arc<Exchange>) -> Arc<HasExtension> {
    let exchange = Arc::downgrade(exchange);
    Arc::new(move |context, extension, caller| {
        let plan = exchange.upgrade().map(|exchange| exchange.configuration().dialplan.clone());
        plan.is_some_and(|plan| {
            matches!(plan.matching(context, extension, Some(caller)), Matching::Matches { .. })
        })
    })
}

/// Sees to phones that have just registered: texts may wait for them.
async fn greet_contacts(exchange: Weak<Exchange>, mut arrived: mpsc::UnboundedReceiver<String>) {
    while let Some(aor) = arrived.recv().await {
        match exchange.upgrade() {
            Some(exchange) if exchange.waiting_messages.is_empty() => {}
            Some(exchange) => drop(tokio::spawn(deliver_waiting(exchange, aor))),
            None => return,
        }
    }
}

/// Opens the store of registrations; what changes in it is told to the observers, and new contacts to `arrived`.
fn open_registrations(
    configuration: &Configuration,
    switchboard: Switchboard,
    arrived: mpsc::UnboundedSender<String>,
    qualification: Arc<Qualification>,
    phones_changed: Arc<Notify>,
) -> Result<Arc<Registrations>, StoreError> {
    let tell = move |event: ContactEvent| {
        if !matches!(event.change, ContactChange::Refreshed { .. }) {
            phones_changed.notify_one();
        }
        qualification.note(&event);
        if matches!(event.change, ContactChange::Added { .. }) {
            // An exchange that stops greets nobody.
            let _ = arrived.send(event.aor.clone());
        }
        switchboard.notice(|| event.into());
    };
    Registrations::open(&configuration.folders.database, Box::new(tell))
}

/// Who is asked where hosts are: as `resolver_unbound.conf` says, else as the system says.
fn resolver(configuration: &Configuration) -> Arc<DnsResolver> {
    Arc::new(DnsResolver::new(&configuration.resolver).unwrap_or_else(|problem| {
        tracing::warn!("resolver_unbound.conf has no effect: {problem}");
        DnsResolver::system()
    }))
}

/// What the user agent of this exchange takes beside calls.
fn user_agent_config(configuration: &Configuration) -> UserAgentConfig {
    let mut config = UserAgentConfig::new(configuration.sip.global.user_agent.clone());
    config.max_forwards = configuration.sip.global.max_forwards;
    config.allow.extend([Method::Subscribe, Method::Publish]);
    config.event_packages = presence::packages();
    config.record_subscriptions = true;
    config.connections.keep_alive = configuration.sip.global.keep_alive_interval;
    config.tcp_for_large_requests = !configuration.sip.system.disable_tcp_switch;
    if !configuration.sip.global.norefersub {
        config.supported.retain(|tag| tag != "norefersub");
    }
    // Watchers may insist on lists (RFC 4662).
    config.supported.push("eventlist".to_owned());
    config.supported_by_registrar = ["path", "outbound", "gruu"].map(str::to_owned).to_vec();
    config
}

/// The guard, which knows the phones that were registered before the start.
fn guard_of(
    configuration: &Configuration,
    switchboard: Switchboard,
    known: &Registrations,
    bans: Arc<KeptBans>,
) -> SharedGuard {
    let policy = configuration.security.policy_for(&configuration.sip);
    let guard = SharedGuard::new(policy, move |event| {
        bans.note(&event);
        switchboard.notice(|| Event::Security(SecurityEvent::now(SecurityKind::Guard(event))));
    });
    let now = SystemTime::now();
    for binding in known.all() {
        let left = std::time::Duration::from_secs(binding.remaining(now));
        guard.welcome(binding.flow.remote.ip(), left);
    }
    guard
}

/// Global variables of the dialplan: `[globals]`, `Set(GLOBAL(x)=…)`.
#[derive(Debug, Default)]
pub struct Globals(Mutex<HashMap<String, String>>);

impl Globals {
    fn from_plan(configuration: &Configuration) -> Self {
        let globals = Self::default();
        globals.refresh(configuration);
        globals
    }

    /// Takes over `[globals]`; variables set at run time stay, unless `clearglobalvars` says otherwise.
    fn refresh(&self, configuration: &Configuration) {
        for (name, value) in configuration.dialplan.globals() {
            self.set(name, value);
        }
    }

    /// The value of a global variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Sets a global variable; an empty value removes it.
    pub fn set(&self, name: &str, value: &str) {
        let mut globals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() {
            globals.remove(name);
        } else {
            globals.insert(name.to_owned(), value.to_owned());
        }
    }

    /// All of them, by name.
    pub fn all(&self) -> Vec<(String, String)> {
        let globals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = globals.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        all.sort();
        all
    }
}
