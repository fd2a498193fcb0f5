//! What `type=location` says, which `type=profile` may say itself.

use asterisk_conf::{Diagnostic, suggest};
use call_control::{LocationFormat, Setting, Settings};
use sip_ua::geopriv::{Shape, ShapeKind, civic};

use super::{ConfiguredLocation, sub_parameters};
use crate::configuration::values::Values;

/// Ways to find out a location (RFC 4119 section 6.1).
pub(crate) const METHODS: &[&str] = &["GPS", "A-GPS", "Manual", "DHCP", "Triangulation", "Cell", "802.11"];

/// How probability is spread (RFC 7459).
const SPREADS: &[&str] = &["unknown", "normal", "rectangular"];

/// Reads a place, which `refinement` belongs to; `None` for one that cannot be used, which is told.
pub(super) fn read(values: &mut Values<'_>, kind: &str, refinement: &Settings) -> Option<ConfiguredLocation> {
    let name = values.section.name.clone();
    let format = format_of(values)?;
    let info = list(values, "location_info");
    if info.is_empty() {
        let message = format!("{kind} [{}] has no location_info; it is left out", name.value);
        let help = "describe the place, as in location_info=country=US,A3=\"New York\"";
        values.found.push(Diagnostic::warning("no-location", message).at(name.span).help(help));
        return None;
    }
    let whole = info.iter().chain(refinement).cloned().collect();
    check(values, format, &whole, "location_info");
    let confidence = list(values, "confidence");
    check_confidence(values, &confidence);
    Some(ConfiguredLocation { format, info, method: method(values), source: source(values), confidence })
}

fn format_of(values: &mut Values<'_>) -> Option<LocationFormat> {
    let name = values.section.name.clone();
    let Some(text) = values.text("format") else {
        let message = format!("[{}] has no format; it is left out", name.value);
        let help = "add format=civicAddress, format=GML or format=URI";
        values.found.push(Diagnostic::warning("no-format", message).at(name.span).help(help));
        return None;
    };
    let known = LocationFormat::ALL.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
    if known.is_none() {
        let words = LocationFormat::ALL.map(|(word, _)| word);
        let message =
            format!("'{text}' is no format; known are {}; [{}] is left out", words.join(", "), name.value);
        let finding = Diagnostic::warning("bad-value", message).suggest(suggest::nearest(&text, words));
        values.found.push(finding.at(values.span("format").unwrap_or(name.span)));
    }
    known.map(|(_, format)| format)
}

/// The pairs of every line with that key.
pub(super) fn list(values: &mut Values<'_>, key: &str) -> Settings {
    let mut settings = Settings::new();
    let section = values.section;
    for entry in section.all(key) {
        match sub_parameters::parse(&entry.value.value) {
            Ok(pairs) => {
                settings.extend(pairs.into_iter().map(|(name, value)| (name, Setting::template(value))));
            }
            Err(piece) => {
                let message = format!("{key}: '{piece}' is no name=value; the line is left out");
                let help =
                    "write name=value with commas between; values with blanks or commas stand in quotes";
                values.found.push(Diagnostic::warning("bad-value", message).at(entry.value.span).help(help));
            }
        }
    }
    settings
}

pub(super) fn method(values: &mut Values<'_>) -> String {
    let words: Vec<(&str, &str)> = METHODS.iter().map(|word| (*word, *word)).collect();
    values.choice("method", &words, "").to_owned()
}

/// A host name; addresses are not allowed (RFC 8787 section 3).
pub(super) fn source(values: &mut Values<'_>) -> String {
    let text = values.text("location_source").unwrap_or_default();
    if text.is_empty() || is_host_name(&text) {
        return text;
    }
    let message = format!("'{text}' is no host name, and addresses are not allowed; it is left out");
    values.odd("location_source", message, "write a full name, as in geo.example.com");
    String::new()
}

/// Whether it may be told as the host that knows a location.
pub(crate) fn is_host_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    text.contains('.') && text.chars().all(plain) && text.parse::<std::net::IpAddr>().is_err()
}

/// Tells of what cannot be meant in the description of a place. Variables may stand for anything.
fn check(values: &mut Values<'_>, format: LocationFormat, info: &Settings, key: &str) {
    match format {
        LocationFormat::CivicAddress => {
            for (name, _) in info.iter().filter(|(name, _)| civic::known(name).is_none()) {
                let nearest = suggest::nearest(name, civic::ELEMENTS.iter().map(|(known, _)| *known));
                let message = format!("{key}: '{name}' is no element of an address that is known");
                let finding = Diagnostic::warning("bad-value", message).suggest(nearest);
                values.found.push(match values.span(key) {
                    Some(span) => finding.at(span),
                    None => finding,
                });
            }
        }
        LocationFormat::Gml => {
            let is_open = info.iter().any(|(_, setting)| setting.text.contains('$'));
            let pairs: Vec<_> =
                info.iter().map(|(name, setting)| (name.clone(), setting.text.clone())).collect();
            if let Err(problem) = Shape::of_attributes(&pairs)
                && !is_open
            {
                let shapes = ShapeKind::ALL.map(ShapeKind::name).join(", ");
                values.odd(
                    key,
                    problem.to_string(),
                    &format!("'geoloc show gml_shape_defs' tells what {shapes} need"),
                );
            }
        }
        LocationFormat::Uri => {
            if !info.iter().any(|(name, _)| name.eq_ignore_ascii_case("URI")) {
                values.odd(key, "no URI is given".to_owned(), "write URI=https://…");
            }
        }
    }
}

pub(super) fn check_confidence(values: &mut Values<'_>, confidence: &Settings) {
    for (name, setting) in confidence {
        let text = &setting.text;
        let known = match name.as_str() {
            "pdf" => SPREADS.contains(&text.as_str()),
            "value" => {
                text == "unknown" || text.parse::<f64>().is_ok_and(|value| (0.0..=100.0).contains(&value))
            }
            _ => false,
        };
        if !known {
            let message = format!("'{name}={text}' says nothing of confidence");
            let help = "write pdf=unknown, normal or rectangular, and value= a percentage";
            values.odd("confidence", message, help);
        }
    }
}
