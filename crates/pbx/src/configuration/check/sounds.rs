//! Tones and music that endpoints name must be there.

use std::collections::BTreeMap;
use std::sync::Arc;

use asterisk_conf::Diagnostic;

use super::told_together;
use crate::configuration::{Endpoint, IndicationsConfiguration, MusicConfiguration, SipConfiguration};

/// The class of music that is always there.
const USUAL_CLASS: &str = "default";

pub(super) fn check(
    sip: &SipConfiguration,
    indications: &IndicationsConfiguration,
    music: &MusicConfiguration,
    found: &mut Vec<Diagnostic>,
) {
    let has_tones = |country: &str| indications.zones.zone(country).is_some();
    let zones = naming(sip, |endpoint| endpoint.signalling.tone_zone.as_deref(), has_tones);
    for (country, endpoints) in zones {
        let told = |who: &str| {
            let message = format!(
                "endpoint {who}: '{country}' has no tones in indications.conf; those of {} are played",
                indications.country
            );
            Diagnostic::warning("unknown-name", message).help("name a country by its code: fr, de, uk")
        };
        found.extend(told_together(&endpoints, |endpoint| place(endpoint, "tone_zone"), told));
    }
    let is_class = |name: &str| {
        let mut names = music.classes.iter().map(|class| class.name.as_str()).chain([USUAL_CLASS]);
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    let classes = naming(sip, |endpoint| endpoint.moh_suggest.as_deref(), is_class);
    for (class, endpoints) in classes {
        let told = |who: &str| {
            let message = format!(
                "endpoint {who}: there is no class '{class}' in musiconhold.conf; '{USUAL_CLASS}' is heard"
            );
            Diagnostic::warning("unknown-name", message)
        };
        found.extend(told_together(&endpoints, |endpoint| place(endpoint, "moh_suggest"), told));
    }
}

/// The endpoints by what they name, where that is not known.
fn naming<'s>(
    sip: &'s SipConfiguration,
    named: impl Fn(&'s Endpoint) -> Option<&'s str>,
    is_known: impl Fn(&str) -> bool,
) -> BTreeMap<&'s str, Vec<&'s Arc<Endpoint>>> {
    let mut missing: BTreeMap<&str, Vec<&Arc<Endpoint>>> = BTreeMap::new();
    for endpoint in sip.endpoints.values() {
        if let Some(name) = named(endpoint).filter(|name| !is_known(name)) {
            missing.entry(name).or_default().push(endpoint);
        }
    }
    missing
}

fn place(endpoint: &Endpoint, key: &str) -> (String, asterisk_conf::Span) {
    (endpoint.name.clone(), endpoint.span_of(key))
}
