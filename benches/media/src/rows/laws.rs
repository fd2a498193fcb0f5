//! Each octet by a table.

use super::{Row, share};
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "μ-law to A-law and back, 500 calls, a call",
    aim: "1.15 times the plain one",
    measure: |measure, contestant| share(measure, contestant, Media::Laws, 500),
};
