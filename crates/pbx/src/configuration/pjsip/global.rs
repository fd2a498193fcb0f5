//! `type=global`.

use std::time::Duration;

use asterisk_conf::{Diagnostic, Spanned, boolean, suggest};
use call_control::sip::UnidentifiedPolicy;
use sip_ua::digest::Algorithm;
use sip_ua::guard::Network;

use super::authentication::algorithms;
use crate::configuration::values::{Values, at};
use crate::sip_log::Selection;

/// A way to find the endpoint that a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// By its address (`type=identify`).
    Ip,
    /// By the user in From.
    Username,
    /// By the user of its credentials.
    AuthUsername,
    /// Everybody else is the endpoint `anonymous`, if there is one.
    Anonymous,
    /// By a header (`match_header`).
    Header,
    /// By the URI that is asked for (`match_request_uri`).
    RequestUri,
}

/// Words and what they mean.
const IDENTIFIERS: &[(&str, Identifier)] = &[
    ("ip", Identifier::Ip),
    ("username", Identifier::Username),
    ("auth_username", Identifier::AuthUsername),
    ("anonymous", Identifier::Anonymous),
    ("header", Identifier::Header),
    ("request_uri", Identifier::RequestUri),
];

/// What concerns all of SIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// `user_agent`: what we call ourselves.
    pub user_agent: String,
    /// `debug`: which messages consoles see from the start; `None` of none.
    pub debug: Option<Selection>,
    /// `default_realm` of challenges.
    pub default_realm: String,
    /// `max_forwards` of requests that we send.
    pub max_forwards: u8,
    /// `use_callerid_contact`: our Contact has the caller's number.
    pub use_callerid_contact: bool,
    /// `ignore_uri_user_options`: what follows a semicolon in the user part of a URI is no part of a name or number.
    pub ignore_uri_user_options: bool,
    /// `allow_sending_180_after_183`: a ring behind early audio is told by 180, and not by 183.
    pub allow_sending_180_after_183: bool,
    /// `norefersub`: phones may do without news of their REFER (RFC 4488).
    pub norefersub: bool,
    /// `all_codecs_on_empty_reinvite`: who asks for an offer by a re-INVITE is offered all codecs of its endpoint, not only
    /// those that were agreed on.
    pub all_codecs_on_empty_reinvite: bool,
    /// `default_from_user` of requests that are sent for nobody.
    pub default_from_user: String,
    /// `max_initial_qualify_time`: contacts are asked for the first time within this.
    pub max_initial_qualify_time: Duration,
    /// `keep_alive_interval`: after how much time without a message of ours a connection gets a keep-alive.
    pub keep_alive_interval: Option<Duration>,
    /// `endpoint_identifier_order`.
    pub endpoint_identifier_order: Vec<Identifier>,
    /// `mwi_disable_initial_unsolicited`: phones are not told of waiting messages as the exchange starts.
    pub mwi_disable_initial_unsolicited: bool,
    /// `default_outbound_endpoint`: by which URIs are reached that belong to no endpoint.
    pub default_outbound_endpoint: Option<String>,
    /// `default_voicemail_extension`: what phones call for their messages where nothing else is said.
    pub default_voicemail_extension: Option<String>,
    /// `disable_multi_domain`: users are known without their domain alone.
    pub disable_multi_domain: bool,
    /// `regcontext`: where phones have an extension while they are registered.
    pub regcontext: Option<Spanned<String>>,
    /// `unidentified_request_count`, `unidentified_request_period`, `unidentified_request_prune_interval`.
    pub unidentified: UnidentifiedPolicy,
    /// `default_auth_algorithms_uas`: what is offered to those who prove an `auth` section that names none.
    pub default_auth_algorithms_uas: Vec<Algorithm>,
    /// `authentication_info` (not Asterisk's): a 2xx proves to phones that we know their secret, and names the next nonce.
    pub authentication_info: bool,
    /// `default_auth_algorithms_uac`: by what challenges are answered with one that names none.
    pub default_auth_algorithms_uac: Vec<Algorithm>,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            user_agent: concat!("ipbx/", env!("CARGO_PKG_VERSION")).to_owned(),
            debug: None,
            default_realm: "asterisk".to_owned(),
            max_forwards: 70,
            use_callerid_contact: false,
            ignore_uri_user_options: false,
            allow_sending_180_after_183: false,
            norefersub: true,
            all_codecs_on_empty_reinvite: false,
            default_from_user: "asterisk".to_owned(),
            max_initial_qualify_time: Duration::ZERO,
            keep_alive_interval: Some(Duration::from_secs(90)),
            endpoint_identifier_order: vec![Identifier::Ip, Identifier::Username, Identifier::Anonymous],
            mwi_disable_initial_unsolicited: false,
            default_outbound_endpoint: Some("default_outbound_endpoint".to_owned()),
            default_voicemail_extension: None,
            disable_multi_domain: false,
            regcontext: None,
            unidentified: UnidentifiedPolicy::default(),
            default_auth_algorithms_uas: Vec::new(),
            authentication_info: false,
            default_auth_algorithms_uac: Vec::new(),
        }
    }
}

