//! `[options]` of `asterisk.conf`.

use asterisk_conf::{Config, Diagnostic};

use super::values::{Values, check_sections};
use crate::entity_id::EntityId;

/// What concerns the whole exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `systemname`: prefixes unique ids.
    pub system_name: String,
    /// `defaultlanguage` of prompts.
    pub default_language: String,
    /// `verbose`: level of the console at the start.
    pub verbose: u8,
    /// `maxcalls`: calls at a time; `None` for as many as fit.
    pub max_calls: Option<u32>,
    /// `entityid`: the name of this exchange among others; `None` for one that the machine gives.
    pub entity_id: Option<EntityId>,
    /// `live_dangerously`: whether managers and other programs may ask for functions that reach beyond the exchange.
    pub live_dangerously: bool,
    /// `execincludes`: whether `#exec` lines run.
    pub allow_exec: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            system_name: String::new(),
            default_language: "en".to_owned(),
            verbose: 0,
            max_calls: None,
            entity_id: None,
            live_dangerously: false,
            allow_exec: false,
        }
    }
}

/// What `asterisk.conf` may have.
const SECTIONS: &[&str] = &["directories", "options", "files", "compat"];

/// The keys of `[options]`. Those that are not read concern the program that Asterisk is, or have their effect here anyway.
const KEYS: &[&str] = &[
    "alwaysfork",
    "autosystemname",
    "cache_media_frames",
    "cache_record_files",
    "console",
    "debug",
    "defaultlanguage",
    "documentation_language",
    "dontwarn",
    "dumpcore",
    "entityid",
    "execincludes",
    "forceblackbackground",
    "hide_messaging_ami_events",
    "hideconnect",
    "highpriority",
    "initcrypto",
    "internal_timing",
    "languageprefix",
    "lightbackground",
    "live_dangerously",
    "lockconfdir",
    "lockmode",
    "logger_queue_limit",
    "maxcalls",
    "maxfiles",
    "maxload",
    "mindtmfduration",
    "minmemfree",
    "nocolor",
    "nofork",
    "quiet",
    "record_cache_dir",
    "rtp_pt_dynamic",
    "rtp_use_dynamic",
    "rungroup",
    "runuser",
    "sendfullybooted",
    "sounds_search_custom_dir",
    "stdexten",
    "systemname",
    "timestamp",
    "trace",
    "transcode_via_sln",
    "transmit_silence",
    "transmit_silence_during_record",
    "verbose",
];

impl Options {
    /// Reads `[options]`; the defaults where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let defaults = Self::default();
        check_sections(config, "asterisk.conf", SECTIONS, found);
        let Some(section) = config.section("options") else { return defaults };
        let mut values = Values { section, found };
        values.check_keys("[options] of asterisk.conf", KEYS, |_| None);
        Self {
            system_name: values.text("systemname").unwrap_or_default(),
            default_language: values.text("defaultlanguage").unwrap_or(defaults.default_language),
            verbose: values.number("verbose", 0),
            max_calls: Some(values.number("maxcalls", 0)).filter(|calls| *calls > 0),
            entity_id: values.parsed("entityid", "six octets in hexadecimal, as in 02:00:5e:00:53:01"),
            live_dangerously: values.flag("live_dangerously", false),
            allow_exec: values.flag("execincludes", false),
        }
    }
}
