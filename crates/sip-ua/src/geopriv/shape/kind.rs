//! The shapes, and what is measured of each.

/// Which shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeKind {
    /// One point.
    Point,
    /// An area between points.
    Polygon,
    /// Around a point.
    Circle,
    /// Around a point, longer than wide.
    Ellipse,
    /// A part of a ring around a point.
    ArcBand,
    /// Around a point, in three dimensions.
    Sphere,
    /// An ellipse in three dimensions.
    Ellipsoid,
    /// A polygon with a height.
    Prism,
}

/// A length or an angle of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// In metres, under this name.
    Length(&'static str),
    /// In degrees, or in radians where the value says so, under this name.
    Angle(&'static str),
}

use Measure::{Angle, Length};

impl Measure {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Length(name) | Angle(name) => name,
        }
    }
}

impl ShapeKind {
    /// All shapes.
    pub const ALL: [Self; 8] = [
        Self::Point,
        Self::Polygon,
        Self::Circle,
        Self::Ellipse,
        Self::ArcBand,
        Self::Sphere,
        Self::Ellipsoid,
        Self::Prism,
    ];

    /// Its name, as elements and configurations have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Polygon => "Polygon",
            Self::Circle => "Circle",
            Self::Ellipse => "Ellipse",
            Self::ArcBand => "ArcBand",
            Self::Sphere => "Sphere",
            Self::Ellipsoid => "Ellipsoid",
            Self::Prism => "Prism",
        }
    }

    /// What is measured of it, in the order of documents.
    #[must_use]
    pub fn measures(self) -> &'static [Measure] {
        match self {
            Self::Point | Self::Polygon => &[],
            Self::Circle | Self::Sphere => &[Length("radius")],
            Self::Ellipse => &[Length("semiMajorAxis"), Length("semiMinorAxis"), Angle("orientation")],
            Self::ArcBand => {
                &[Length("innerRadius"), Length("outerRadius"), Angle("startAngle"), Angle("openingAngle")]
            }
            Self::Ellipsoid => &[
                Length("semiMajorAxis"),
                Length("semiMinorAxis"),
                Length("verticalAxis"),
                Angle("orientation"),
            ],
            Self::Prism => &[Length("height")],
        }
    }

    /// Whether it has several positions, three at least.
    #[must_use]
    pub fn is_ring(self) -> bool {
        matches!(self, Self::Polygon | Self::Prism)
    }

    /// Whether its positions have three numbers.
    #[must_use]
    pub fn is_solid(self) -> bool {
        matches!(self, Self::Sphere | Self::Ellipsoid | Self::Prism)
    }

    pub(in crate::geopriv) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}
