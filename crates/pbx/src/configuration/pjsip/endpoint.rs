//! `type=endpoint`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use asterisk_conf::{Diagnostic, Span};
use call_control::sip::{
    CodecRules, DirectMedia, MediaEncryption, RedirectMethod, RtpOptions, StreamOptions,
};
use call_control::{CallerId, GroupSet, PickupGroups, Presentation};
use sip_ua::user_agent::{ReliablePolicy, SessionOptions, TimerMode, TimerPolicy};

use super::Identifier;
use super::codec_rules;
use super::codecs;
use super::direct_media;
use super::geolocation::GeolocationOptions;
use super::global::identifiers;
use super::media_encryption;
use super::proxy;
use super::rtp_options;
use super::security_mechanisms;
use super::signalling::SignallingOptions;
use super::stream_options;
use crate::configuration::access::Access;
use crate::configuration::values::Values;

/// A phone or a trunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name: `alice` of `PJSIP/alice`.
    pub name: String,
    /// `accountcode`: who pays for its calls.
    pub account_code: Option<String>,
    /// `context` where its calls start.
    pub context: String,
    /// `allow` and `disallow`: codecs by name, best first.
    pub codecs: Vec<String>,
    /// `incoming_call_offer_pref`, `codec_prefs_incoming_offer` and their kin.
    pub codec_rules: CodecRules,
    /// `auth`: names of the credentials that it must prove one of.
    pub auth: Vec<String>,
    /// `outbound_auth`: names of the credentials that answer its challenges.
    pub outbound_auth: Vec<String>,
    /// `aors`: names of its addresses of record.
    pub aors: Vec<String>,
    /// `transport` by name.
    pub transport: Option<String>,
    /// `outbound_proxy`: proxies on the way to it, each a SIP URI.
    pub outbound_proxy: Vec<String>,
    /// `callerid`.
    pub caller_id: Option<CallerId>,
    /// `from_user`.
    pub from_user: Option<String>,
    /// `from_domain`.
    pub from_domain: Option<String>,
    /// `language` of prompts; that of `asterisk.conf` where it has none.
    pub language: String,
    /// `dtmf_mode`.
    pub dtmf_mode: DtmfMode,
    /// `max_video_streams`, `tos_video` and their kin.
    pub streams: StreamOptions,
    /// `use_ptime`, `rtp_keepalive`, `rtp_port_start`, `tos_audio` and their kin.
    pub rtp: RtpOptions,
    /// `media_encryption`, `media_encryption_optimistic` and `srtp_tag_32`.
    pub media_encryption: MediaEncryption,
    /// `direct_media` and its kin.
    pub direct_media: DirectMedia,
    /// `rtp_symmetric`.
    pub rtp_symmetric: bool,
    /// `force_rport`.
    pub force_rport: bool,
    /// `rewrite_contact`.
    pub rewrite_contact: bool,
    /// `media_address`.
    pub media_address: Option<IpAddr>,
    /// `rtp_timeout`.
    pub rtp_timeout: Option<Duration>,
    /// `rtp_timeout_hold`.
    pub rtp_timeout_hold: Option<Duration>,
    /// `call_group`, `named_call_group`, `pickup_group`, `named_pickup_group`.
    pub pickup_groups: Arc<PickupGroups>,
    /// `set_var`: variables of its channels.
    pub set_var: Vec<(String, String)>,
    /// `identify_by`.
    pub identify_by: Vec<Identifier>,
    /// `allow_unauthenticated_options`.
    pub allow_unauthenticated_options: bool,
    /// `timers`, `timers_min_se`, `timers_sess_expires` and `100rel`.
    pub session_options: SessionOptions,
    /// `message_context`: where text messages from it are looked up; `context` where it has none.
    pub message_context: Option<String>,
    /// `allow_transfer`.
    pub allow_transfer: bool,
    /// `bind_rtp_to_media_address`.
    pub bind_rtp_to_media_address: bool,
    /// `redirect_method`: what is made of its 3xx.
    pub redirect_method: RedirectMethod,
    /// `trust_id_inbound`, `send_pai` and their kin.
    pub identity: IdentityOptions,
    /// `inband_progress`, `tone_zone` and their kin.
    pub signalling: SignallingOptions,
    /// `geoloc_incoming_call_profile`, `geoloc_outgoing_call_profile`.
    pub geolocation: GeolocationOptions,
    /// `moh_suggest`: the class of music that others hear while it holds.
    pub moh_suggest: Option<String>,
    /// `moh_passthrough`: it is told when the other party holds, and hears no music of ours.
    pub moh_passthrough: bool,
    /// `send_aoc`: it is told what its calls cost, where the other party's network says so.
    pub send_aoc: bool,
    /// `security_mechanisms`, where `security_negotiation` has them told (RFC 3329).
    pub security_mechanisms: Vec<String>,
    /// `allow_overlap`.
    pub allow_overlap: Overlap,
    /// `overlap_context`: where numbers are looked for that more digits could complete; `context` where it has none.
    pub overlap_context: Option<String>,
    /// `device_state_busy_at`.
    pub device_state_busy_at: u32,
    /// `mailboxes`: told to its phones as they register and as messages come.
    pub mailboxes: Vec<String>,
    /// `aggregate_mwi`: they are told together, not each by itself.
    pub aggregate_mwi: bool,
    /// `mwi_subscribe_replaces_unsolicited`: they are not told to phones whose endpoint has subscribed to them.
    pub mwi_subscribe_replaces_unsolicited: bool,
    /// `mwi_from_user`: the user in From of what tells them.
    pub mwi_from_user: Option<String>,
    /// `incoming_mwi_mailbox`: the mailbox that its own NOTIFYs are about.
    pub incoming_mwi_mailbox: Option<String>,
    /// `voicemail_extension`: what phones are told to call for their messages.
    pub voicemail_extension: Option<String>,
    /// `allow_subscribe`.
    pub allow_subscribe: bool,
    /// `subscribe_context` where its watchers find hints; its context where it has none.
    pub subscribe_context: Option<String>,
    /// `sub_min_expiry`, in seconds.
    pub sub_min_expiry: u32,
    /// `notify_early_inuse_ringing`: a second call that rings is told as `early`.
    pub notify_early_inuse_ringing: bool,
    /// `deny`, `permit`, `acl`: where it may call from.
    pub access: Access,
    /// `contact_deny`, `contact_permit`, `contact_acl`: which addresses its Contact may name.
    pub contact_access: Access,
    /// `stir_shaken_profile`: how callers from it are verified, and those towards it vouched for.
    pub stir_shaken_profile: Option<String>,
    /// Its options as they are written, the last of each key, in lower case: [`Endpoint::option`] tells them.
    pub(super) written: BTreeMap<String, String>,
    /// Where the section is.
    pub span: Span,
    /// Where values are that checks point at: `context`, `subscribe_context`, `message_context`, `overlap_context`, `tone_zone`, `moh_suggest`, `auth`, `outbound_auth`,
    /// `aors`, `transport`, `allow`, `media_encryption`, the profiles of locations and of signatures.
    pub spans: Vec<(&'static str, Span)>,
}

