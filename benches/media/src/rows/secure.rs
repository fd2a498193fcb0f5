//! Unprotected and protected anew: `AES_CM_128_HMAC_SHA1_80`.

use super::comparison::{Comparison, Yardstick, times_the_plain};
use super::{Row, plain};
use crate::load::Load;
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "the same under SRTP on both legs",
    aim: "1.4 times the plain one",
    measure: |measure| {
        let comparison = Comparison {
            load: Load::calls(Media::Secure, 500),
            phones_of_unit: 2,
            yardsticks: &[Yardstick::Ours(plain::LOAD)],
            tell: times_the_plain,
        };
        comparison.figures(measure)
    },
};
