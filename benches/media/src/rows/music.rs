//! Music as it goes on: one source, encoded once for all who listen.

use super::Row;
use super::comparison::{Comparison, Yardstick, times_the_floor};
use crate::load::{Load, Service};

pub(super) const ROW: Row = Row {
    name: "music for 1,000 who speak G.711, a listener",
    aim: "0.012 %, the floor is one send each 20 ms",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::phones(Service::Music, 1_000),
            phones_of_unit: 1,
            yardsticks: &[Yardstick::Floor],
            tell: times_the_floor,
        };
        comparison.figures(measure)
    },
};
