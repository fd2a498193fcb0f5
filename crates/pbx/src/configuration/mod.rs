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
mod music_on_hold;
mod notify;
mod options;
mod pjsip;
mod plan_edit;
mod queues;
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

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::voicemail::VoicemailConfiguration;
use asterisk_conf::{Config, Diagnostic, Files, LoadOptions, Section, SourceMap, load};
use dialplan_vm::Dialplan;
use registered::RegisteredExtension;
use sip_ua::location::DnsConfig;

pub use access::{Access, AccessLists};
pub use call_records::{CallRecordsConfiguration, CsvRecords, RecordBatch, SqliteRecords};
pub use codec_names::{codec_of, name_of as codec_name};
pub use codecs::CodecsConfiguration;
pub use confbridge::{
    BridgeProfile, ConfbridgeConfiguration, CountForAll, MenuAction, MenuProfile, ProfileProblem, UserProfile,
};
pub(crate) use confbridge::{Profile, Typed};
pub use databases::{
    DataSource, DatabaseSettings, DatabasesConfiguration, Encryption, Handles, MysqlServer, Password,
    QueryFunction, QueryText,
};
use dialects::SipFiles;
pub use dialects::{DeviceRules, DirectMediaRules, Registrant};
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

/// What a reload takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything that can change while it runs.
    All,
    /// The dialplan.
    Dialplan,
    /// Endpoints and what belongs to them; the dialplan too where phones add other lines to it than before.
    Sip,
    /// Where phones are, and what is told of it.
    Geolocation,
    /// What those hear who wait.
    Music,
    /// Which call detail records are made, and where they are written.
    CallRecords,
}

impl Configuration {
    /// Reads the files of a folder. Without errors there is a configuration; the report tells all in any case.
    pub fn load(folders: &Folders) -> (Option<Self>, ConfigurationReport) {
        Self::load_from(folders, &Disk)
    }

