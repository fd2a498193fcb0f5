//! `type=endpoint`.

use std::net::IpAddr;
use std::time::Duration;

use asterisk_conf::{Diagnostic, Span, suggest};
use call_control::CallerId;

use super::Identifier;
use super::global::identifiers;
use crate::configuration::access::Access;
use crate::configuration::values::{Values, at};

/// A phone or a trunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name: `alice` of `PJSIP/alice`.
    pub name: String,
    /// `context` where its calls start.
    pub context: String,
    /// `allow` and `disallow`: codecs by name, best first.
    pub codecs: Vec<String>,
    /// `auth`: names of the credentials that it must prove one of.
    pub auth: Vec<String>,
    /// `outbound_auth`: names of the credentials that answer its challenges.
    pub outbound_auth: Vec<String>,
    /// `aors`: names of its addresses of record.
    pub aors: Vec<String>,
    /// `transport` by name.
    pub transport: Option<String>,
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
    /// `direct_media`; media stays with the exchange for now.
    pub direct_media: bool,
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
    /// `set_var`: variables of its channels.
    pub set_var: Vec<(String, String)>,
    /// `identify_by`.
    pub identify_by: Vec<Identifier>,
    /// `allow_unauthenticated_options`.
    pub allow_unauthenticated_options: bool,
    /// `allow_overlap`: a number that more digits could complete is answered with 484.
    pub allow_overlap: bool,
    /// `device_state_busy_at`.
    pub device_state_busy_at: u32,
    /// `mailboxes`.
    pub mailboxes: Vec<String>,
    /// `deny`, `permit`, `acl`: where it may call from.
    pub access: Access,
    /// `contact_deny`, `contact_permit`, `contact_acl`: which addresses its Contact may name.
    pub contact_access: Access,
    /// Where the section is.
    pub span: Span,
    /// Where values are that checks point at: `context`, `auth`, `outbound_auth`, `aors`, `transport`, `allow`.
    pub spans: Vec<(&'static str, Span)>,
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

const DTMF_MODES: &[(&str, DtmfMode)] = &[
    ("rfc4733", DtmfMode::Rfc4733),
    ("rfc2833", DtmfMode::Rfc4733),
    ("inband", DtmfMode::Inband),
    ("info", DtmfMode::Info),
    ("auto", DtmfMode::Auto),
    ("auto_info", DtmfMode::AutoInfo),
    ("none", DtmfMode::None),
];

/// Names that `allow` and `disallow` know, in the order that `all` means.
const CODECS: &[&str] = &[
    "ulaw", "alaw", "gsm", "g722", "g726", "g726aal2", "g729", "g723", "ilbc", "opus", "codec2", "adpcm",
    "lpc10", "slin", "slin12", "slin16", "slin24", "slin32", "slin44", "slin48", "slin96", "slin192",
    "speex", "speex16", "speex32", "siren7", "siren14", "silk8", "silk12", "silk16", "silk24", "h261",
    "h263", "h263p", "h264", "h265", "mpeg4", "vp8", "vp9", "jpeg", "png", "t140", "t140red", "red",
    "testlaw",
];

/// Codecs of endpoints that name none.
const DEFAULT_CODECS: &[&str] = &["ulaw", "alaw"];

impl Endpoint {
    pub(super) fn read(values: &mut Values<'_>, default_language: &str) -> Self {
        let name = values.section.name.clone();
        let keys = ["context", "auth", "outbound_auth", "aors", "transport", "allow"];
        let spans = keys.into_iter().filter_map(|key| Some((key, values.span(key)?))).collect();
        let symmetric = values.flag("rtp_symmetric", false);
        Self {
            context: values.text("context").unwrap_or_else(|| "default".to_owned()),
            codecs: codecs(values),
            auth: values.list("auth"),
            outbound_auth: values.list("outbound_auth"),
            aors: values.list("aors"),
            transport: values.text("transport"),
            caller_id: values.parsed("callerid", "caller"),
            from_user: values.text("from_user"),
            from_domain: values.text("from_domain"),
            language: values.text("language").unwrap_or_else(|| default_language.to_owned()),
            dtmf_mode: values.choice("dtmf_mode", DTMF_MODES, DtmfMode::default()),
            direct_media: values.flag("direct_media", true),
            rtp_symmetric: symmetric,
            force_rport: values.flag("force_rport", true),
            rewrite_contact: values.flag("rewrite_contact", false),
            media_address: values.parsed("media_address", "IP address"),
            rtp_timeout: values.seconds("rtp_timeout"),
            rtp_timeout_hold: values.seconds("rtp_timeout_hold"),
            set_var: variables(values),
            identify_by: identifiers(values, "identify_by")
                .unwrap_or_else(|| vec![Identifier::Username, Identifier::Ip]),
            allow_unauthenticated_options: values.flag("allow_unauthenticated_options", false),
            allow_overlap: values.flag("allow_overlap", true),
            device_state_busy_at: values.number("device_state_busy_at", 0),
            mailboxes: values.list("mailboxes"),
            access: Access::read(values, ""),
            contact_access: Access::read(values, "contact_"),
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

/// What `allow` and `disallow` come to, line by line in the order of the file.
fn codecs(values: &mut Values<'_>) -> Vec<String> {
    let mut chosen: Vec<String> = DEFAULT_CODECS.iter().map(|&name| name.to_owned()).collect();
    let mut unknown = Vec::new();
    let mut named = false;
    for entry in &values.section.entries {
        let allows = entry.is("allow");
        if !allows && !entry.is("disallow") {
            continue;
        }
        // The first `allow` of an endpoint that disallowed nothing begins a list of its own.
        if allows && !std::mem::replace(&mut named, true) {
            chosen.clear();
        }
        named = true;
        for word in entry.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (taken, name) = match word.strip_prefix('!') {
                Some(name) => (!allows, name),
                None => (allows, word),
            };
            // `ulaw:20` asks for packets of 20 ms.
            let name = name.split(':').next().unwrap_or(name).to_ascii_lowercase();
            match name.as_str() {
                "all" if taken => chosen = CODECS.iter().map(|&name| name.to_owned()).collect(),
                "all" => chosen.clear(),
                known if CODECS.contains(&known) => {
                    chosen.retain(|other| *other != name);
                    if taken {
                        chosen.push(name);
                    }
                }
                _ => unknown.push((name, entry.value.span)),
            }
        }
    }
    for (name, span) in unknown {
        let finding =
            Diagnostic::warning("unknown-codec", format!("there is no codec '{name}'; it is left out"));
        let nearest = suggest::nearest(&name, CODECS.iter().copied());
        values.found.push(at(finding, Some(span)).suggest(nearest));
    }
    chosen
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