/// What is told to and believed of an endpoint about parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityOptions {
    /// `trust_id_inbound`.
    pub trust_id_inbound: bool,
    /// `trust_id_outbound`.
    pub trust_id_outbound: bool,
    /// `send_pai`.
    pub send_pai: bool,
    /// `send_rpid`.
    pub send_rpid: bool,
    /// `send_connected_line`.
    pub send_connected_line: bool,
    /// `trust_connected_line`.
    pub trust_connected_line: bool,
    /// `send_diversion`.
    pub send_diversion: bool,
    /// `send_history_info`.
    pub send_history_info: bool,
    /// `user_eq_phone`.
    pub user_eq_phone: bool,
    /// `callerid_privacy`.
    pub presentation: Presentation,
    /// `contact_user`.
    pub contact_user: Option<String>,
}

impl IdentityOptions {
    fn read(values: &mut Values<'_>) -> Self {
        let words: Vec<(&str, Presentation)> =
            Presentation::words().filter_map(|word| Some((word, Presentation::from_word(word)?))).collect();
        Self {
            trust_id_inbound: values.flag("trust_id_inbound", false),
            trust_id_outbound: values.flag("trust_id_outbound", false),
            send_pai: values.flag("send_pai", false),
            send_rpid: values.flag("send_rpid", false),
            send_connected_line: values.flag("send_connected_line", true),
            trust_connected_line: values.flag("trust_connected_line", true),
            send_diversion: values.flag("send_diversion", true),
            send_history_info: values.flag("send_history_info", false),
            user_eq_phone: values.flag("user_eq_phone", false),
            presentation: values.choice("callerid_privacy", &words, Presentation::ALLOWED),
            contact_user: values.text("contact_user"),
        }
    }
}

