//! How an exchange comes to life: what is kept is opened, then the transports, and then the tasks begin.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use call_control::local::HasExtension;
use call_control::sip::SipTechnology;
use call_control::{Call, ContactChange, Event, Observer, Prompts, SecurityEvent, SecurityKind, Switchboard};
use dialplan_vm::Matching;
use media_bridge::{MediaConfig, MediaEngine};
use sip_parser::Method;
use sip_ua::guard::SharedGuard;
use sip_ua::location::{DnsResolver, Locator};
use sip_ua::user_agent::UserAgentConfig;
use tokio::sync::{Notify, mpsc};

use super::{Exchange, Globals, WallClock};
use crate::applications::AgiDebug;
use crate::astdb::AstDb;
use crate::audio_streams::{AudioSocketTechnology, MediaPage, WebSocketTechnology};
use crate::call_records::CallRecords;
use crate::configuration::Configuration;
use crate::databases::Databases;
use crate::dialplan::run_call;
use crate::directory::{ConfiguredDirectory, EndpointTable, HostAddresses};
use crate::entity_id::EntityId;
use crate::error::StartError;
use crate::functions::FunctionStores;
use crate::http::HttpServer;
use crate::kept_bans::KeptBans;
use crate::kept_values::{Family, KeptValues};
use crate::messages::{WaitingMessages, deliver_waiting};
use crate::music::{MusicOnHold, Tell};
use crate::presence::{self, Presence};
use crate::publication::OutboundPublications;
use crate::qualify::{self, Qualification};
use crate::radio::Radio;
use crate::recordings::Recordings;
use crate::registered_phones;
use crate::registrar::{ContactEvent, Registrations, StoreError};
use crate::registration::{OutboundRegistrations, own_words};
use crate::sip_log::SipLog;
use crate::speech::Speech;
use crate::stir_shaken::{StirShaken, check_published};
use crate::transports::{OpenTransports, watch_certificates};

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
        let media = start_media(&configuration)?;
        Self::start_with(configuration, prompts, observers, media, WallClock::default()).await
    }

    /// The same over a media plane that runs already, and by another clock.
    ///
    /// # Errors
    /// As [`Exchange::start`].
    pub(crate) async fn start_with(
        configuration: Configuration,
        prompts: Prompts,
        mut observers: Vec<Arc<dyn Observer>>,
        media: MediaEngine,
        clock: WallClock,
    ) -> Result<Arc<Self>, StartError> {
        let kept = Kept::open(&configuration.folders.database);
        let (radio, music) = music_of(&media, &observers);
        let call_records = call_records_of(&configuration, clock.clone(), &mut observers)?;
        music.follow(&configuration);
        prompts.set_tones(configuration.indications.zones.clone(), &configuration.indications.country);
        let presence = kept.presence.clone();
        let switchboard = switchboard_of(&configuration, media, prompts, music.clone(), observers, presence);
        let (contacts, arrived) = mpsc::unbounded_channel();
        let qualification = Arc::new(Qualification::default());
        let phones_changed = Arc::new(Notify::new());
        let waiting_messages = WaitingMessages::open(&configuration.folders.database)?;
        let registrations = open_registrations(
            &configuration,
            switchboard.clone(),
            (waiting_messages.clone(), contacts),
            qualification.clone(),
            phones_changed.clone(),
        )?;
        let configuration = configuration.with_registered_phones(&registrations);
        let guard = guard_of(&configuration, switchboard.clone(), &registrations, kept.bans.clone());
        kept.bans.restore(&guard, &kept.banned);
        let resolver = resolver(&configuration);
        let locator = Arc::new(Locator::new(resolver.clone()));
        let media_page = Arc::new(MediaPage::default());
        let http = HttpServer::new(configuration.http.clone(), guard.clone(), vec![media_page.clone()]);
        let (transports, listen) = OpenTransports::open(&configuration.sip, &locator, http.clone()).await?;
        let host_addresses = Arc::new(HostAddresses::default());
        // Before the first call can come, so that no trunk is taken for a stranger.
        let told = switchboard.clone();
        let tell = move |text| told.notice(|| Event::Warning { channel: None, text });
        host_addresses.follow(&configuration, &locator, tell).await;
        let exchange = Arc::new(Self {
            entity_id: entity_id_of(&configuration),
            endpoints: ArcSwap::from_pointee(EndpointTable::of(&configuration)),
            call_records,
            conferences: Arc::default(),
            databases: Databases::default(),
            waiting_messages,
            globals: Globals::from_plan(&configuration),
            astdb: AstDb::open(&configuration.folders.database),
            function_stores: FunctionStores::default(),
            clock,
            music,
            radio,
            configuration: ArcSwap::from_pointee(configuration),
            locator: locator.clone(),
            resolver: ArcSwap::from(resolver),
            host_addresses,
            switchboard: switchboard.clone(),
            registrations,
            transports,
            http,
            qualification,
            guard: guard.clone(),
            sip: OnceLock::new(),
            outbound: OnceLock::new(),
            publications: OnceLock::new(),
            presence: kept.presence,
            stir_shaken: StirShaken::default(),
            recordings: Recordings::start()?,
            speech: Speech::default(),
            agi_debug: AgiDebug::default(),
            sip_log: SipLog::new(switchboard.clone()),
            started: Instant::now(),
            started_at: SystemTime::now(),
            last_reload: Mutex::new(Instant::now()),
            changing: tokio::sync::Mutex::new(()),
            phones_changed,
        });
        exchange.presence.serve(&exchange);
        if !exchange.is_rehearsal() {
            exchange.databases.follow(&exchange.configuration());
        }
        exchange.begin_technologies(media_page);
        let directory = Arc::new(ConfiguredDirectory::new(Arc::downgrade(&exchange), guard));
        let config = user_agent_config(&exchange.configuration());
        let (sip, calls) = SipTechnology::start(config, listen, switchboard, directory, locator).await?;
        exchange.warn(exchange.http.listen(&exchange.configuration().sip));
        exchange.serve(sip, calls, arrived);
        Ok(exchange)
    }

    /// Makes all technologies but SIP reachable: calls into the dialplan, and to programs.
    fn begin_technologies(self: &Arc<Self>, media_page: Arc<MediaPage>) {
        let switchboard = &self.switchboard;
        let local = call_control::local::start(switchboard, extensions_of(self));
        tokio::spawn(take_calls(Arc::downgrade(self), local));
        switchboard.register_technology(Arc::new(AudioSocketTechnology::new(switchboard)));
        let programs = WebSocketTechnology::new(switchboard, Arc::downgrade(self), media_page);
        switchboard.register_technology(Arc::new(programs));
    }

    /// Begins what runs for as long as the exchange lives: `calls` are taken, phones that have `arrived` are greeted.
    fn serve(
        self: &Arc<Self>,
        sip: Arc<SipTechnology>,
        calls: mpsc::Receiver<Call>,
        arrived: mpsc::UnboundedReceiver<String>,
    ) {
        let configuration = self.configuration();
        let board = self.switchboard.clone();
        let tell: Arc<dyn Fn(Event) + Send + Sync> = Arc::new(move |event| board.notice(|| event));
        self.sip_log.follow(configuration.sip.global.debug.clone());
        self.sip_log.watch(sip.user_agent().clone());
        let outbound = OutboundRegistrations::new(sip.clone(), tell.clone(), self.guard().clone());
        let publications = OutboundPublications::new(sip.clone(), Arc::downgrade(self), tell);
        // Both are set here and nowhere else.
        let _ = self.sip.set(sip);
        outbound.follow(&configuration);
        let _ = self.outbound.set(outbound);
        publications.follow(self);
        let _ = self.publications.set(publications);
        self.presence.go_on(self);
        tokio::spawn(take_calls(Arc::downgrade(self), calls));
        tokio::spawn(greet_contacts(Arc::downgrade(self), arrived));
        tokio::spawn(registered_phones::follow(Arc::downgrade(self), self.phones_changed.clone()));
        tokio::spawn(watch_certificates(Arc::downgrade(self)));
        tokio::spawn(OpenTransports::watch_outside(Arc::downgrade(self), self.locator.clone()));
        self.follow_contacts(&configuration);
        if !configuration.sip.global.mwi_disable_initial_unsolicited {
            tokio::spawn(Presence::tell_all_phones(self));
        }
        tokio::spawn(check_published(self.clone()));
        tokio::spawn(qualify::run(Arc::downgrade(self), self.qualification.clone()));
    }
}