impl Global {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let defaults = Self::default();
        let order = identifiers(values, "endpoint_identifier_order");
        Self {
            user_agent: values.text("user_agent").unwrap_or(defaults.user_agent),
            debug: debug(values),
            default_realm: values.text("default_realm").unwrap_or(defaults.default_realm),
            max_forwards: values.number_within("max_forwards", defaults.max_forwards, 1..=u8::MAX),
            use_callerid_contact: values.flag("use_callerid_contact", defaults.use_callerid_contact),
            all_codecs_on_empty_reinvite: values.flag("all_codecs_on_empty_reinvite", false),
            ignore_uri_user_options: values.flag("ignore_uri_user_options", false),
            allow_sending_180_after_183: values.flag("allow_sending_180_after_183", false),
            norefersub: values.flag("norefersub", defaults.norefersub),
            default_from_user: values.text("default_from_user").unwrap_or(defaults.default_from_user),
            max_initial_qualify_time: values.seconds("max_initial_qualify_time").unwrap_or_default(),
            keep_alive_interval: match values.text("keep_alive_interval") {
                Some(_) => values.seconds("keep_alive_interval"),
                None => defaults.keep_alive_interval,
            },
            endpoint_identifier_order: order.unwrap_or(defaults.endpoint_identifier_order),
            mwi_disable_initial_unsolicited: values.flag("mwi_disable_initial_unsolicited", false),
            default_outbound_endpoint: values
                .text("default_outbound_endpoint")
                .or(defaults.default_outbound_endpoint),
            default_voicemail_extension: values.text("default_voicemail_extension"),
            disable_multi_domain: values.flag("disable_multi_domain", false),
            regcontext: values
                .text("regcontext")
                .zip(values.span("regcontext"))
                .map(|(text, span)| Spanned::new(text, span)),
            unidentified: unidentified(values, defaults.unidentified),
            authentication_info: values.flag("authentication_info", false),
            default_auth_algorithms_uas: algorithms(values, "default_auth_algorithms_uas"),
            default_auth_algorithms_uac: algorithms(values, "default_auth_algorithms_uac"),
        }
    }
}

/// `yes`, `no`, or the host whose messages are of interest.
fn debug(values: &mut Values<'_>) -> Option<Selection> {
    let text = values.text("debug")?;
    match (boolean(&text), Network::parse(&text)) {
        (Some(on), _) => on.then(Selection::default),
        (None, Some(host)) => Some(Selection { networks: vec![host], methods: Vec::new() }),
        (None, None) => {
            let message = format!("debug: '{text}' is neither yes or no nor an address; nothing is shown");
            values.odd("debug", message, "write yes, no, 192.0.2.1 or 192.0.2.0/24");
            None
        }
    }
}

/// From how many requests of unknown senders on their address is told of.
fn unidentified(values: &mut Values<'_>, usual: UnidentifiedPolicy) -> UnidentifiedPolicy {
    let mut seconds = |key: &str, usual: Duration| {
        Duration::from_secs(values.number(key, usual.as_secs()).clamp(1, u64::from(u32::MAX)))
    };
    let period = seconds("unidentified_request_period", usual.period);
    let prune_interval = seconds("unidentified_request_prune_interval", usual.prune_interval);
    UnidentifiedPolicy {
        count: values.number("unidentified_request_count", usual.count),
        period,
        prune_interval,
    }
}

/// A list of identifiers; `None` where the key is absent.
pub(super) fn identifiers(values: &mut Values<'_>, key: &str) -> Option<Vec<Identifier>> {
    let words = values.list(key);
    if words.is_empty() {
        return None;
    }
    let mut order = Vec::new();
    for word in words {
        match IDENTIFIERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&word)) {
            Some((_, identifier)) => order.push(*identifier),
            None => {
                let nearest = suggest::nearest(&word, IDENTIFIERS.iter().map(|(known, _)| *known));
                let finding =
                    Diagnostic::warning("bad-value", format!("{key}: '{word}' is unknown; it is left out"));
                let span = values.span(key);
                values.found.push(at(finding, span).suggest(nearest));
            }
        }
    }
    Some(order)
}