/// `dtmf_mode`: how keys travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DtmfMode {
    /// `rfc4733`: telephone-event.
    #[default]
    Rfc4733,
    /// `inband`: as tones in the audio.
    Inband,
    /// `info`: in SIP INFO.
    Info,
    /// `auto`: telephone-event, else tones.
    Auto,
    /// `auto_info`: telephone-event, else INFO.
    AutoInfo,
    /// `none`.
    None,
}

/// `allow_overlap`: what becomes of a number that more digits could complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// `no`: it is unknown, 404.
    Refuses,
    /// `yes`: the phone is asked for the whole number by 484, and calls again.
    Asks,
    /// `dtmf`, a word of `sip.conf`: the call is taken, and the rest comes as keys.
    Listens,
}

const OVERLAPS: &[(&str, Overlap)] =
    &[("yes", Overlap::Asks), ("no", Overlap::Refuses), ("dtmf", Overlap::Listens)];

const DTMF_MODES: &[(&str, DtmfMode)] = &[
    ("rfc4733", DtmfMode::Rfc4733),
    ("rfc2833", DtmfMode::Rfc4733),
    ("inband", DtmfMode::Inband),
    ("info", DtmfMode::Info),
    ("auto", DtmfMode::Auto),
    ("auto_info", DtmfMode::AutoInfo),
    ("none", DtmfMode::None),
];

const REDIRECT_METHODS: &[(&str, RedirectMethod)] = &[
    ("user", RedirectMethod::User),
    ("uri_core", RedirectMethod::UriCore),
    ("uri_pjsip", RedirectMethod::UriPjsip),
];

