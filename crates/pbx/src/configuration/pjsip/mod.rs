//! `pjsip.conf`: transports, endpoints and what belongs to them.

mod aor;
mod auth;
mod authentication;
mod certificates;
mod codec_rules;
mod codecs;
mod direct_media;
mod endpoint;
mod geolocation;
mod global;
mod identify;
mod idle;
mod keys;
mod media_encryption;
mod options;
mod pattern;
mod proxy;
mod publication;
mod registration;
mod resource_list;
mod rtp_options;
mod security_mechanisms;
mod signalling;
mod sockets;
mod strays;
mod stream_options;
mod system;
#[cfg(test)]
mod testing;
mod transport;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use asterisk_conf::{Config, Diagnostic, Files, Section, Span, suggest};

use sip_ua::transport::Protocol;

pub use aor::Aor;
pub use auth::{Auth, AuthType};
pub use certificates::{CertificateProblem, Certificates};
pub use endpoint::{DtmfMode, Endpoint, IdentityOptions, Overlap};
pub use geolocation::GeolocationOptions;
pub use global::{Global, Identifier};
pub use identify::{AddressRange, Identify};
pub use pattern::Pattern;
pub use publication::{AsteriskPublication, InboundPublication, OutboundPublish, Published};
pub use registration::Registration;
pub use resource_list::ResourceList;
pub use signalling::SignallingOptions;
pub use system::System;
pub use transport::Transport;

use super::DeviceRules;
use super::access::{Access, AccessLists};
use super::http::HttpConfiguration;
use super::stir_shaken::StirShakenConfiguration;
use super::values::{Values, at};
pub(super) use keys::of as keys_of;
pub(crate) use proxy::route_set;

/// All of SIP, whatever dialect it was written in.
#[derive(Clone, Debug, Default)]
pub struct SipConfiguration {
    /// `type=global`.
    pub global: Global,
    /// What devices of `sip.conf` say and no key of `pjsip.conf` does, by the name of their endpoint.
    pub device_rules: BTreeMap<String, DeviceRules>,
    /// `type=system`.
    pub system: System,
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
    /// `type=registration`, by name.
    pub registrations: BTreeMap<String, Registration>,
    /// `type=outbound-publish`, by name.
    pub outbound_publishes: BTreeMap<String, OutboundPublish>,
    /// `type=inbound-publication`, by name.
    pub inbound_publications: BTreeMap<String, InboundPublication>,
    /// `type=asterisk-publication`, by name.
    pub asterisk_publications: BTreeMap<String, AsteriskPublication>,
    /// `type=resource_list`, by name.
    pub resource_lists: BTreeMap<String, ResourceList>,
    /// `type=domain_alias`: domains that stand for another, in lower case.
    pub domain_aliases: BTreeMap<String, String>,
    /// `type=acl`: what every request must pass.
    pub access: Vec<Access>,
    /// The same for the addresses in Contact.
    pub contact_access: Vec<Access>,
    /// `acl.conf`.
    pub access_lists: AccessLists,
    /// `stir_shaken.conf`.
    pub stir_shaken: StirShakenConfiguration,
    /// Sections that are there and were left out, by type and name; why has been said.
    left_out: BTreeSet<(String, String)>,
    /// Where the sections are of types that count once.
    only: BTreeMap<&'static str, Span>,
}

/// Types that are read past: they have no effect yet.
const WITHOUT_EFFECT: &[&str] = &["contact", "phoneprov", "subscription_persistence"];

impl SipConfiguration {
    /// Reads all sections.
    pub(super) fn read(config: &Config, default_language: &str, found: &mut Vec<Diagnostic>) -> Self {
        let mut sip = Self::default();
        for section in config.objects() {
            let Some(kind) = kind_of(section, found) else { continue };
            let mut values = Values { section, found };
            let known = keys::of(&kind).unwrap_or_default();
            values.check_keys(&format!("type={kind}"), known, |key| strays::advice(&kind, key));
            idle::check(&kind, &mut values);
            sip.take(&kind, &mut values, default_language);
        }
        sip
    }

    /// Moves the WebSockets to where `http.conf` has them; several of them share one address there, as in Asterisk.
    pub(super) fn follow_http(&mut self, http: &HttpConfiguration, found: &mut Vec<Diagnostic>) {
        for transport in &mut self.transports {
            transport.follow_http(http, found);
        }
        let mut taken = BTreeSet::new();
        for transport in std::mem::take(&mut self.transports) {
            let is_web = matches!(transport.protocol, Protocol::Ws | Protocol::Wss);
            if is_web && !taken.insert((transport.protocol, transport.bind)) {
                self.leave_out("transport", transport.name);
            } else {
                self.transports.push(transport);
            }
        }
    }

    /// Whether a transport serves WebSockets at that address, and with it whatever else is asked for there.
    pub fn serves_web(&self, address: SocketAddr) -> bool {
        let is_web = |transport: &Transport| matches!(transport.protocol, Protocol::Ws | Protocol::Wss);
        self.transports.iter().any(|transport| is_web(transport) && transport.bind == address)
    }

