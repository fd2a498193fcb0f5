//! Writes the document of a location.

use std::fmt::Write as _;

use super::shape::angle;
use super::{Confidence, Crs, Location, LocationObject, Measure, PidfElement, Shape, ShapeKind, civic};
use crate::event_package::xml::{DECLARATION, attribute, escape};

/// Metres.
const METRE: &str = "urn:ogc:def:uom:EPSG::9001";
/// Radians.
const RADIAN: &str = "urn:ogc:def:uom:EPSG::9101";
/// Degrees.
const DEGREE: &str = "urn:ogc:def:uom:EPSG::9102";

/// The namespaces of RFC 4119, 4479, 5139, 5491 and 7459.
const NAMESPACES: &str = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
     xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
     xmlns:gbp=\"urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy\" \
     xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" xmlns:gml=\"http://www.opengis.net/gml\" \
     xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" xmlns:con=\"urn:ietf:params:xml:ns:geopriv:conf\"";

// Writing into a String cannot fail, in all of this file.

pub(super) fn document(object: &LocationObject) -> String {
    let mut text = DECLARATION.to_owned();
    text.push_str(NAMESPACES);
    attribute(&mut text, "entity", &object.entity);
    let (open, close) = match object.element {
        PidfElement::Tuple => (" <tuple", " </tuple>\n"),
        PidfElement::Device => (" <dm:device", " </dm:device>\n"),
        PidfElement::Person => (" <dm:person", " </dm:person>\n"),
    };
    text.push_str(">\n");
    text.push_str(open);
    let id = match object.element_id.as_str() {
        "" => object.element.name(),
        id => id,
    };
    attribute(&mut text, "id", id);
    text.push_str(">\n");
    match object.element {
        PidfElement::Tuple => {
            text.push_str("  <status>\n");
            geopriv(&mut text, object);
            text.push_str("  </status>\n");
        }
        PidfElement::Device | PidfElement::Person => geopriv(&mut text, object),
    }
    if object.element == PidfElement::Device && !object.device_id.is_empty() {
        let _ = writeln!(text, "  <dm:deviceID>{}</dm:deviceID>", escape(&object.device_id));
    }
    if !object.timestamp.is_empty() {
        let prefix = if object.element == PidfElement::Tuple { "" } else { "dm:" };
        let _ = writeln!(text, "  <{prefix}timestamp>{}</{prefix}timestamp>", escape(&object.timestamp));
    }
    text.push_str(close);
    text.push_str("</presence>\n");
    text
}

fn geopriv(text: &mut String, object: &LocationObject) {
    text.push_str("  <gp:geopriv>\n   <gp:location-info>\n");
    match &object.location {
        Location::Civic(elements) => address(text, elements),
        Location::Shape(written) => shape(text, written),
    }
    if let Some(Confidence { pdf, value }) = &object.confidence {
        text.push_str("    <con:confidence");
        attribute(text, "pdf", pdf);
        let _ = writeln!(text, ">{}</con:confidence>", escape(value));
    }
    text.push_str("   </gp:location-info>\n   <gp:usage-rules>\n");
    let allowed = if object.retransmission_allowed { "yes" } else { "no" };
    let _ = writeln!(text, "    <gbp:retransmission-allowed>{allowed}</gbp:retransmission-allowed>");
    line(text, "    ", "gbp:retention-expiry", &object.retention_expires);
    line(text, "    ", "gbp:note-well", &object.notes);
    text.push_str("   </gp:usage-rules>\n");
    line(text, "   ", "gp:method", &object.method);
    text.push_str("  </gp:geopriv>\n");
}

/// An element with a text, unless that is empty.
fn line(text: &mut String, indent: &str, name: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(text, "{indent}<{name}>{}</{name}>", escape(value));
    }
}

fn address(text: &mut String, elements: &[(String, String)]) {
    text.push_str("    <ca:civicAddress");
    let language = elements.iter().find(|(name, _)| name.eq_ignore_ascii_case(civic::LANGUAGE));
    if let Some((_, language)) = language {
        attribute(text, "xml:lang", language);
    }
    text.push_str(">\n");
    for (name, value) in elements.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(civic::LANGUAGE)) {
        let name = civic::known(name).unwrap_or(name);
        match value.is_empty() {
            _ if !civic::is_name(name) => {}
            true => {
                let _ = writeln!(text, "     <ca:{name}/>");
            }
            false => line(text, "     ", &format!("ca:{name}"), value),
        }
    }
    text.push_str("    </ca:civicAddress>\n");
}

fn shape(text: &mut String, shape: &Shape) {
    let crs = match shape.crs() {
        Crs::TwoD => "urn:ogc:def:crs:EPSG::4326",
        Crs::ThreeD => "urn:ogc:def:crs:EPSG::4979",
    };
    let prefix = if matches!(shape.kind(), ShapeKind::Point | ShapeKind::Polygon) { "gml" } else { "gs" };
    let name = format!("{prefix}:{}", shape.kind().name());
    let _ = write!(text, "    <{name}");
    attribute(text, "srsName", crs);
    text.push_str(">\n");
    match shape.kind() {
        ShapeKind::Polygon => ring(text, shape),
        ShapeKind::Prism => {
            text.push_str("     <gs:base>\n     <gml:Polygon");
            attribute(text, "srsName", crs);
            text.push_str(">\n");
            ring(text, shape);
            text.push_str("     </gml:Polygon>\n     </gs:base>\n");
        }
        _ => shape.positions().iter().for_each(|position| line(text, "     ", "gml:pos", position)),
    }
    for (measure, value) in shape.measures() {
        let (value, unit) = match measure {
            Measure::Length(_) => (value.as_str(), METRE),
            Measure::Angle(_) => {
                let (value, radians) = angle(value);
                (value, if radians { RADIAN } else { DEGREE })
            }
        };
        let name = measure.name();
        let _ = writeln!(text, "     <gs:{name} uom=\"{unit}\">{}</gs:{name}>", escape(value));
    }
    let _ = writeln!(text, "    </{name}>");
}

/// The outline of an area; its first position stands at its end again (RFC 5491 section 5.2.2).
fn ring(text: &mut String, shape: &Shape) {
    text.push_str("     <gml:exterior>\n      <gml:LinearRing>\n");
    for position in shape.positions().iter().chain(shape.positions().first()) {
        line(text, "       ", "gml:pos", position);
    }
    text.push_str("      </gml:LinearRing>\n     </gml:exterior>\n");
}
