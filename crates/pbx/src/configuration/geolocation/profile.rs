//! `type=profile`.

use asterisk_conf::Diagnostic;
use call_control::{LocationProfile, ProfilePrecedence, Setting, Settings};
use sip_ua::geopriv::PidfElement;

use super::place;
use crate::configuration::values::{Values, at};

/// What may be said of how long a location is kept, and whether it is passed on (RFC 4119 section 2.2.2).
const USAGE_RULES: &[&str] = &["retransmission-allowed", "retention-expires"];

/// Reads a profile; what of it cannot be used is told and left out.
pub(super) fn read(values: &mut Values<'_>) -> LocationProfile {
    let mut profile = LocationProfile::new(values.section.name.value.clone());
    profile.pidf_element = values.choice("pidf_element", &PidfElement::ALL, PidfElement::default());
    profile.pidf_element_id = text(values, "pidf_element_id");
    profile.device_id = text(values, "device_id");
    profile.notes = Setting::literal(values.text("notes").unwrap_or_default());
    profile.allow_routing_use = values.flag("allow_routing_use", false);
    profile.suppress_empty_ca_elements = values.flag("suppress_empty_ca_elements", false);
    let usual = ProfilePrecedence::default();
    profile.precedence = values.choice("profile_precedence", &ProfilePrecedence::ALL, usual);
    profile.location_reference = values.text("location_reference").unwrap_or_default();
    profile.refinement = place::list(values, "location_info_refinement");
    profile.variables = place::list(values, "location_variables");
    profile.usage_rules = usage_rules(values);
    read_own_place(values, &mut profile);
    profile
}

fn text(values: &Values<'_>, key: &str) -> Setting {
    Setting::template(values.text(key).unwrap_or_default())
}

/// What a location would say, beside it; not where one is named.
fn read_own_place(values: &mut Values<'_>, profile: &mut LocationProfile) {
    let own = ["format", "location_info"].into_iter().find(|key| values.text(key).is_some());
    match own {
        Some(key) if !profile.location_reference.is_empty() => {
            let name = &values.section.name.value;
            let message = format!(
                "profile [{name}] names a location and has one of its own; that of its own is left out"
            );
            let finding = Diagnostic::warning("two-locations", message);
            let finding = finding.help("leave out location_reference, or format and location_info");
            let span = values.span(key);
            values.found.push(at(finding, span));
        }
        Some(_) => {
            if let Some(place) = place::read(values, "profile", &profile.refinement) {
                profile.format = Some(place.format);
                profile.location_info = place.info;
                profile.confidence = place.confidence;
                profile.method = place.method;
                profile.location_source = place.source;
            }
        }
        None => {
            // Without a place of its own they are said of the one that is named.
            profile.method = place::method(values);
            profile.location_source = place::source(values);
            profile.confidence = place::list(values, "confidence");
            let confidence = profile.confidence.clone();
            place::check_confidence(values, &confidence);
        }
    }
}

fn usage_rules(values: &mut Values<'_>) -> Settings {
    let mut rules = place::list(values, "usage_rules");
    rules.retain(|(name, _)| {
        let known = USAGE_RULES.contains(&name.as_str());
        if !known {
            let message = format!("'{name}' is no rule; it is left out");
            values.odd(
                "usage_rules",
                message,
                "write retransmission-allowed=yes or no, retention-expires=TIME",
            );
        }
        known
    });
    rules
}
