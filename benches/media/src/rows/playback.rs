//! A file, encoded once for all who hear it.

use super::Row;
use super::comparison::{Comparison, Yardstick, times_the_floor};
use crate::load::{Load, Service};

pub(super) const ROW: Row = Row {
    name: "a file played to 1,000 who speak G.711, a listener",
    aim: "0.012 %, the floor is one send each 20 ms",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::phones(Service::Playback, 1_000),
            phones_of_unit: 1,
            yardsticks: &[Yardstick::Floor],
            tell: times_the_floor,
        };
        comparison.figures(measure)
    },
};