impl Endpoint {
    pub(super) fn read(values: &mut Values<'_>, default_language: &str) -> Self {
        let name = values.section.name.clone();
        let keys = [
            "context",
            "subscribe_context",
            "message_context",
            "tone_zone",
            "moh_suggest",
            "overlap_context",
            "auth",
            "outbound_auth",
            "aors",
            "transport",
            "allow",
            "media_encryption",
            "geoloc_incoming_call_profile",
            "geoloc_outgoing_call_profile",
            "stir_shaken_profile",
        ];
        let spans = keys.into_iter().filter_map(|key| Some((key, values.span(key)?))).collect();
        let allowed = codecs::read(values);
        let symmetric = values.flag("rtp_symmetric", false);
        Self {
            context: values.text("context").unwrap_or_else(|| "default".to_owned()),
            account_code: values.text("accountcode"),
            streams: stream_options::read(values, &allowed.names),
            codecs: allowed.names,
            rtp: rtp_options::read(values, allowed.packet_times),
            codec_rules: codec_rules::read(values),
            auth: values.names("auth"),
            outbound_auth: values.list("outbound_auth"),
            aors: values.names("aors"),
            transport: values.text("transport"),
            outbound_proxy: proxy::read(values),
            caller_id: caller_id(values),
            from_user: values.text("from_user"),
            from_domain: values.text("from_domain"),
            language: values.text("language").unwrap_or_else(|| default_language.to_owned()),
            dtmf_mode: values.choice("dtmf_mode", DTMF_MODES, DtmfMode::default()),
            media_encryption: media_encryption::read(values),
            direct_media: direct_media::read(values),
            rtp_symmetric: symmetric,
            force_rport: values.flag("force_rport", true),
            rewrite_contact: values.flag("rewrite_contact", false),
            media_address: values.parsed("media_address", "IP address"),
            bind_rtp_to_media_address: values.flag("bind_rtp_to_media_address", false),
            rtp_timeout: values.seconds("rtp_timeout"),
            rtp_timeout_hold: values.seconds("rtp_timeout_hold"),
            pickup_groups: Arc::new(pickup_groups(values)),
            set_var: variables(values),
            identify_by: identifiers(values, "identify_by")
                .unwrap_or_else(|| vec![Identifier::Username, Identifier::Ip]),
            allow_unauthenticated_options: values.flag("allow_unauthenticated_options", false),
            session_options: session_options(values),
            message_context: values.text("message_context"),
            allow_transfer: values.flag("allow_transfer", true),
            redirect_method: values.choice("redirect_method", REDIRECT_METHODS, RedirectMethod::default()),
            identity: IdentityOptions::read(values),
            signalling: SignallingOptions::read(values),
            geolocation: GeolocationOptions::read(values),
            moh_suggest: values.text("moh_suggest"),
            moh_passthrough: values.flag("moh_passthrough", false),
            send_aoc: values.flag("send_aoc", false),
            security_mechanisms: security_mechanisms::read(values),
            allow_overlap: values.choice("allow_overlap", OVERLAPS, Overlap::Asks),
            overlap_context: values.text("overlap_context"),
            device_state_busy_at: values.number("device_state_busy_at", 0),
            mailboxes: values.list("mailboxes"),
            aggregate_mwi: values.flag("aggregate_mwi", true),
            mwi_subscribe_replaces_unsolicited: values.flag("mwi_subscribe_replaces_unsolicited", false),
            mwi_from_user: values.text("mwi_from_user"),
            incoming_mwi_mailbox: values.text("incoming_mwi_mailbox"),
            voicemail_extension: values.text("voicemail_extension"),
            allow_subscribe: values.flag("allow_subscribe", true),
            subscribe_context: values.text("subscribe_context"),
            sub_min_expiry: values.number("sub_min_expiry", 60),
            notify_early_inuse_ringing: values.flag("notify_early_inuse_ringing", false),
            access: Access::read(values, ""),
            contact_access: Access::read(values, "contact_"),
            stir_shaken_profile: stir_shaken_profile(values),
            written: values.written(),
            name: name.value,
            span: name.span,
            spans,
        }
    }

    /// Where the value of one of the keys is that checks point at; the section where it has none.
    pub fn span_of(&self, key: &str) -> Span {
        self.spans.iter().find(|(known, _)| *known == key).map_or(self.span, |(_, span)| *span)
    }
}

/// `callerid`. A name with a semicolon ends there without its closing quote, for what follows is a comment.
fn caller_id(values: &mut Values<'_>) -> Option<CallerId> {
    let text = values.text("callerid")?;
    let mut octets = text.replace("\\\\", "").replace("\\\"", "");
    octets.retain(|letter| letter == '"');
    if octets.len() % 2 == 1 {
        let message = format!(
            "'{text}' has a quote that is not closed; a semicolon without a backslash begins a comment"
        );
        values.odd("callerid", message, "write callerid=\"name\" <number>, and \\; for a semicolon");
    }
    values.parsed("callerid", "caller")
}

