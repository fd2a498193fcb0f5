//! Each octet by a table.

use super::comparison::{Comparison, Yardstick, times_the_plain};
use super::{Row, plain};
use crate::load::Load;
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "μ-law to A-law and back, 500 calls, a call",
    aim: "1.15 times the plain one",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::calls(Media::Laws, 500),
            phones_of_unit: 2,
            yardsticks: &[Yardstick::Ours(plain::LOAD)],
            tell: times_the_plain,
        };
        comparison.figures(measure)
    },
};
