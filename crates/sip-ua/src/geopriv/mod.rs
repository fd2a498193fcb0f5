//! Where a caller is: location objects in presence documents (PIDF-LO, RFC 4119, RFC 5139, RFC 5491), which INVITEs carry
//! (RFC 6442).
//!
//! | what | type |
//! | --- | --- |
//! | a document with one location | [`LocationObject`] |
//! | a place by street and number | names and values of [`civic`] |
//! | a place by coordinates | [`Shape`] |

pub mod civic;
mod read;
mod shape;
mod write;

pub use shape::{Crs, Measure, Shape, ShapeError, ShapeKind};

use crate::event_package::xml::XmlError;

/// Names and values, in order.
pub type Named = Vec<(String, String)>;

/// The media type of location objects.
pub const CONTENT_TYPE: &str = "application/pidf+xml";

/// One location and what may be done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocationObject {
    /// Whose place it is, `pres:alice@example.com`.
    pub entity: String,
    /// Where in the document it stands.
    pub element: PidfElement,
    /// `id` of that element; empty for one of our choice.
    pub element_id: String,
    /// `deviceID` (RFC 4479 section 3.2); empty where there is none.
    pub device_id: String,
    /// The place.
    pub location: Location,
    /// How sure that is (RFC 7459).
    pub confidence: Option<Confidence>,
    /// How it was found out: `GPS`, `Manual`, `Cell` …; empty where that is not said.
    pub method: String,
    /// Whether the receiver may pass it on.
    pub retransmission_allowed: bool,
    /// When the receiver must forget it, as `2026-11-21T12:00:00Z`; empty where that is not said.
    pub retention_expires: String,
    /// `note-well`: what people should know of it.
    pub notes: String,
    /// When it was written, as `2026-11-21T12:00:00Z`; empty where that is not said.
    pub timestamp: String,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// By country, town, street …, each under its name of [`civic`]; `lang` is the language of all of them.
    Civic(Named),
    /// By coordinates.
    Shape(Shape),
}

impl Default for Location {
    fn default() -> Self {
        Self::Civic(Named::new())
    }
}

/// What of a presence document holds the location (RFC 5491 section 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PidfElement {
    /// The status of a `tuple`, a service.
    Tuple,
    /// `device`.
    #[default]
    Device,
    /// `person`.
    Person,
}

impl PidfElement {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("tuple", Self::Tuple), ("device", Self::Device), ("person", Self::Person)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tuple => "tuple",
            Self::Device => "device",
            Self::Person => "person",
        }
    }
}

/// How sure a place is (RFC 7459 section 4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confidence {
    /// How probability is spread: `unknown`, `normal`, `rectangular`.
    pub pdf: String,
    /// Percent, or `unknown`.
    pub value: String,
}

impl LocationObject {
    /// Reads the location in a document: that of a device, else of a tuple, else of a person.
    ///
    /// # Errors
    /// [`LocationError`] when it is no such document, or has no place that is understood.
    pub fn parse(octets: &[u8]) -> Result<Self, LocationError> {
        read::object(octets)
    }

    /// The document.
    #[must_use]
    pub fn write(&self) -> String {
        write::document(self)
    }
}

/// Why a document has no location for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// It is no XML that is read here.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// It is another document.
    #[error("it is no presence document (RFC 3863); send <presence>")]
    NotPresence,
    /// There is no `geopriv` with a `location-info` in it.
    #[error("it holds no location (RFC 4119): no <location-info> in a device, tuple or person")]
    NoLocation,
    /// The place is written in a way that is not known.
    #[error("its place is neither a civicAddress nor a shape of RFC 5491, but <{0}>")]
    UnknownPlace(String),
    /// The shape cannot be.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

#[cfg(test)]
mod tests;