/// The profile of `stir_shaken.conf`. `stir_shaken` said the same before Asterisk 18.22, and says nothing any more.
fn stir_shaken_profile(values: &mut Values<'_>) -> Option<String> {
    let profile = values.text("stir_shaken_profile");
    let wanted =
        values.text("stir_shaken").filter(|text| !["no", "off", "false", "0"].contains(&text.as_str()));
    if let Some(text) = wanted.filter(|_| profile.is_none()) {
        let message =
            format!("'{text}' has no effect without a profile: calls are neither signed nor verified");
        values.odd("stir_shaken", message, "name a profile of stir_shaken.conf: stir_shaken_profile=NAME");
    }
    profile
}

/// Words of `timers`.
const TIMERS: &[(&str, TimerMode)] = &[
    ("yes", TimerMode::Supported),
    ("no", TimerMode::Never),
    ("required", TimerMode::Required),
    ("always", TimerMode::Always),
    ("forced", TimerMode::Always),
];

/// Words of `100rel`.
const RELIABLE: &[(&str, ReliablePolicy)] = &[
    ("yes", ReliablePolicy::WhenRequired),
    ("no", ReliablePolicy::Never),
    ("required", ReliablePolicy::Required),
    ("peer_supported", ReliablePolicy::WhenSupported),
];

/// The shortest session interval that RFC 4028 section 4 allows, in seconds.
const SHORTEST_INTERVAL: u32 = 90;

/// Session timers and acknowledged provisional responses.
fn session_options(values: &mut Values<'_>) -> SessionOptions {
    let mut shortest: u32 = values.number("timers_min_se", SHORTEST_INTERVAL);
    if shortest < SHORTEST_INTERVAL {
        let told = format!("'{shortest}' is below 90, the shortest that RFC 4028 allows; 90 is taken");
        values.odd("timers_min_se", told, "write 90 or more");
        shortest = SHORTEST_INTERVAL;
    }
    let mut interval: u32 = values.number("timers_sess_expires", 1_800);
    if interval < shortest {
        let told = format!("'{interval}' is shorter than timers_min_se; {shortest} is taken");
        values.odd("timers_sess_expires", told, "write as many seconds as timers_min_se, or more");
        interval = shortest;
    }
    let seconds = |number: u32| Duration::from_secs(number.into());
    let timer = TimerPolicy {
        mode: values.choice("timers", TIMERS, TimerMode::Supported),
        interval: seconds(interval),
        shortest: seconds(shortest),
    };
    let reliable = values.choice("100rel", RELIABLE, ReliablePolicy::WhenRequired);
    SessionOptions::default().with_timer(timer).with_reliable(reliable)
}

/// Groups by number and by name.
fn pickup_groups(values: &mut Values<'_>) -> PickupGroups {
    let mut read = |numbers: &str, names: &str| {
        let mut groups = GroupSet::default();
        if let Err(error) = groups.set_numbers(&values.text(numbers).unwrap_or_default()) {
            values.odd(numbers, error.to_string(), "write numbers and ranges, or use the key for names");
        }
        groups.set_names(&values.text(names).unwrap_or_default());
        groups
    };
    PickupGroups {
        of_calls: read("call_group", "named_call_group"),
        to_take: read("pickup_group", "named_pickup_group"),
    }
}

/// `set_var=NAME=value`, as often as wanted.
fn variables(values: &mut Values<'_>) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for entry in values.section.all("set_var") {
        match entry.value.value.split_once('=') {
            Some((name, value)) => variables.push((name.trim().to_owned(), value.trim().to_owned())),
            None => {
                let message = format!("set_var: '{}' sets nothing", entry.value.value);
                let finding = Diagnostic::warning("bad-value", message);
                values.found.push(finding.at(entry.value.span).help("write set_var=NAME=value"));
            }
        }
    }
    variables
}
