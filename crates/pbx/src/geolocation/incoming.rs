//! The location that an INVITE brings.

use call_control::{LocationFormat, LocationProfile, Setting, Settings};
use sip_parser::Message;
use sip_parser::typed::{Geolocation, GeolocationRouting};
use sip_ua::geopriv::{self, Location, LocationError, LocationObject};

use crate::configuration::geolocation::is_host_name;

/// What profiles of callers are called.
pub(super) const INCOMING: &str = "<incoming>";

/// Names and values that one location may have.
const MOST_VALUES: usize = 128;

/// Why a location cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum IncomingError {
    /// Its document cannot be read.
    #[error(transparent)]
    Document(#[from] LocationError),
    /// A `cid:` URI names no part of the message.
    #[error("<{0}> names no part of type application/pdif+xml in the INVITE")]
    NoPart(String),
    /// It has more elements than any address has.
    #[error("the location has more than {MOST_VALUES} elements")]
    TooLong,
}

/// The first location that the INVITE names and that can be used; `None` where it names none. URIs are not followed.
pub(super) fn profile_of(invite: &Message) -> Result<Option<LocationProfile>, IncomingError> {
    let mut problem = None;
    for value in invite.headers_of::<Geolocation<'_>>().flatten() {
        match of_value(invite, &value) {
            Ok(mut profile) => {
                let routing = invite.header::<GeolocationRouting<'_>>().ok().flatten();
                profile.allow_routing_use = routing.is_some_and(|routing| routing.is_allowed());
                let source = value.param("loc-src").flatten().filter(|source| is_host_name(source));
                profile.location_source = source.unwrap_or_default().to_owned();
                return Ok(Some(profile));
            }
            Err(other) => problem = problem.or(Some(other)),
        }
    }
    problem.map_or(Ok(None), Err)
}

fn of_value(invite: &Message, value: &Geolocation<'_>) -> Result<LocationProfile, IncomingError> {
    let uri = value.uri_str();
    match uri.split_at_checked(4) {
        Some((scheme, id)) if scheme.eq_ignore_ascii_case("cid:") => {
            let id = unescaped(id);
            let parts = invite.parts();
            let named = |part: &&sip_parser::Part<'_>| {
                part.is("application", "pidf+xml")
                    && part.content_id().is_some_and(|own| own.as_bytes() == id)
            };
            let part = parts.iter().find(named).ok_or_else(|| IncomingError::NoPart(uri.to_owned()))?;
            of_object(LocationObject::parse(part.body())?)
        }
        _ => {
            let mut profile = LocationProfile::new(INCOMING);
            profile.format = Some(LocationFormat::Uri);
            profile.location_info = vec![("URI".to_owned(), Setting::literal(uri))];
            Ok(profile)
        }
    }
}

/// What a `cid:` URI names: its escapes undone (RFC 2392 section 2).
fn unescaped(id: &str) -> Vec<u8> {
    let (mut octets, mut rest) = (Vec::with_capacity(id.len()), id.as_bytes());
    while let [first, behind @ ..] = rest {
        let digit = |at: usize| behind.get(at).and_then(|octet| char::from(*octet).to_digit(16));
        let escaped = digit(0).zip(digit(1)).filter(|_| *first == b'%');
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = &behind[2..];
            }
            None => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    octets
}

/// The profile that a document stands for. Nothing in it is a template.
fn of_object(object: LocationObject) -> Result<LocationProfile, IncomingError> {
    let mut profile = LocationProfile::new(INCOMING);
    let (format, info) = match object.location {
        Location::Civic(elements) => (LocationFormat::CivicAddress, elements),
        Location::Shape(shape) => (LocationFormat::Gml, shape.attributes()),
    };
    if info.len() > MOST_VALUES {
        return Err(IncomingError::TooLong);
    }
    profile.format = Some(format);
    profile.location_info = literals(info);
    profile.method = object.method;
    profile.pidf_element = object.element;
    profile.pidf_element_id = Setting::literal(object.element_id);
    profile.device_id = Setting::literal(object.device_id);
    profile.notes = Setting::literal(object.notes);
    let allowed = if object.retransmission_allowed { "yes" } else { "no" };
    profile.usage_rules = literals(vec![("retransmission-allowed".to_owned(), allowed.to_owned())]);
    if !object.retention_expires.is_empty() {
        let until = ("retention-expires".to_owned(), Setting::literal(object.retention_expires));
        profile.usage_rules.push(until);
    }
    if let Some(confidence) = object.confidence {
        let pairs = vec![("pdf".to_owned(), confidence.pdf), ("value".to_owned(), confidence.value)];
        profile.confidence = literals(pairs);
    }
    Ok(profile)
}

fn literals(named: geopriv::Named) -> Settings {
    named.into_iter().map(|(name, value)| (name, Setting::literal(value))).collect()
}
