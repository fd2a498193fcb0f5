use proptest::prelude::*;

use super::*;

fn named(pairs: &[(&str, &str)]) -> Named {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn shape(pairs: &[(&str, &str)]) -> Result<Shape, ShapeError> {
    Shape::of_attributes(&named(pairs))
}

fn object(location: Location) -> LocationObject {
    LocationObject {
        entity: "pres:alice@example.com".into(),
        element_id: "phone".into(),
        device_id: "mac:1234567890ab".into(),
        location,
        confidence: Some(Confidence { pdf: "normal".into(), value: "95".into() }),
        method: "Manual".into(),
        retransmission_allowed: true,
        retention_expires: "2026-11-22T10:00:00Z".into(),
        notes: "for <help> alone".into(),
        timestamp: "2026-11-21T10:00:00Z".into(),
        ..LocationObject::default()
    }
}

#[test]
fn an_address_is_read_as_it_was_written() {
    let address =
        named(&[("lang", "en"), ("country", "US"), ("A1", "New York"), ("STS", ""), ("HNO", "1&2")]);
    for element in [PidfElement::Device, PidfElement::Tuple, PidfElement::Person] {
        let mut written = object(Location::Civic(address.clone()));
        written.element = element;
        if element != PidfElement::Device {
            written.device_id.clear();
        }
        let text = written.write();
        assert_eq!(LocationObject::parse(text.as_bytes()), Ok(written), "{text}");
    }
}

#[test]
fn every_shape_is_read_as_it_was_written() {
    let shapes: [&[(&str, &str)]; 8] = [
        &[("shape", "Point"), ("crs", "2d"), ("pos", "39.12345 -105.98766")],
        &[("shape", "Polygon"), ("crs", "2d"), ("pos", "39 -105"), ("pos", "40 -105"), ("pos", "40 -106")],
        &[("shape", "Circle"), ("crs", "3d"), ("pos", "39.1 -105.9 1690"), ("radius", "45")],
        &[
            ("shape", "Ellipse"),
            ("crs", "2d"),
            ("pos", "39.1 -105.9"),
            ("semiMajorAxis", "20"),
            ("semiMinorAxis", "10"),
            ("orientation", "0.5 radians"),
        ],
        &[
            ("shape", "ArcBand"),
            ("crs", "2d"),
            ("pos", "39.1 -105.9"),
            ("innerRadius", "1200"),
            ("outerRadius", "1500"),
            ("startAngle", "90"),
            ("openingAngle", "120"),
        ],
        &[("shape", "Sphere"), ("crs", "3d"), ("pos", "39.1 -105.9 1902"), ("radius", "20")],
        &[
            ("shape", "Ellipsoid"),
            ("crs", "3d"),
            ("pos", "39.1 -105.9 1902"),
            ("semiMajorAxis", "8"),
            ("semiMinorAxis", "7"),
            ("verticalAxis", "6"),
            ("orientation", "90"),
        ],
        &[
            ("shape", "Prism"),
            ("crs", "3d"),
            ("pos", "39 -105 1890"),
            ("pos", "40 -105 1890"),
            ("pos", "40 -106 1890"),
            ("height", "45"),
        ],
    ];
    for attributes in shapes {
        let shape = shape(attributes).unwrap();
        assert_eq!(shape.attributes(), named(attributes));
        let written = object(Location::Shape(shape));
        let text = written.write();
        assert_eq!(LocationObject::parse(text.as_bytes()), Ok(written), "{text}");
    }
}

#[test]
fn shapes_that_cannot_be_are_told() {
    let said = |pairs: &[(&str, &str)]| shape(pairs).unwrap_err().to_string();
    assert!(said(&[("pos", "1 2")]).contains("no shape is named"));
    assert!(said(&[("shape", "Cicle"), ("pos", "1 2")]).contains("'Cicle' is no shape"));
    assert_eq!(said(&[("shape", "Circle"), ("pos", "1 2")]), "a Circle needs radius");
    assert_eq!(said(&[("shape", "Point"), ("pos", "1 2"), ("radius", "3")]), "a Point has no 'radius'");
    assert!(said(&[("shape", "Circle"), ("radius", "3")]).contains("needs pos"));
    for position in ["91 0", "0 181", "1", "1 2 3 4", "1,2", "nan 1", "inf 1", ""] {
        assert!(said(&[("shape", "Point"), ("pos", position)]).contains("is no position"), "{position}");
    }
    assert!(said(&[("shape", "Sphere"), ("pos", "1 2"), ("radius", "3")]).contains("is no position"));
    assert!(said(&[("shape", "Point"), ("crs", "3d"), ("pos", "1 2")]).contains("is no position"));
    assert!(said(&[("shape", "Point"), ("crs", "4d"), ("pos", "1 2")]).contains("neither 2d nor 3d"));
    assert!(said(&[("shape", "Polygon"), ("pos", "1 2"), ("pos", "1 3")]).contains("between 3 and 100"));
    assert!(said(&[("shape", "Circle"), ("pos", "1 2"), ("radius", "-3")]).contains("is no number"));
}

#[test]
fn what_phones_send_is_understood() {
    // A circle in a tuple, as RFC 5491 draws it, and a position list.
    let text = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:a@h\">\
        <person/><tuple id=\"sg89ab\"><status><geopriv><location-info><gs:Circle \
        srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:pos>42.5463 -73.2512</gml:pos><gs:radius \
        uom=\"urn:ogc:def:uom:EPSG::9001\"> 850.24 </gs:radius></gs:Circle></location-info><usage-rules/>\
        <method>Cell</method></geopriv></status></tuple></presence>";
    let read = LocationObject::parse(text.as_bytes()).unwrap();
    assert_eq!(
        (read.element, read.method.as_str(), read.element_id.as_str()),
        (PidfElement::Tuple, "Cell", "sg89ab")
    );
    let circle = [("shape", "Circle"), ("crs", "2d"), ("pos", "42.5463 -73.2512"), ("radius", "850.24")];
    assert_eq!(read.location, Location::Shape(shape(&circle).unwrap()));
    let polygon = "<presence><device><geopriv><location-info><Polygon srsName='urn:ogc:def:crs:EPSG::4326'>\
        <exterior><LinearRing><posList>1 2 1 3 2 3 1 2</posList></LinearRing></exterior></Polygon></location-info>\
        </geopriv></device></presence>";
    let Location::Shape(polygon) = LocationObject::parse(polygon.as_bytes()).unwrap().location else {
        panic!()
    };
    assert_eq!(polygon.positions(), ["1 2", "1 3", "2 3"]);
}

#[test]
fn documents_without_a_location_are_told() {
    let said = |text: &str| LocationObject::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(said("<presence").contains("not well-formed"));
    assert!(said("<dialog-info/>").contains("no presence document"));
    assert!(said("<presence><tuple/></presence>").contains("holds no location"));
    let place = |place: &str| {
        said(&format!(
            "<presence><device><geopriv><location-info>{place}</location-info></geopriv></device></presence>"
        ))
    };
    assert!(place("").contains("holds no location"));
    assert!(place("<Cube/>").contains("<Cube>"));
    assert!(place("<Prism/>").contains("needs"));
}

#[test]
fn names_cannot_break_out_of_a_document() {
    let address = named(&[("A1><evil", "x"), ("country", "<US/>")]);
    let text = object(Location::Civic(address)).write();
    assert!(!text.contains("evil") && text.contains("&lt;US/&gt;"), "{text}");
}

#[test]
fn the_seeds_of_the_fuzz_target_are_read() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/location_object");
    for seed in std::fs::read_dir(seeds).unwrap() {
        let octets = std::fs::read(seed.unwrap().path()).unwrap();
        crate::fuzzing::location_object(&octets);
        assert!(LocationObject::parse(&octets).is_ok());
    }
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(
        text in "(<(/)?(presence|device|geopriv|location-info|Polygon|Prism|base|exterior|LinearRing|pos|civicAddress)(/)?>|1 2 |a){0,30}",
    ) {
        let _ = LocationObject::parse(text.as_bytes());
    }

    #[test]
    fn attributes_make_the_same_shape_again(
        kind in 0..ShapeKind::ALL.len(),
        positions in proptest::collection::vec((-90.0..90.0_f64, -180.0..180.0_f64), 3..6),
        lengths in proptest::collection::vec(0.0..1e6_f64, 4),
    ) {
        let kind = ShapeKind::ALL[kind];
        let three = if kind.is_solid() { " 12.5" } else { "" };
        let mut attributes = vec![("shape".to_owned(), kind.name().to_owned())];
        let count = if kind.is_ring() { positions.len() } else { 1 };
        attributes.extend(positions[..count].iter().map(|(a, b)| ("pos".to_owned(), format!("{a} {b}{three}"))));
        let measures = kind.measures().iter().zip(&lengths);
        attributes.extend(measures.map(|(measure, value)| (measure.name().to_owned(), value.to_string())));
        let shape = Shape::of_attributes(&attributes).unwrap();
        let written = LocationObject { location: Location::Shape(shape.clone()), ..LocationObject::default() };
        let read = LocationObject::parse(written.write().as_bytes()).unwrap();
        prop_assert_eq!(read.location, Location::Shape(shape));
    }
}
