//! The configuration of an exchange: the files of Asterisk, read like a program and checked like one.
//!
//! [`Configuration::load`] reads `asterisk.conf`, `pjsip.conf`, `extensions.conf`, `rtp.conf`, `codecs.conf`, `amd.conf`, `acl.conf`,
//! `http.conf`, `musiconhold.conf`, `queues.conf`, `resolver_unbound.conf`, `stir_shaken.conf`, `websocket_client.conf` and our own `security.conf` and `speech.conf` of a folder, and says in a
//! [`ConfigurationReport`] all that is
//! wrong with them. What Asterisk would start with is a warning; what cannot be meant in any way is an error, and then
//! there is no configuration: nothing starts, and what runs goes on.
//!
//! What `pjsip.conf` says may be said in `pjsip_wizard.conf` and `sip.conf` as well: all three come to one
//! [`SipConfiguration`].
//!
//! ```
//! use std::path::Path;
//! use asterisk_conf::MemoryFiles;
//! use pbx::configuration::{Configuration, Folders};
//!
//! let files = MemoryFiles::from([
//!     ("/srv/etc/pjsip.conf", "[udp]\ntype=transport\nbind=0.0.0.0\n"),
//!     ("/srv/etc/extensions.conf", "[default]\nexten => 100,1,Answre()\n"),
//! ]);
//! let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
//! assert!(configuration.is_some());
//! assert_eq!(report.warnings(), 1);
//! assert!(report.render(false).contains("Answer"));
//! ```

mod access;
mod amd;
mod call_records;
mod check;
mod codec_names;
mod codecs;
mod confbridge;
mod databases;
mod dialects;
mod disk;
mod features;
mod folders;
#[doc(hidden)]
pub mod fuzzing;
pub(crate) mod geolocation;
mod http;
mod indications;
mod loading;
mod music_on_hold;
mod notify;
mod options;
mod part;
mod pjsip;
mod plan_edit;
mod queues;
mod reader;
mod registered;
mod report;
mod resolver;
mod rtp;
mod say_rules;
mod security;
mod speech;
mod stir_shaken;
mod values;
mod websocket_client;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::voicemail::VoicemailConfiguration;
use asterisk_conf::{Config, SourceMap};
use dialplan_vm::Dialplan;
use registered::RegisteredExtension;
use sip_ua::location::DnsConfig;

pub use access::{Access, AccessLists};
pub use call_records::{CallRecordsConfiguration, CsvRecords, RecordBatch, SqliteRecords};
pub use codec_names::{codec_of, name_of as codec_name, stream_codecs};
pub use codecs::CodecsConfiguration;
pub use confbridge::{
    BridgeProfile, ConfbridgeConfiguration, CountForAll, MenuAction, MenuProfile, ProfileProblem, UserProfile,
};
pub(crate) use confbridge::{Profile, Typed};
pub use databases::{
    DataSource, DatabaseSettings, DatabasesConfiguration, Encryption, Handles, MysqlServer, Password,
    QueryFunction, QueryText,
};
pub use dialects::{DeviceRules, DirectMediaRules, Recognition, Registrant};
pub use disk::Disk;
pub use features::FeaturesConfiguration;
pub use folders::{Folders, FoldersError};
pub use geolocation::{ConfiguredLocation, GeolocationConfiguration};
pub use http::HttpConfiguration;
pub use indications::IndicationsConfiguration;
pub(crate) use music_on_hold::is_address;
pub use music_on_hold::{MusicConfiguration, MusicMode, MusicProgram, MusicSection};
pub use notify::NotifyConfiguration;
pub use options::Options;
pub use part::Part;
pub(crate) use pjsip::route_set;
pub use pjsip::{
    AddressRange, Aor, AsteriskPublication, Auth, AuthType, CertificateProblem, Certificates, DtmfMode,
    Endpoint, GeolocationOptions, Global, Identifier, Identify, IdentityOptions, InboundPublication,
    OutboundPublish, Overlap, Pattern, Published, Registration, ResourceList, SignallingOptions,
    SipConfiguration, System, Transport,
};
pub use plan_edit::{PlanEdit, PlanEditError};
pub use queues::{QueueMember, QueueSection, QueueStrategy, QueuesConfiguration};
pub use report::ConfigurationReport;
pub use rtp::RtpConfiguration;
pub use security::SecurityConfiguration;
pub use speech::{SpeechConfiguration, SpeechEngine};
pub use stir_shaken::{
    AttestationSettings, EndpointBehavior, FailureAction, ProfileSection, StirShakenConfiguration,
    StirShakenProfile, Verification, VerificationSettings,
};
pub use websocket_client::{Password as WebSocketPassword, WebSocketClient, WebSocketConfiguration};

/// Everything that the files say. Immutable: a reload makes another one.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where it was read, and where things are kept.
    pub folders: Folders,
    /// `asterisk.conf`.
    pub options: Options,
    /// `pjsip.conf`, `pjsip_wizard.conf` and `sip.conf`.
    pub sip: SipConfiguration,
    /// `geolocation.conf`.
    pub geolocation: GeolocationConfiguration,
    /// `rtp.conf`.
    pub rtp: RtpConfiguration,
    /// `amd.conf`.
    pub amd: audio::answering_machine::Settings,
    /// `cdr.conf`, `cdr_custom.conf` and `cdr_sqlite3_custom.conf`.
    pub call_records: CallRecordsConfiguration,
    /// `codecs.conf`.
    pub codecs: CodecsConfiguration,
    /// `confbridge.conf`.
    pub confbridge: ConfbridgeConfiguration,
    /// `res_odbc.conf` and `func_odbc.conf`.
    pub databases: DatabasesConfiguration,
    /// `features.conf`.
    pub features: FeaturesConfiguration,
    /// `http.conf`.
    pub http: HttpConfiguration,
    /// `indications.conf`.
    pub indications: IndicationsConfiguration,
    /// `musiconhold.conf`.
    pub music: MusicConfiguration,
    /// `pjsip_notify.conf`.
    pub notify: NotifyConfiguration,
    /// `queues.conf`.
    pub queues: QueuesConfiguration,
    /// `resolver_unbound.conf`: who is asked where hosts are.
    pub resolver: DnsConfig,
    /// `security.conf`.
    pub security: SecurityConfiguration,
    /// `speech.conf`.
    pub speech: SpeechConfiguration,
    /// `say.conf`.
    pub say_rules: Arc<say::rules::Rules>,
    /// `voicemail.conf`.
    pub voicemail: VoicemailConfiguration,
    /// `websocket_client.conf` and `chan_websocket.conf`.
    pub web_sockets: WebSocketConfiguration,
    /// `extensions.conf`.
    pub dialplan: Arc<Dialplan>,
    /// The text that it was made of.
    plan_text: Arc<Config>,
    /// What of it is there because phones are registered (`regcontext`).
    registered: BTreeSet<RegisteredExtension>,
    /// Contexts and lines that phones add to the dialplan (`has_hint` of `pjsip_wizard.conf`).
    added_lines: Vec<(String, String)>,
    /// The texts, to show where something is written.
    pub sources: SourceMap,
}

#[cfg(test)]
mod certificate_tests;
#[cfg(test)]
mod pickup_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transport_tests;
