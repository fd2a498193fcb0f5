//! What a profile comes to on a channel: its location with the refinement, and all templates filled in.

use std::sync::Arc;

use call_control::{Call, LocationFormat, LocationProfile, Setting, Settings};
use sip_ua::geopriv::{Named, civic};

use crate::dialplan::Substitution;
use crate::exchange::Exchange;

/// A profile without templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// How the location is given.
    pub(crate) format: Option<LocationFormat>,
    /// The location, refined.
    pub(crate) location: Named,
    /// How it was found out.
    pub(crate) method: String,
    /// The host that knows it.
    pub(crate) source: String,
    /// How sure it is.
    pub(crate) confidence: Named,
    /// What may be done with it.
    pub(crate) usage_rules: Named,
    /// `id` of the element that holds it.
    pub(crate) element_id: String,
    /// `deviceID`.
    pub(crate) device_id: String,
    /// What people should know.
    pub(crate) notes: String,
}

/// Resolves `profile` with the variables of `call`.
pub(crate) fn resolve(exchange: &Arc<Exchange>, profile: &LocationProfile, call: &Call) -> Resolved {
    let configuration = exchange.configuration();
    let named = configuration.geolocation.locations.get(&profile.location_reference);
    let (format, info) = match named {
        Some(location) => (Some(location.format), &location.info),
        None => (profile.format, &profile.location_info),
    };
    // What the profile says itself comes before what its location says.
    let or_named = |own: &str, of_location: Option<&String>| match own {
        "" => of_location.cloned().unwrap_or_default(),
        own => own.to_owned(),
    };
    let confidence = match named {
        Some(location) if profile.confidence.is_empty() => &location.confidence,
        _ => &profile.confidence,
    };
    let mut substitution = Substitution::new(exchange, call);
    for (name, value) in &profile.variables {
        let value = text_of(&mut substitution, value);
        substitution.define(name, value);
    }
    let substitution = &mut substitution;
    Resolved {
        format,
        location: location_of(format, profile, info, substitution),
        method: or_named(&profile.method, named.map(|location| &location.method)),
        source: or_named(&profile.location_source, named.map(|location| &location.source)),
        confidence: texts_of(substitution, confidence),
        usage_rules: texts_of(substitution, &profile.usage_rules),
        element_id: text_of(substitution, &profile.pidf_element_id),
        device_id: text_of(substitution, &profile.device_id),
        notes: text_of(substitution, &profile.notes),
    }
}

fn location_of(
    format: Option<LocationFormat>,
    profile: &LocationProfile,
    info: &Settings,
    substitution: &mut Substitution<'_>,
) -> Named {
    let mut location = texts_of(substitution, info);
    for (name, value) in texts_of(substitution, &profile.refinement) {
        let repeats = format == Some(LocationFormat::Gml) && name.to_ascii_lowercase().starts_with("pos");
        // An element that is there already is said anew; positions come one after the other.
        match location.iter_mut().find(|(known, _)| !repeats && known.eq_ignore_ascii_case(&name)) {
            Some((_, known)) => *known = value,
            None => location.push((name, value)),
        }
    }
    if format == Some(LocationFormat::CivicAddress) {
        if profile.suppress_empty_ca_elements {
            location.retain(|(_, value)| !value.is_empty());
        }
        for (name, _) in &mut location {
            if let Some(known) = civic::known(name) {
                known.clone_into(name);
            }
        }
    }
    location
}

fn texts_of(substitution: &mut Substitution<'_>, settings: &Settings) -> Named {
    settings.iter().map(|(name, value)| (name.clone(), text_of(substitution, value))).collect()
}

fn text_of(substitution: &mut Substitution<'_>, setting: &Setting) -> String {
    match setting.is_template && setting.text.contains('$') {
        true => substitution.text(&setting.text),
        false => setting.text.clone(),
    }
}