/// What was kept over the restart, beside the registrations.
struct Kept {
    presence: Arc<Presence>,
    bans: Arc<KeptBans>,
    /// Sources that were banned, with what is known of their bans.
    banned: Vec<(String, String)>,
}

impl Kept {
    fn open(database: &Path) -> Self {
        let (values, kept) = KeptValues::open(database);
        let values = Arc::new(values);
        let (banned, kept): (Vec<_>, Vec<_>) =
            kept.into_iter().partition(|(family, ..)| *family == Family::Ban);
        Self {
            presence: Presence::open(values.clone(), kept),
            bans: Arc::new(KeptBans::new(values)),
            banned: banned.into_iter().map(|(_, source, ban)| (source, ban)).collect(),
        }
    }
}

/// The media threads.
fn start_media(configuration: &Configuration) -> Result<MediaEngine, StartError> {
    // As many as rest at 1,000 calls a second, of two legs each, and some.
    let media = MediaConfig {
        ports: configuration.rtp.ports.clone(),
        parked_pairs: 1_280,
        backend: configuration.rtp.backend,
        ..MediaConfig::default()
    };
    Ok(MediaEngine::start(media)?)
}

/// Streams, and music that may be made of them. What goes wrong with them is told to the observers.
fn music_of(media: &MediaEngine, observers: &[Arc<dyn Observer>]) -> (Arc<Radio>, Arc<MusicOnHold>) {
    let observers = observers.to_vec();
    let tell: Tell = Arc::new(move |text: String| {
        tracing::warn!("{text}");
        let event = Event::Warning { channel: None, text };
        observers.iter().for_each(|observer| observer.notice(&event));
    });
    let radio = Arc::new(Radio::new(media.clone(), tell.clone()));
    let music = MusicOnHold::new(media.clone(), radio.clone(), tell);
    (radio, Arc::new(music))
}

