//! Decoded, resampled and encoded, both ways.

use super::{Row, share};
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "G.711 to G.722 and back, 100 calls, a call",
    aim: "0.15 %",
    measure: |measure, contestant| share(measure, contestant, Media::G722, 100),
};
