//! `geolocation.conf`: where phones are, and what is told of it (RFC 6442).

mod keys;
mod place;
mod profile;
pub(crate) mod sub_parameters;

pub(crate) use place::METHODS;
pub(crate) use place::is_host_name;

use std::collections::BTreeMap;

use asterisk_conf::{Config, Diagnostic, Span, suggest};
use call_control::{LocationFormat, LocationProfile, ProfilePrecedence, Settings};

use super::SipConfiguration;
use super::values::Values;

/// What `geolocation.conf` says.
#[derive(Clone, Debug, Default)]
pub struct GeolocationConfiguration {
    /// `type=location`, by name.
    pub locations: BTreeMap<String, ConfiguredLocation>,
    /// `type=profile`, by name, without those that are there in any case.
    pub profiles: BTreeMap<String, LocationProfile>,
    /// Where profiles name their location.
    references: BTreeMap<String, Span>,
}

/// A place that profiles share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredLocation {
    /// How it is given.
    pub format: LocationFormat,
    /// What describes it.
    pub info: Settings,
    /// How it was found out: `GPS`, `Manual` …; empty where that is not said.
    pub method: String,
    /// The host that knows it; empty where that is not said.
    pub source: String,
    /// `pdf` and `value`: how sure it is.
    pub confidence: Settings,
}

impl GeolocationConfiguration {
    /// Reads all sections.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut all = Self::default();
        for section in config.objects() {
            let name = section.name.value.clone();
            let mut values = Values { section, found };
            let kind = values.text("type").unwrap_or_default();
            match kind.to_ascii_lowercase().as_str() {
                "location" => {
                    values.check_keys("type=location", keys::LOCATION, |_| None);
                    if let Some(location) = place::read(&mut values, "location", &Settings::new()) {
                        all.locations.insert(name, location);
                    }
                }
                "profile" => {
                    values.check_keys("type=profile", keys::PROFILE, keys::advice);
                    all.references.extend(values.span("location_reference").map(|span| (name.clone(), span)));
                    all.profiles.insert(name, profile::read(&mut values));
                }
                _ => unknown_type(&mut values, &kind),
            }
        }
        all.check_references(found);
        all
    }

    /// The profile of that name: one of the file, or `<prefer_incoming>` and its kin, which are always there.
    pub fn profile(&self, name: &str) -> Option<LocationProfile> {
        let built_in = || {
            let word = name.strip_prefix('<')?.strip_suffix('>')?;
            let (_, precedence) = ProfilePrecedence::ALL.into_iter().find(|(known, _)| *known == word)?;
            Some(LocationProfile { precedence, ..LocationProfile::new(name) })
        };
        self.profiles.get(name).cloned().or_else(built_in)
    }

    /// The names that [`profile`](Self::profile) knows.
    pub fn profile_names(&self) -> impl Iterator<Item = String> {
        let built_in = ProfilePrecedence::ALL.map(|(word, _)| format!("<{word}>"));
        self.profiles.keys().cloned().chain(built_in)
    }

    fn check_references(&self, found: &mut Vec<Diagnostic>) {
        for (name, profile) in &self.profiles {
            let reference = &profile.location_reference;
            let Some(span) = self.references.get(name).filter(|_| !reference.is_empty()) else { continue };
            if !self.locations.contains_key(reference) {
                let message =
                    format!("profile [{name}]: there is no location '{reference}' that can be used");
                let nearest = suggest::nearest(reference, self.locations.keys().map(String::as_str));
                found.push(Diagnostic::warning("unknown-name", message).at(*span).suggest(nearest));
            }
        }
    }

    /// Tells of endpoints that name profiles which are not there.
    pub(super) fn check_endpoints(&self, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
        for endpoint in sip.endpoints.values() {
            let geolocation = &endpoint.geolocation;
            let named = [
                ("geoloc_incoming_call_profile", &geolocation.incoming_call_profile),
                ("geoloc_outgoing_call_profile", &geolocation.outgoing_call_profile),
            ];
            for (key, name) in named {
                let Some(name) = name.as_ref().filter(|name| self.profile(name).is_none()) else { continue };
                let message = format!(
                    "endpoint [{}]: {key}: geolocation.conf has no profile '{name}', so no location is passed on",
                    endpoint.name
                );
                let known: Vec<String> = self.profile_names().collect();
                let nearest = suggest::nearest(name, known.iter().map(String::as_str));
                let finding = Diagnostic::warning("unknown-name", message).at(endpoint.span_of(key));
                found.push(finding.suggest(nearest));
            }
        }
    }
}

fn unknown_type(values: &mut Values<'_>, kind: &str) {
    let name = &values.section.name;
    let message = match kind {
        "" => format!("section [{}] has no type, so it means nothing", name.value),
        kind => {
            format!("there is no type '{kind}' in geolocation.conf; section [{}] is left out", name.value)
        }
    };
    let finding = Diagnostic::warning("unknown-type", message).help("write type=location or type=profile");
    values.found.push(finding.at(values.span("type").unwrap_or(name.span)));
}

#[cfg(test)]
mod tests;
