//! What an INVITE says of a location.

use call_control::sip::{ConveyedLocation, ConveyedPlace};
use call_control::{LocationFormat, LocationProfile};
use jiff::{Timestamp, ToSpan};
use sip_parser::{NameAddr, is_token_text};
use sip_ua::geopriv::{Confidence, Location, LocationObject, Shape, ShapeError};

use super::resolution::Resolved;

/// Why a location cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TellingError {
    /// Its URI is missing.
    #[error("its format is URI and it has no URI=")]
    NoUri,
    /// Its URI would not be read as one.
    #[error("'{0}' is no URI; begin it with a scheme, as in https://")]
    BadUri(String),
    /// Its shape cannot be.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// The location for an INVITE with this From; `None` where there is none to tell.
pub(super) fn conveyed(
    profile: &LocationProfile,
    resolved: &Resolved,
    from: &str,
) -> Result<Option<ConveyedLocation>, TellingError> {
    let place = match resolved.format {
        None => return Ok(None),
        Some(LocationFormat::Uri) => ConveyedPlace::Reference(uri_of(resolved)?),
        Some(LocationFormat::CivicAddress) => ConveyedPlace::Document(document(
            profile,
            resolved,
            Location::Civic(resolved.location.clone()),
            from,
        )),
        Some(LocationFormat::Gml) => {
            let shape = Shape::of_attributes(&resolved.location)?;
            ConveyedPlace::Document(document(profile, resolved, Location::Shape(shape), from))
        }
    };
    Ok(Some(ConveyedLocation {
        place,
        source: resolved.source.clone(),
        routing_allowed: profile.allow_routing_use,
    }))
}

fn uri_of(resolved: &Resolved) -> Result<String, TellingError> {
    let mut named = resolved.location.iter().filter(|(name, _)| name.eq_ignore_ascii_case("URI"));
    let (_, uri) = named.next().ok_or(TellingError::NoUri)?;
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    match scheme.is_some_and(is_token_text) && !uri.contains(odd) {
        true => Ok(uri.clone()),
        false => Err(TellingError::BadUri(uri.clone())),
    }
}

fn document(profile: &LocationProfile, resolved: &Resolved, location: Location, from: &str) -> String {
    let now = Timestamp::now();
    let rule = |wanted: &str| {
        let mut rules = resolved.usage_rules.iter();
        rules.find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let confidence = |wanted: &str| {
        let mut said = resolved.confidence.iter();
        said.find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    // A receiver forgets it after a day where nothing else is said (RFC 4119 section 2.2.2).
    let tomorrow = now.checked_add(24.hours()).unwrap_or(now);
    let object = LocationObject {
        entity: entity_of(from),
        element: profile.pidf_element,
        element_id: resolved.element_id.clone(),
        device_id: resolved.device_id.clone(),
        location,
        confidence: confidence("value").map(|value| Confidence {
            pdf: confidence("pdf").unwrap_or_else(|| "unknown".to_owned()),
            value,
        }),
        method: resolved.method.clone(),
        retransmission_allowed: rule("retransmission-allowed").is_some_and(|text| text == "yes"),
        retention_expires: rule("retention-expires").map_or_else(|| moment(tomorrow), str::to_owned),
        notes: resolved.notes.clone(),
        timestamp: moment(now),
    };
    object.write()
}

/// `2026-11-21T12:00:00Z`.
fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `pres:` and who the INVITE says it comes from (RFC 4119 section 2).
fn entity_of(from: &str) -> String {
    let Ok(address) = NameAddr::parse(from) else { return "pres:anonymous@anonymous.invalid".to_owned() };
    let uri = address.uri();
    match uri.user_unescaped() {
        Some(user) => format!("pres:{}@{}", sip_parser::escape_user(&user), uri.host()),
        None => format!("pres:{}", uri.host()),
    }
}