/// The records of calls, which are one more observer. What goes wrong with their files is told to the others.
fn call_records_of(
    configuration: &Configuration,
    clock: WallClock,
    observers: &mut Vec<Arc<dyn Observer>>,
) -> Result<Arc<CallRecords>, StartError> {
    let others = observers.clone();
    let tell = Box::new(move |text: String| {
        tracing::warn!("{text}");
        let event = Event::Warning { channel: None, text };
        others.iter().for_each(|observer| observer.notice(&event));
    });
    let records = CallRecords::start(configuration, clock, tell).map_err(StartError::CallRecords)?;
    let records = Arc::new(records);
    observers.push(records.clone());
    Ok(records)
}

/// The switchboard; `observers` and `presence` are told what happens on it.
fn switchboard_of(
    configuration: &Configuration,
    media: MediaEngine,
    prompts: Prompts,
    music: Arc<MusicOnHold>,
    observers: Vec<Arc<dyn Observer>>,
    presence: Arc<Presence>,
) -> Switchboard {
    let mut builder = Switchboard::builder(media)
        .system_name(&configuration.options.system_name)
        .limit(configuration.options.max_calls.and_then(|calls| usize::try_from(calls).ok()))
        .music(music)
        .prompts(prompts);
    for observer in observers {
        builder = builder.observer(observer);
    }
    builder.observer(presence).build()
}

