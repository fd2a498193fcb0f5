//! Reads all files of a folder, in the order in which one needs another, and looks at them together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use asterisk_conf::{Config, Files, Section, SourceMap};
use dialplan_vm::Dialplan;

use super::dialects::{SipFiles, Spellings};
use super::geolocation::GeolocationConfiguration;
use super::reader::Reader;
use super::{
    CallRecordsConfiguration, CodecsConfiguration, ConfbridgeConfiguration, Configuration,
    ConfigurationReport, DatabasesConfiguration, DeviceRules, Disk, FeaturesConfiguration, Folders,
    HttpConfiguration, IndicationsConfiguration, MusicConfiguration, NotifyConfiguration, Options,
    QueuesConfiguration, RtpConfiguration, SecurityConfiguration, SipConfiguration, SpeechConfiguration,
    StirShakenConfiguration, WebSocketConfiguration, access, amd, check, databases, registered, resolver,
    say_rules, stir_shaken,
};
use crate::voicemail::VoicemailConfiguration;

impl Configuration {
    /// Reads the files of a folder. Without errors there is a configuration; the report tells all in any case.
    pub fn load(folders: &Folders) -> (Option<Self>, ConfigurationReport) {
        Self::load_from(folders, &Disk)
    }

    /// The same, from files that are anywhere.
    pub fn load_from(folders: &Folders, files: &dyn Files) -> (Option<Self>, ConfigurationReport) {
        let mut reader = Reader::of(&folders.configuration, files);
        let options = Options::read(&reader.read("asterisk.conf").unwrap_or_default(), &mut reader.found);
        reader.allow_exec = options.allow_exec;
        let Some(core) = Core::read(&mut reader, folders, &options) else {
            return (None, nothing_there(&folders.configuration));
        };
        let Core { sip, http, plan, plan_text, added_lines, spellings, whole_plan, whole_sip } = core;
        let mut configuration = Self {
            folders: folders.clone(),
            options,
            geolocation: reader.geolocation(&sip),
            rtp: reader.read_as("rtp.conf", RtpConfiguration::read),
            amd: reader.read_as("amd.conf", amd::read),
            call_records: reader.call_records(),
            codecs: reader.read_as("codecs.conf", CodecsConfiguration::read),
            confbridge: reader.read_as("confbridge.conf", ConfbridgeConfiguration::read),
            databases: reader.databases(),
            features: reader.read_as("features.conf", FeaturesConfiguration::read),
            indications: reader.read_as("indications.conf", IndicationsConfiguration::read),
            music: reader.read_as("musiconhold.conf", MusicConfiguration::read),
            notify: reader.read_as("pjsip_notify.conf", NotifyConfiguration::read),
            queues: reader.read_as("queues.conf", QueuesConfiguration::read),
            resolver: reader.read_as("resolver_unbound.conf", resolver::read),
            security: reader.read_as("security.conf", SecurityConfiguration::read),
            speech: reader.read_as("speech.conf", SpeechConfiguration::read),
            say_rules: Arc::new(reader.read_as("say.conf", say_rules::read)),
            voicemail: reader.read_as("voicemail.conf", VoicemailConfiguration::read),
            web_sockets: reader.web_sockets(),
            sip,
            http,
            dialplan: Arc::new(plan),
            plan_text: Arc::new(plan_text),
            registered: BTreeSet::new(),
            added_lines,
            sources: SourceMap::new(),
        };
        reader.tell_unread();
        check::run(&configuration.files(whole_plan, whole_sip), &mut reader.found);
        spellings.respell(&mut reader.found);
        configuration.sources = reader.sources;
        let report = ConfigurationReport::new(reader.found, configuration.sources.clone());
        ((!report.has_errors()).then_some(configuration), report)
    }

    /// What is looked at together; names are missing only from what could be read whole.
    fn files(&self, whole_plan: bool, whole_sip: bool) -> check::Files<'_> {
        check::Files {
            http: &self.http,
            web_sockets: &self.web_sockets,
            plan: &self.dialplan,
            extensions: &self.plan_text,
            sip: &self.sip,
            databases: &self.databases,
            indications: &self.indications,
            music: &self.music,
            whole_plan,
            whole_sip,
        }
    }
}

/// What calls need first: phones and the dialplan, which take from each other.
struct Core {
    sip: SipConfiguration,
    http: HttpConfiguration,
    plan: Dialplan,
    plan_text: Config,
    added_lines: Vec<(String, String)>,
    spellings: Spellings,
    whole_plan: bool,
    whole_sip: bool,
}

impl Core {
    /// Reads it; `None` when there is neither a phone nor a dialplan.
    fn read(reader: &mut Reader<'_>, folders: &Folders, options: &Options) -> Option<Self> {
        let (sip_files, sip_was_read) = reader.whole(SipFiles::read);
        let (extensions, plan_was_read) = reader.whole(|reader| reader.read("extensions.conf"));
        if sip_files.is_empty() && extensions.is_none() {
            return None;
        }
        reader.miss("pjsip.conf", sip_files.is_empty(), "no phone can register and nobody can call");
        reader.miss("extensions.conf", extensions.is_none(), "every number is unknown");
        let (gathered, sip_was_joined) = reader.whole(|reader| sip_files.gather(&mut reader.found));
        let mut plan_text = extensions.unwrap_or_default();
        let added_lines = lines_of(&gathered.extensions);
        plan_text.sections.extend(gathered.extensions);
        plan_text.sections.extend(registered::empty_contexts(&gathered.config));
        let (plan, plan_was_compiled) = reader.whole(|reader| {
            let compiled = dialplan_vm::compile(&plan_text);
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
        Some(Self {
            sip,
            http,
            plan,
            plan_text,
            added_lines,
            spellings: gathered.spellings,
            whole_plan: plan_was_read && plan_was_compiled,
            whole_sip: sip_was_read && sip_was_joined && sip_was_understood,
        })
    }
}

impl SipFiles {
    /// Reads those that are there.
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            pjsip: reader.read("pjsip.conf"),
            wizard: reader.read("pjsip_wizard.conf"),
            sip: reader.read("sip.conf"),
        }
    }
}

/// What takes more than one file, or a look at another one.
impl Reader<'_> {
    /// Reads where phones are.
    fn geolocation(&mut self, sip: &SipConfiguration) -> GeolocationConfiguration {
        let geolocation = self.read_as("geolocation.conf", GeolocationConfiguration::read);
        geolocation.check_endpoints(sip, &mut self.found);
        geolocation
    }

    /// Reads which call detail records are made, and where they are written.
    fn call_records(&mut self) -> CallRecordsConfiguration {
        let mut call_records = self.read_as("cdr.conf", CallRecordsConfiguration::read);
        self.read_as("cdr_custom.conf", |config, found| call_records.read_custom(config, found));
        self.read_as("cdr_sqlite3_custom.conf", |config, found| call_records.read_sqlite(config, found));
        call_records
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
