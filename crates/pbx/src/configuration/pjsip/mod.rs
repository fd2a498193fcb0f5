//! `pjsip.conf`: transports, endpoints and what belongs to them.

mod aor;
mod auth;
mod endpoint;
mod global;
mod identify;
mod keys;
mod transport;

use std::collections::BTreeMap;
use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Section, suggest};

pub use aor::Aor;
pub use auth::{Auth, AuthType};
pub use endpoint::{DtmfMode, Endpoint};
pub use global::{Global, Identifier};
pub use identify::{AddressRange, Identify};
pub use transport::Transport;

use super::values::{Values, at};

/// All of SIP, whatever dialect it was written in.
#[derive(Clone, Debug, Default)]
pub struct SipConfiguration {
    /// `type=global`.
    pub global: Global,
    /// `type=transport`, in order.
    pub transports: Vec<Transport>,
    /// `type=endpoint`, by name.
    pub endpoints: BTreeMap<String, Arc<Endpoint>>,
    /// `type=auth`, by name.
    pub auths: BTreeMap<String, Auth>,
    /// `type=aor`, by name.
    pub aors: BTreeMap<String, Aor>,
    /// `type=identify`, in order.
    pub identifies: Vec<Identify>,
}

/// Types that are read past: they have no effect yet.
const WITHOUT_EFFECT: &[&str] = &[
    "acl",
    "asterisk-publication",
    "contact",
    "domain_alias",
    "inbound-publication",
    "outbound-publish",
    "phoneprov",
    "registration",
    "resource_list",
    "subscription_persistence",
];

impl SipConfiguration {
    /// Reads all sections.
    pub(super) fn read(config: &Config, default_language: &str, found: &mut Vec<Diagnostic>) -> Self {
        let mut sip = Self::default();
        for section in config.objects() {
            let Some(kind) = kind_of(section, found) else { continue };
            let mut values = Values { section, found };
            let known = keys::of(&kind).unwrap_or_default();
            values.check_keys(&format!("type={kind}"), known);
            sip.take(&kind, &mut values, default_language);
        }
        sip
    }

    fn take(&mut self, kind: &str, values: &mut Values<'_>, default_language: &str) {
        let name = values.section.name.value.clone();
        match kind {
            "global" => self.global = Global::read(values),
            "transport" => self.transports.extend(Transport::read(values)),
            "identify" => self.identifies.extend(Identify::read(values)),
            "endpoint" => {
                let endpoint = Arc::new(Endpoint::read(values, default_language));
                if let Some(other) = self.endpoints.insert(name, endpoint) {
                    twice(values, other.span);
                }
            }
            "auth" => {
                if let Some(other) = Auth::read(values).and_then(|auth| self.auths.insert(name, auth)) {
                    twice(values, other.span);
                }
            }
            "aor" => {
                let aor = Aor::read(values);
                if let Some(other) = self.aors.insert(name, aor) {
                    twice(values, other.span);
                }
            }
            without if WITHOUT_EFFECT.contains(&without) => {
                let message = format!("sections of type={without} have no effect yet");
                let finding = Diagnostic::warning("no-effect", message);
                values.found.push(finding.at(values.section.name.span));
            }
            _ => {}
        }
    }
}

/// The type of a section. One without a type, or with one that does not exist, is left out, as Asterisk leaves it out.
fn kind_of(section: &Section, found: &mut Vec<Diagnostic>) -> Option<String> {
    let name = &section.name;
    let Some(entry) = section.last("type") else {
        let message = format!("section [{}] has no type, so it means nothing", name.value);
        let help =
            "begin it with type=endpoint, type=auth, type=aor, type=transport, type=identify or type=global";
        found.push(Diagnostic::error("no-type", message).at(name.span).help(help));
        return None;
    };
    let kind = entry.value.value.trim().to_ascii_lowercase();
    if keys::of(&kind).is_some() {
        return Some(kind);
    }
    let message = format!("there is no type '{}'; section [{}] is left out", entry.value.value, name.value);
    let nearest = suggest::nearest(&kind, keys::types());
    found.push(Diagnostic::error("unknown-type", message).at(entry.value.span).suggest(nearest));
    None
}

/// Two sections of one type and name: the later one counts.
fn twice(values: &mut Values<'_>, other: asterisk_conf::Span) {
    let name = &values.section.name;
    let message = format!("[{}] is here a second time; this one counts", name.value);
    let finding = Diagnostic::warning("defined-twice", message).at(name.span);
    values.found.push(finding.related(other, "the first one"));
}

/// Something that is an error at a key's value.
fn error_at(values: &mut Values<'_>, key: &str, code: &'static str, message: String, help: &str) {
    let span = values.span(key).or(Some(values.section.name.span));
    values.found.push(at(Diagnostic::error(code, message).help(help), span));
}
