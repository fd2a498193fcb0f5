//! Places by coordinates: the eight shapes of RFC 5491, section 5.2.

mod kind;

pub use kind::{Measure, ShapeKind};

use super::Named;
use Measure::{Angle, Length};

/// A shape. It holds only what may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    kind: ShapeKind,
    crs: Crs,
    positions: Vec<String>,
    measures: Vec<(Measure, String)>,
}

/// How many numbers a position has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crs {
    /// Latitude and longitude in degrees (EPSG 4326).
    TwoD,
    /// The same and the altitude in metres (EPSG 4979).
    ThreeD,
}

/// Most positions of one shape.
const MOST_POSITIONS: usize = 100;

/// Why attributes make no shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// `shape=` is missing.
    #[error("no shape is named; write shape=Point, or another one")]
    NoShape,
    /// There is no such shape.
    #[error(
        "'{0}' is no shape; known are Point, Polygon, Circle, Ellipse, ArcBand, Sphere, Ellipsoid and Prism"
    )]
    UnknownShape(String),
    /// The shape has no such attribute.
    #[error("a {} has no '{name}'", shape.name())]
    UnknownAttribute {
        /// The shape.
        shape: ShapeKind,
        /// The attribute.
        name: String,
    },
    /// An attribute is missing.
    #[error("a {} needs {name}", shape.name())]
    Missing {
        /// The shape.
        shape: ShapeKind,
        /// The attribute.
        name: &'static str,
    },
    /// A position is none.
    #[error(
        "'{0}' is no position; write latitude and longitude in degrees, and the altitude in metres behind them where the shape has three dimensions"
    )]
    Position(String),
    /// A ring of fewer than three positions, or more than anybody needs.
    #[error("a {} needs between 3 and 100 positions", .0.name())]
    Positions(ShapeKind),
    /// A number is none.
    #[error(
        "{name}: '{value}' is no number; write one, for an angle with 'radians' behind it where it is in those"
    )]
    Number {
        /// The attribute.
        name: &'static str,
        /// What was written.
        value: String,
    },
    /// `crs` is none.
    #[error("crs: '{0}' is neither 2d nor 3d")]
    Crs(String),
}

impl Shape {
    /// The shape that attributes describe, as `geolocation.conf` has them: `shape=Circle`, `pos="39.1 -105.9"`,
    /// `radius=20`, and `crs=2d` or `3d`, which the positions say too.
    ///
    /// # Errors
    /// [`ShapeError`] says what is missing or cannot be meant.
    pub fn of_attributes(attributes: &[(String, String)]) -> Result<Self, ShapeError> {
        let value = |wanted: &str| {
            let mut all = attributes.iter().rev();
            all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
        };
        let name = value("shape").ok_or(ShapeError::NoShape)?;
        let kind = ShapeKind::named(name).ok_or_else(|| ShapeError::UnknownShape(name.to_owned()))?;
        let known = |name: &str| {
            let own = kind.measures().iter().map(|measure| measure.name());
            own.chain(["shape", "crs", "pos", "pos3d"]).any(|known| known.eq_ignore_ascii_case(name))
        };
        if let Some((name, _)) = attributes.iter().find(|(name, _)| !known(name)) {
            return Err(ShapeError::UnknownAttribute { shape: kind, name: name.clone() });
        }
        let said = match value("crs").map(str::to_ascii_lowercase).as_deref() {
            None => None,
            Some("2d") => Some(Crs::TwoD),
            Some("3d") => Some(Crs::ThreeD),
            Some(odd) => return Err(ShapeError::Crs(odd.to_owned())),
        };
        let positions =
            attributes.iter().filter(|(name, _)| is_position(name)).map(|(_, value)| value.as_str());
        let mut measures = Vec::new();
        for measure in kind.measures() {
            let name = measure.name();
            measures
                .push((*measure, value(name).ok_or(ShapeError::Missing { shape: kind, name })?.to_owned()));
        }
        Self::new(kind, said, positions, measures)
    }

