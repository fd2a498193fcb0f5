//! Reads the location of a document.

use super::{
    Confidence, Crs, Location, LocationError, LocationObject, Measure, PidfElement, Shape, ShapeError,
    ShapeKind, civic,
};
use crate::event_package::xml::{Element, parse};

pub(super) fn object(octets: &[u8]) -> Result<LocationObject, LocationError> {
    let root = parse(octets)?;
    if root.name != "presence" {
        return Err(LocationError::NotPresence);
    }
    // What a device says of itself is worth the most (RFC 5491 section 3.4).
    let order = [PidfElement::Device, PidfElement::Tuple, PidfElement::Person];
    let holders = order.into_iter().flat_map(|element| {
        root.children
            .iter()
            .filter(move |child| child.name == element.name())
            .map(move |child| (element, child))
    });
    let mut located = holders.filter_map(|(element, holder)| {
        let geopriv = holder.child("geopriv").or_else(|| holder.child("status")?.child("geopriv"))?;
        let place = geopriv.child("location-info")?;
        Some((element, holder, geopriv, place))
    });
    let (element, holder, geopriv, info) = located.next().ok_or(LocationError::NoLocation)?;
    let rules = geopriv.child("usage-rules");
    let rule = |name: &str| rules.map(|rules| text(rules, name)).unwrap_or_default();
    Ok(LocationObject {
        entity: root.attribute("entity").unwrap_or_default().to_owned(),
        element,
        element_id: holder.attribute("id").unwrap_or_default().to_owned(),
        device_id: text(holder, "deviceID"),
        location: location(info)?,
        confidence: info.child("confidence").map(confidence),
        method: text(geopriv, "method"),
        retransmission_allowed: matches!(rule("retransmission-allowed").as_str(), "yes" | "true" | "1"),
        retention_expires: rule("retention-expiry"),
        notes: rule("note-well"),
        timestamp: text(holder, "timestamp"),
    })
}

/// The text of a child; empty where there is none.
fn text(element: &Element, name: &str) -> String {
    element.child(name).map(|child| child.text.clone()).unwrap_or_default()
}

fn confidence(element: &Element) -> Confidence {
    let pdf = element.attribute("pdf").unwrap_or("unknown").to_owned();
    Confidence { pdf, value: element.text.clone() }
}

fn location(info: &Element) -> Result<Location, LocationError> {
    let place =
        info.children.iter().find(|child| child.name != "confidence").ok_or(LocationError::NoLocation)?;
    if place.name == "civicAddress" {
        let language = place.attribute("lang").map(|lang| (civic::LANGUAGE.to_owned(), lang.to_owned()));
        let elements = place.children.iter().map(|child| (child.name.clone(), child.text.clone()));
        return Ok(Location::Civic(language.into_iter().chain(elements).collect()));
    }
    let kind =
        ShapeKind::named(&place.name).ok_or_else(|| LocationError::UnknownPlace(place.name.clone()))?;
    shape(kind, place).map(Location::Shape)
}

fn shape(kind: ShapeKind, place: &Element) -> Result<Shape, LocationError> {
    let base = match kind {
        ShapeKind::Prism => place.child("base").and_then(|base| base.child("Polygon")),
        _ => Some(place),
    };
    let crs = [place.attribute("srsName"), base.and_then(|base| base.attribute("srsName"))];
    let crs = crs.into_iter().flatten().find_map(|name| match name.rsplit(':').next() {
        Some("4326") => Some(Crs::TwoD),
        Some("4979") => Some(Crs::ThreeD),
        _ => None,
    });
    let ring = base.and_then(|base| base.child("exterior")?.child("LinearRing"));
    let holder = if kind.is_ring() { ring } else { Some(place) };
    let holder = holder.ok_or(ShapeError::Missing { shape: kind, name: "pos" })?;
    let mut measures = Vec::new();
    for measure in kind.measures() {
        let missing = ShapeError::Missing { shape: kind, name: measure.name() };
        let element = place.child(measure.name()).ok_or(missing)?;
        let radians = matches!(measure, Measure::Angle(_)) && unit_of(element) == Some("9101");
        let value = if radians { format!("{} radians", element.text) } else { element.text.clone() };
        measures.push((*measure, value));
    }
    let positions = positions(holder, crs);
    Ok(Shape::new(kind, crs, positions.iter().map(String::as_str), measures)?)
}

fn unit_of(element: &Element) -> Option<&str> {
    element.attribute("uom")?.rsplit(':').next()
}

/// The positions in `pos` elements, or in one `posList`.
fn positions(holder: &Element, crs: Option<Crs>) -> Vec<String> {
    if let Some(list) = holder.child("posList") {
        let numbers: Vec<&str> = list.text.split_whitespace().collect();
        let dimensions = if crs == Some(Crs::ThreeD) { 3 } else { 2 };
        return numbers.chunks(dimensions).map(|numbers| numbers.join(" ")).collect();
    }
    holder.children.iter().filter(|child| child.name == "pos").map(|child| child.text.clone()).collect()
}
