//! A packet keeps its payload; its header is written anew.

use super::Row;
use super::comparison::{Comparison, Yardstick, times_the_floor};
use crate::load::Load;
use crate::media::Media;

/// What others are judged by, too.
pub(super) const LOAD: Load = Load::calls(Media::Plain, 500);

pub(super) const ROW: Row = Row {
    name: "G.711 forwarded both ways, 500 calls, a call",
    aim: "0.035 %, 1.3 times the floor",
    measure: |measure| {
        let comparison = Comparison {
            load: LOAD,
            phones_of_unit: 2,
            yardsticks: &[Yardstick::Floor],
            tell: times_the_floor,
        };
        comparison.figures(measure)
    },
};
