//! A packet keeps its payload; its header is written anew.

use super::{Row, share};
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "G.711 forwarded both ways, 500 calls, a call",
    aim: "0.035 %, 1.3 times the floor",
    measure: |measure, contestant| share(measure, contestant, Media::Plain, 500),
};
