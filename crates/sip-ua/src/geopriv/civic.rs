//! Places by street and number: the names of their elements, and what each says.

/// Names of elements in their order of a document, with what they say (RFC 4119, RFC 5139, RFC 6848).
pub const ELEMENTS: &[(&str, &str)] = &[
    ("country", "country, two letters of ISO 3166"),
    ("A1", "state, region, province, prefecture"),
    ("A2", "county, parish, district"),
    ("A3", "city, township"),
    ("A4", "city division, borough, ward"),
    ("A5", "neighborhood, block"),
    ("A6", "street, which RD says today"),
    ("PRM", "road pre-modifier"),
    ("PRD", "leading street direction"),
    ("STP", "street type in front of the name"),
    ("RD", "primary road or street"),
    ("STS", "street suffix"),
    ("POD", "trailing street direction"),
    ("POM", "road post-modifier"),
    ("RDSEC", "road section"),
    ("RDBR", "road branch"),
    ("RDSUBBR", "road sub-branch"),
    ("HNP", "house number prefix"),
    ("HNO", "house number"),
    ("HNS", "house number suffix"),
    ("LMK", "landmark or vanity address"),
    ("LOC", "additional location information"),
    ("FLR", "floor"),
    ("NAM", "name of a residence, business or occupant"),
    ("PC", "postal code"),
    ("BLD", "building"),
    ("UNIT", "apartment, suite"),
    ("ROOM", "room"),
    ("SEAT", "desk, cubicle"),
    ("PLC", "type of place"),
    ("PCN", "postal community name"),
    ("POBOX", "post office box"),
    ("ADDCODE", "additional code"),
    ("PN", "number of a lamp post or utility pole"),
    ("MP", "milepost"),
];

/// The language of an address, which is no element of it.
pub const LANGUAGE: &str = "lang";

/// The name as it is written, for one that is known in any case; `None` for another one.
#[must_use]
pub fn known(name: &str) -> Option<&'static str> {
    let elements = ELEMENTS.iter().map(|(known, _)| *known);
    elements.chain([LANGUAGE]).find(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a name can stand in a document: extensions have other names than those that are known here.
#[must_use]
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
