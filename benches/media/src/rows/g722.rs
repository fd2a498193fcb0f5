//! Decoded, resampled and encoded, both ways.

use super::Row;
use super::comparison::{Comparison, Yardstick, share};
use crate::load::Load;
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "G.711 to G.722 and back, 100 calls, a call",
    aim: "0.15 %",
    measure: |measure| {
        let load = Load::calls(Media::G722, 100);
        let comparison = Comparison { load, phones_of_unit: 2, yardstick: Yardstick::Nothing, tell: share };
        comparison.figures(measure)
    },
};