/// Gives each caller a task of its own, for as long as the exchange lives.
async fn take_calls(exchange: Weak<Exchange>, mut calls: mpsc::Receiver<Call>) {
    while let Some(call) = calls.recv().await {
        match exchange.upgrade() {
            // In a box of its own: a task moves what it runs five times before and after it runs.
            Some(exchange) => drop(tokio::spawn(Box::pin(run_call(exchange, call)))),
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

/// Sees to phones that are back: texts wait for somebody.
async fn greet_contacts(exchange: Weak<Exchange>, mut arrived: mpsc::UnboundedReceiver<String>) {
    while let Some(aor) = arrived.recv().await {
        match exchange.upgrade() {
            Some(exchange) => drop(tokio::spawn(deliver_waiting(exchange, aor))),
            None => return,
        }
    }
}

/// Opens the store of registrations; what changes in it is told to the observers, and while texts wait for somebody the phones
/// that register to `arrived`.
fn open_registrations(
    configuration: &Configuration,
    switchboard: Switchboard,
    (waiting, arrived): (WaitingMessages, mpsc::UnboundedSender<String>),
    qualification: Arc<Qualification>,
    phones_changed: Arc<Notify>,
) -> Result<Arc<Registrations>, StoreError> {
    let tell = move |event: ContactEvent| {
        if !matches!(event.change, ContactChange::Refreshed { .. }) {
            phones_changed.notify_one();
        }
        qualification.note(&event);
        let is_there = matches!(event.change, ContactChange::Added { .. } | ContactChange::Refreshed { .. });
        if is_there && !waiting.is_empty() {
            // An exchange that stops greets nobody.
            let _ = arrived.send(event.aor.clone());
        }
        switchboard.notice(|| event.into());
    };
    Registrations::open(&configuration.folders.database, Box::new(tell))
}

/// Who is asked where hosts are: as `resolver_unbound.conf` says, else as the system says.
pub(super) fn resolver(configuration: &Configuration) -> Arc<DnsResolver> {
    Arc::new(DnsResolver::new(&configuration.resolver).unwrap_or_else(|problem| {
        tracing::error!("resolver_unbound.conf has no effect: {problem}");
        DnsResolver::system()
    }))
}

/// The name of this exchange among others: as `asterisk.conf` says, else that of the machine.
fn entity_id_of(configuration: &Configuration) -> EntityId {
    let of_machine = || {
        let (machine, folder) = own_words(&configuration.folders.configuration);
        EntityId::of_machine(&[&machine, &folder])
    };
    configuration.options.entity_id.unwrap_or_else(of_machine)
}

/// Keys whose next values wait for a restart, because the stack was started with others.
pub(super) fn kept_until_restart(started: &UserAgentConfig, next: &UserAgentConfig) -> Vec<String> {
    let kept = [
        ("keep_alive_interval", started.connections.keep_alive != next.connections.keep_alive),
        ("timer_t1", started.timers.t1 != next.timers.t1),
        ("timer_b", started.timers.patience != next.timers.patience),
        ("disable_tcp_switch", started.tcp_for_large_requests != next.tcp_for_large_requests),
    ];
    let kept = kept.iter().filter(|(_, differs)| *differs);
    kept.map(|(key, _)| format!("{key} stays as it was at the start until a restart.")).collect()
}

/// What the user agent of this exchange takes beside calls.
pub(super) fn user_agent_config(configuration: &Configuration) -> UserAgentConfig {
    let mut config = UserAgentConfig::new(configuration.sip.global.user_agent.clone());
    config.max_forwards = configuration.sip.global.max_forwards;
    config.allow.extend([Method::Subscribe, Method::Publish]);
    config.event_packages = presence::packages();
    config.published_packages = presence::published_packages();
    config.record_subscriptions = true;
    config.connections.keep_alive = configuration.sip.global.keep_alive_interval;
    let system = &configuration.sip.system;
    config.asks_rport = !system.disable_rport;
    config.timers = config.timers.with_t1(system.timer_t1);
    config.timers.patience = system.timer_b;
    config.compact_headers = system.compact_headers;
    config.tcp_for_large_requests = !system.disable_tcp_switch;
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