    /// A shape of these parts. Without a `crs` the positions tell it.
    pub(in crate::geopriv) fn new<'p>(
        kind: ShapeKind,
        crs: Option<Crs>,
        positions: impl Iterator<Item = &'p str>,
        measures: Vec<(Measure, String)>,
    ) -> Result<Self, ShapeError> {
        let mut positions: Vec<String> =
            positions.map(|position| position.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let first = positions.first().ok_or(ShapeError::Missing { shape: kind, name: "pos" })?;
        let three = first.split(' ').count() == 3;
        let crs = crs.unwrap_or(if three { Crs::ThreeD } else { Crs::TwoD });
        if kind.is_ring() {
            // A ring that was closed already is closed again when it is written.
            if positions.len() > 3 && positions.first() == positions.last() {
                positions.pop();
            }
            if !(3..=MOST_POSITIONS).contains(&positions.len()) {
                return Err(ShapeError::Positions(kind));
            }
        } else {
            positions.truncate(1);
        }
        let dimensions = if crs == Crs::ThreeD { 3 } else { 2 };
        let odd =
            |position: &&String| !is_place(position, dimensions) || (kind.is_solid() && crs == Crs::TwoD);
        if let Some(odd) = positions.iter().find(odd) {
            return Err(ShapeError::Position(odd.clone()));
        }
        for (measure, value) in &measures {
            if !is_measure(*measure, value) {
                return Err(ShapeError::Number { name: measure.name(), value: value.clone() });
            }
        }
        Ok(Self { kind, crs, positions, measures })
    }

    /// What [`of_attributes`](Self::of_attributes) reads.
    #[must_use]
    pub fn attributes(&self) -> Named {
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let crs = if self.crs == Crs::ThreeD { "3d" } else { "2d" };
        let mut attributes = vec![owned("shape", self.kind.name()), owned("crs", crs)];
        attributes.extend(self.positions.iter().map(|position| owned("pos", position)));
        attributes.extend(self.measures.iter().map(|(measure, value)| owned(measure.name(), value)));
        attributes
    }

    /// Which shape it is.
    #[must_use]
    pub fn kind(&self) -> ShapeKind {
        self.kind
    }

    pub(in crate::geopriv) fn crs(&self) -> Crs {
        self.crs
    }

    pub(in crate::geopriv) fn positions(&self) -> &[String] {
        &self.positions
    }

    pub(in crate::geopriv) fn measures(&self) -> &[(Measure, String)] {
        &self.measures
    }
}

fn is_position(name: &str) -> bool {
    name.eq_ignore_ascii_case("pos") || name.eq_ignore_ascii_case("pos3d")
}

/// Whether it is a place on earth.
fn is_place(position: &str, dimensions: usize) -> bool {
    let numbers: Vec<Option<f64>> = position.split(' ').map(number).collect();
    let within = |index: usize, most: f64| {
        numbers.get(index).copied().flatten().is_some_and(|number| number.abs() <= most)
    };
    numbers.len() == dimensions && within(0, 90.0) && within(1, 180.0) && numbers.iter().all(Option::is_some)
}

fn is_measure(measure: Measure, value: &str) -> bool {
    match measure {
        Length(_) => number(value).is_some_and(|length| length >= 0.0),
        Angle(_) => number(angle(value).0).is_some(),
    }
}

/// The number of an angle, and whether it is in radians.
pub(in crate::geopriv) fn angle(value: &str) -> (&str, bool) {
    let (number, unit) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    match unit.trim() {
        "radians" => (number, true),
        "" | "degrees" => (number, false),
        // Another unit makes it no number.
        _ => (value, false),
    }
}

fn number(text: &str) -> Option<f64> {
    let plain = |octet: u8| octet.is_ascii_digit() || b"+-.eE".contains(&octet);
    text.bytes().all(plain).then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}
