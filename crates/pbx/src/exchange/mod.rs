//! The exchange: configuration, calls, registrations, and what changes while it runs.

mod globals;
mod reload;
mod start;
mod wall_clock;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use call_control::sip::SipTechnology;
use call_control::{Event, HangupCause, Switchboard};
use sip_ua::guard::SharedGuard;
use sip_ua::location::{DnsResolver, Locator};
use sip_ua::transport::Protocol;
use tokio::sync::Notify;

use crate::applications::AgiDebug;
use crate::astdb::AstDb;
use crate::call_records::CallRecords;
use crate::conference::Conferences;
use crate::configuration::Configuration;
use crate::databases::Databases;
use crate::directory::{EndpointTable, HostAddresses};
use crate::entity_id::EntityId;
use crate::functions::FunctionStores;
use crate::http::{HttpServer, HttpStatus};
use crate::messages::WaitingMessages;
use crate::music::MusicOnHold;
use crate::presence::Presence;
use crate::publication::OutboundPublications;
use crate::qualify::Qualification;
use crate::radio::Radio;
use crate::recordings::Recordings;
use crate::registrar::Registrations;
use crate::registration::OutboundRegistrations;
use crate::sip_log::SipLog;
use crate::speech::Speech;
use crate::stir_shaken::StirShaken;
use crate::transports::OpenTransports;
pub use globals::Globals;
pub use wall_clock::WallClock;

/// A running exchange.
pub struct Exchange {
    configuration: ArcSwap<Configuration>,
    endpoints: ArcSwap<EndpointTable>,
    locator: Arc<Locator>,
    /// Who is asked what names stand for.
    resolver: ArcSwap<DnsResolver>,
    host_addresses: Arc<HostAddresses>,
    switchboard: Switchboard,
    registrations: Arc<Registrations>,
    waiting_messages: WaitingMessages,
    call_records: Arc<CallRecords>,
    conferences: Arc<Conferences>,
    databases: Databases,
    transports: OpenTransports,
    http: Arc<HttpServer>,
    qualification: Arc<Qualification>,
    guard: SharedGuard,
    sip: OnceLock<Arc<SipTechnology>>,
    outbound: OnceLock<OutboundRegistrations>,
    publications: OnceLock<OutboundPublications>,
    entity_id: EntityId,
    globals: Globals,
    astdb: AstDb,
    function_stores: FunctionStores,
    clock: WallClock,
    music: Arc<MusicOnHold>,
    radio: Arc<Radio>,
    presence: Arc<Presence>,
    stir_shaken: StirShaken,
    recordings: Recordings,
    speech: Speech,
    agi_debug: AgiDebug,
    sip_log: Arc<SipLog>,
    started: Instant,
    started_at: SystemTime,
    last_reload: Mutex<Instant>,
    /// Held while the configuration in force is exchanged for one that is made of it.
    changing: tokio::sync::Mutex<()>,
    /// Rung when a phone came or went.
    phones_changed: Arc<Notify>,
}

impl Exchange {
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

    /// Who is asked what names stand for, by functions of the dialplan.
    pub(crate) fn resolver(&self) -> Arc<DnsResolver> {
        self.resolver.load_full()
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

    /// The records of calls.
    pub fn call_records(&self) -> &Arc<CallRecords> {
        &self.call_records
    }

    /// The conferences that somebody is in.
    pub fn conferences(&self) -> &Arc<Conferences> {
        &self.conferences
    }

    /// Which contacts are there.
    pub fn qualification(&self) -> &Qualification {
        &self.qualification
    }

    /// States of devices and extensions, and those who watch them.
    pub fn presence(&self) -> &Arc<Presence> {
        &self.presence
    }

    /// The recordings that go on.
    pub fn recordings(&self) -> &Recordings {
        &self.recordings
    }

    /// Certificates of callers, and what is known of ours.
    pub(crate) fn stir_shaken(&self) -> &StirShaken {
        &self.stir_shaken
    }

    /// Texts that are spoken.
    pub(crate) fn speech(&self) -> &Speech {
        &self.speech
    }

    /// Whether consoles see the lines of scripts.
    pub fn agi_debug(&self) -> &AgiDebug {
        &self.agi_debug
    }

    /// Which SIP messages consoles see.
    pub fn sip_log(&self) -> &Arc<SipLog> {
        &self.sip_log
    }

    /// Who knows where hosts are.
    pub(crate) fn locator(&self) -> &Locator {
        &self.locator
    }

    /// The SIP technology; `None` while the exchange starts.
    pub(crate) fn sip(&self) -> Option<&Arc<SipTechnology>> {
        self.sip.get()
    }

    /// Where the exchange registers itself; `None` while it starts.
    pub fn outbound_registrations(&self) -> Option<&OutboundRegistrations> {
        self.outbound.get()
    }

    /// What the exchange publishes elsewhere; `None` while it starts.
    pub fn outbound_publications(&self) -> Option<&OutboundPublications> {
        self.publications.get()
    }

    /// Its name among other exchanges.
    pub fn entity_id(&self) -> EntityId {
        self.entity_id
    }

    /// Who watches the door: bans and the sources that are counted.
    pub fn guard(&self) -> &SharedGuard {
        &self.guard
    }

    /// Global variables.
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// What dialplans and people keep in its data base.
    pub fn astdb(&self) -> &AstDb {
        &self.astdb
    }

    /// Data bases of others.
    pub fn databases(&self) -> &Databases {
        &self.databases
    }

    /// What functions keep for all channels.
    pub(crate) fn function_stores(&self) -> &FunctionStores {
        &self.function_stores
    }

    /// Whether its calls are played, not made: then nothing outside of it is touched.
    pub fn is_rehearsal(&self) -> bool {
        self.clock.is_set()
    }

    /// The time of day.
    pub fn clock(&self) -> &WallClock {
        &self.clock
    }

    /// What those hear who wait.
    pub fn music(&self) -> &MusicOnHold {
        &self.music
    }

    /// Streams of web servers.
    pub(crate) fn radio(&self) -> &Radio {
        &self.radio
    }

    /// Where it listens for `protocol`.
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.sip.get()?.local_address(protocol)
    }

    /// Every address that it listens on for SIP, in the order of the configuration.
    pub fn listening(&self) -> Vec<(Protocol, SocketAddr)> {
        let served = self.sip.get().map(|sip| sip.user_agent().listening());
        served.iter().flat_map(|all| all.iter()).map(|listen| (listen.protocol, listen.address)).collect()
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

    /// Where HTTP is served, and which pages.
    pub fn http_status(&self) -> HttpStatus {
        self.http.status(&self.configuration().sip)
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
        let registrations = async {
            if let Some(outbound) = self.outbound.get() {
                outbound.stop().await;
            }
        };
        let publications = async {
            if let Some(publications) = self.publications.get() {
                publications.stop(&self.presence).await;
            }
        };
        tokio::join!(registrations, publications);
        self.http.close().await;
        if let Some(sip) = self.sip.get() {
            sip.stop().await;
        }
        self.call_records.finish(&self.configuration()).await;
        self.recordings.finish().await;
        self.registrations.close();
        self.presence.flush().await;
    }
}