    /// The same, from files that are anywhere.
    pub fn load_from(folders: &Folders, files: &dyn Files) -> (Option<Self>, ConfigurationReport) {
        let mut reader = Reader {
            folder: &folders.configuration,
            files,
            sources: SourceMap::new(),
            found: Vec::new(),
            allow_exec: false,
        };
        let options = Options::read(&reader.read("asterisk.conf").unwrap_or_default(), &mut reader.found);
        reader.allow_exec = options.allow_exec;
        let (sip_files, sip_was_read) = reader.whole(|reader| SipFiles {
            pjsip: reader.read("pjsip.conf"),
            wizard: reader.read("pjsip_wizard.conf"),
            sip: reader.read("sip.conf"),
        });
        let (extensions, plan_was_read) = reader.whole(|reader| reader.read("extensions.conf"));
        if sip_files.is_empty() && extensions.is_none() {
            return (None, nothing_there(&folders.configuration));
        }
        reader.miss("pjsip.conf", sip_files.is_empty(), "no phone can register and nobody can call");
        reader.miss("extensions.conf", extensions.is_none(), "every number is unknown");
        let (gathered, sip_was_joined) = reader.whole(|reader| sip_files.gather(&mut reader.found));
        let mut extensions = extensions.unwrap_or_default();
        let added_lines = lines_of(&gathered.extensions);
        extensions.sections.extend(gathered.extensions);
        extensions.sections.extend(registered::empty_contexts(&gathered.config));
        let (plan, plan_was_compiled) = reader.whole(|reader| {
            let compiled = dialplan_vm::compile(&extensions);
            reader.found.extend(compiled.diagnostics);
            compiled.plan
        });
        let http_text = reader.read("http.conf").unwrap_or_default();
        let mut http = HttpConfiguration::read(&http_text, &mut reader.found);
        let (sip, sip_was_understood) = reader.whole(|reader| {
            let (language, library) = (&options.default_language, &folders.library);
            reader.sip(&gathered.config, gathered.device_rules, &http, language, library)
        });
        http.read_certificates(&http_text, &sip, reader.folder, reader.files, &mut reader.found);
        let geolocation = reader.read_as("geolocation.conf", GeolocationConfiguration::read);
        geolocation.check_endpoints(&sip, &mut reader.found);
        let rtp = reader.read_as("rtp.conf", RtpConfiguration::read);
        let amd = reader.read_as("amd.conf", amd::read);
        let mut call_records = reader.read_as("cdr.conf", CallRecordsConfiguration::read);
        reader.read_as("cdr_custom.conf", |config, found| call_records.read_custom(config, found));
        reader.read_as("cdr_sqlite3_custom.conf", |config, found| call_records.read_sqlite(config, found));
        let codecs = reader.read_as("codecs.conf", CodecsConfiguration::read);
        let confbridge = reader.read_as("confbridge.conf", ConfbridgeConfiguration::read);
        let databases = reader.databases();
        let features = reader.read_as("features.conf", FeaturesConfiguration::read);
        let indications = reader.read_as("indications.conf", IndicationsConfiguration::read);
        let music = reader.read_as("musiconhold.conf", MusicConfiguration::read);
        let notify = reader.read_as("pjsip_notify.conf", NotifyConfiguration::read);
        let queues = reader.read_as("queues.conf", QueuesConfiguration::read);
        let resolver = reader.read_as("resolver_unbound.conf", resolver::read);
        let security = reader.read_as("security.conf", SecurityConfiguration::read);
        let speech = reader.read_as("speech.conf", SpeechConfiguration::read);
        let say_rules = reader.read_as("say.conf", say_rules::read);
        let voicemail = reader.read_as("voicemail.conf", VoicemailConfiguration::read);
        let web_sockets = reader.web_sockets();
        let files = check::Files {
            http: &http,
            web_sockets: &web_sockets,
            plan: &plan,
            extensions: &extensions,
            sip: &sip,
            databases: &databases,
            whole_plan: plan_was_read && plan_was_compiled,
            whole_sip: sip_was_read && sip_was_joined && sip_was_understood,
        };
        check::run(&files, &mut reader.found);
        gathered.spellings.respell(&mut reader.found);
        let Reader { sources, found, .. } = reader;
        let report = ConfigurationReport::new(found, sources.clone());
        let configuration = Self {
            folders: folders.clone(),
            options,
            sip,
            geolocation,
            rtp,
            amd,
            call_records,
            codecs,
            confbridge,
            databases,
            features,
            http,
            indications,
            music,
            notify,
            queues,
            resolver,
            security,
            speech,
            say_rules: Arc::new(say_rules),
            voicemail,
            web_sockets,
            dialplan: Arc::new(plan),
            plan_text: Arc::new(extensions),
            registered: BTreeSet::new(),
            added_lines,
            sources,
        };
        ((!report.has_errors()).then_some(configuration), report)
    }

    /// This configuration with one part of `loaded`.
    pub fn with(&self, part: Part, loaded: Self) -> Self {
        match part {
            Part::All => loaded,
            // The places of the rest are those of the texts that it was read from; a place of an older text may show
            // a line that has moved, which is only ever shown to a person.
            Part::Dialplan => Self {
                dialplan: loaded.dialplan,
                plan_text: loaded.plan_text,
                registered: loaded.registered,
                added_lines: loaded.added_lines,
                sources: loaded.sources,
                ..self.clone()
            },
            Part::Music => Self { music: loaded.music, ..self.clone() },
            Part::CallRecords => Self { call_records: loaded.call_records, ..self.clone() },
            Part::Geolocation => Self { geolocation: loaded.geolocation, ..self.clone() },
            Part::Sip if loaded.added_lines == self.added_lines => {
                Self { sip: loaded.sip, http: loaded.http, notify: loaded.notify, ..self.clone() }
            }
            // Phones bring their extensions along.
            Part::Sip => {
                let (sip, http, notify) = (loaded.sip.clone(), loaded.http.clone(), loaded.notify.clone());
                Self { sip, http, notify, ..self.with(Part::Dialplan, loaded) }
            }
        }
    }
}

/// Reads files of one folder and collects what is found.
struct Reader<'f> {
    folder: &'f Path,
    files: &'f dyn Files,
    sources: SourceMap,
    found: Vec<Diagnostic>,
    allow_exec: bool,
}

