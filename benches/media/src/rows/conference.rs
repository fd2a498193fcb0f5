//! Everybody hears the nine others: decoded, added up, encoded for each.

use super::Row;
use super::comparison::{Comparison, Yardstick};
use crate::load::{Load, Service};

pub(super) const ROW: Row = Row {
    name: "conference, G.711, 50 rooms of ten who all speak, participants a core",
    aim: "5,000, of 7,000 that the floor has",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::phones(Service::Conference, 500),
            phones_of_unit: 1,
            yardsticks: &[Yardstick::Floor],
            tell: |own, floor| {
                let a_core = format!("{:.0}", 100.0 / own.least());
                let of_floor = |floor| format!("{a_core}, {:.2} of the floor's", 1.0 / own.times(floor));
                floor.first().map_or(a_core.clone(), of_floor)
            },
        };
        comparison.figures(measure)
    },
};