    /// Reads the certificates of the transports; those whose files cannot be used stay without.
    pub(super) fn read_certificates(
        &mut self,
        folder: &Path,
        files: &dyn Files,
        found: &mut Vec<Diagnostic>,
    ) {
        for transport in &mut self.transports {
            let Some(certificates) = &mut transport.certificates else { continue };
            let loaded = certificates.load(folder, files);
            let (name, section) = (&transport.name, transport.span);
            match loaded {
                Err(problem) => found.push(certificates.finding(name, section, &problem)),
                Ok(()) if certificates.cert_file.is_none() => {
                    let message = format!("transport [{name}] has no cert_file: nobody can connect to it");
                    let help = "name a certificate and its key: cert_file=/etc/asterisk/keys/sip.crt, priv_key_file=…";
                    found.push(Diagnostic::warning("no-certificate", message).at(section).help(help));
                }
                Ok(()) => found.extend(certificates.doubts(name, section, SystemTime::now())),
            }
        }
    }

    /// Whether a section of this type and name is in the files, and could not be used.
    pub(super) fn is_left_out(&self, kind: &str, name: &str) -> bool {
        self.left_out.contains(&(kind.to_owned(), name.to_owned()))
    }

    fn take(&mut self, kind: &str, values: &mut Values<'_>, default_language: &str) {
        let name = values.section.name.value.clone();
        match kind {
            "global" => {
                self.only("global", values);
                self.global = Global::read(values);
            }
            "system" => {
                self.only("system", values);
                self.system = System::read(values);
            }
            "transport" => match Transport::read(values) {
                Some(transport) => self.transports.push(transport),
                None => self.leave_out(kind, name),
            },
            "acl" => {
                self.access.push(Access::read(values, ""));
                self.contact_access.push(Access::read(values, "contact_"));
            }
            "identify" => self.identifies.extend(Identify::read(values)),
            "endpoint" => {
                let endpoint = Arc::new(Endpoint::read(values, default_language));
                if let Some(other) = self.endpoints.insert(name, endpoint) {
                    twice(values, other.span);
                }
            }
            "auth" => match Auth::read(values) {
                Some(auth) => {
                    if let Some(other) = self.auths.insert(name, auth) {
                        twice(values, other.span);
                    }
                }
                None => self.leave_out(kind, name),
            },
            "aor" => {
                let aor = Aor::read(values);
                if let Some(other) = self.aors.insert(name, aor) {
                    twice(values, other.span);
                }
            }
            "registration" => match Registration::read(values) {
                Some(registration) => {
                    if let Some(other) = self.registrations.insert(name, registration) {
                        twice(values, other.span);
                    }
                }
                None => self.leave_out(kind, name),
            },
            "outbound-publish" => match OutboundPublish::read(values) {
                Some(publish) => {
                    if let Some(other) = self.outbound_publishes.insert(name, publish) {
                        twice(values, other.span);
                    }
                }
                None => self.leave_out(kind, name),
            },
            "inbound-publication" => {
                let publication = InboundPublication::read(values);
                if let Some(other) = self.inbound_publications.insert(name, publication) {
                    twice(values, other.span);
                }
            }
            "asterisk-publication" => {
                let publication = AsteriskPublication::read(values);
                if let Some(other) = self.asterisk_publications.insert(name, publication) {
                    twice(values, other.span);
                }
            }
            "domain_alias" => self.domain_aliases.extend(domain_alias(values)),
            "resource_list" => {
                let list = ResourceList::read(values);
                if let Some(other) = self.resource_lists.insert(name, list) {
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

    /// Tells of a second section of a type that counts once: nothing of the first one is left.
    fn only(&mut self, kind: &'static str, values: &mut Values<'_>) {
        let span = values.section.name.span;
        if let Some(other) = self.only.insert(kind, span) {
            let message =
                format!("type={kind} is here a second time; of this section alone every key counts");
            let finding = Diagnostic::warning("defined-twice", message).at(span);
            values.found.push(finding.related(other, "the first one"));
        }
    }

    fn leave_out(&mut self, kind: &str, name: String) {
        self.left_out.insert((kind.to_owned(), name));
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
    if strays::TYPES_OF_SIP_CONF.contains(&kind.as_str()) {
        let message = format!("type={kind} belongs into sip.conf; section [{}] is left out", name.value);
        let help = "write it as type=endpoint, with sections of type=auth and type=aor beside it";
        found.push(Diagnostic::error("unknown-type", message).at(entry.value.span).help(help));
        return None;
    }
    if kind == "wizard" {
        let message =
            format!("type=wizard belongs into pjsip_wizard.conf; section [{}] is left out", name.value);
        let help = "move it to that file, with the templates that it names";
        found.push(Diagnostic::error("unknown-type", message).at(entry.value.span).help(help));
        return None;
    }
    let message = format!("there is no type '{}'; section [{}] is left out", entry.value.value, name.value);
    let nearest = suggest::nearest(&kind, keys::types());
    found.push(Diagnostic::error("unknown-type", message).at(entry.value.span).suggest(nearest));
    None
}

/// A domain, and the one that it stands for.
fn domain_alias(values: &mut Values<'_>) -> Option<(String, String)> {
    let name = values.section.name.clone();
    let Some(domain) = values.text("domain") else {
        let message = format!("domain_alias [{}] names no domain; it has no effect", name.value);
        let help = "add domain=EXAMPLE.COM, the domain that it stands for";
        values.found.push(Diagnostic::warning("no-domain", message).at(name.span).help(help));
        return None;
    };
    Some((name.value.to_ascii_lowercase(), domain.to_ascii_lowercase()))
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