impl Reader<'_> {
    /// Reads a file; `None` when there is none.
    fn read(&mut self, name: &str) -> Option<Config> {
        let path = self.folder.join(name);
        match self.files.read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            _ => {}
        }
        let options = LoadOptions {
            folder: Some(self.folder.to_owned()),
            allow_exec: self.allow_exec,
            ..LoadOptions::default()
        };
        let (config, found) = load(&path, self.files, &mut self.sources, &options);
        self.found.extend(found);
        Some(config)
    }

    /// Reads a file that may be missing, and understands it.
    fn read_as<T>(&mut self, name: &str, understand: impl FnOnce(&Config, &mut Vec<Diagnostic>) -> T) -> T {
        let config = self.read(name).unwrap_or_default();
        understand(&config, &mut self.found)
    }

    /// What a step makes, and whether it found no error: names are missing only from what could be read whole.
    fn whole<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = self.found.len();
        let made = step(self);
        let is_whole = !self.found.iter().skip(before).any(Diagnostic::is_error);
        (made, is_whole)
    }

    /// Reads what belongs to data bases of others.
    fn databases(&mut self) -> DatabasesConfiguration {
        let connections = self.read("res_odbc.conf").unwrap_or_default();
        let functions = self.read("func_odbc.conf").unwrap_or_default();
        let odbc = databases::OdbcIni::read(self.folder, self.files);
        DatabasesConfiguration::read(&connections, &functions, &odbc, &mut self.found)
    }

    /// Reads what belongs to WebSockets that carry audio.
    fn web_sockets(&mut self) -> WebSocketConfiguration {
        let mut sockets = WebSocketConfiguration::default();
        let clients = self.read("websocket_client.conf").unwrap_or_default();
        sockets.read_clients(&clients, self.folder, self.files, &mut self.found);
        let channels = self.read("chan_websocket.conf").unwrap_or_default();
        sockets.read_channels(&channels, &mut self.found);
        sockets
    }

    /// Reads the gathered sections of SIP, and the files that belong to them.
    fn sip(
        &mut self,
        gathered: &Config,
        device_rules: BTreeMap<String, DeviceRules>,
        http: &HttpConfiguration,
        default_language: &str,
        library: &Path,
    ) -> SipConfiguration {
        let mut sip = SipConfiguration::read(gathered, default_language, &mut self.found);
        sip.device_rules = device_rules;
        sip.follow_http(http, &mut self.found);
        sip.read_certificates(self.folder, self.files, &mut self.found);
        sip.access_lists = self.read_as("acl.conf", access::read_file);
        let stir_shaken = self.read("stir_shaken.conf").unwrap_or_default();
        let place = stir_shaken::Place { folder: self.folder, library, files: self.files };
        sip.stir_shaken =
            StirShakenConfiguration::read(&stir_shaken, &place, &sip.access_lists, &mut self.found);
        sip
    }

    /// Says that a file is missing, and what that means.
    fn miss(&mut self, name: &str, missing: bool, means: &str) {
        if missing {
            let message = format!("there is no {name} in {}: {means}", self.folder.display());
            self.found.push(Diagnostic::warning("missing-file", message));
        }
    }
}

/// What the sections of phones say, without the places.
fn lines_of(extensions: &[Section]) -> Vec<(String, String)> {
    let of = |section: &Section| {
        let line = |entry: &asterisk_conf::Entry| (section.name.value.clone(), entry.value.value.clone());
        section.entries.iter().map(line).collect::<Vec<_>>()
    };
    extensions.iter().flat_map(of).collect()
}

fn nothing_there(folder: &Path) -> ConfigurationReport {
    let message = format!(
        "{} holds neither pjsip.conf, pjsip_wizard.conf, sip.conf nor extensions.conf",
        folder.display()
    );
    let help = "give the folder of your Asterisk configuration, or an asterisk.conf whose astetcdir names it";
    ConfigurationReport::of_error("no-configuration", message, help)
}

#[cfg(test)]
mod certificate_tests;
#[cfg(test)]
mod pickup_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transport_tests;
