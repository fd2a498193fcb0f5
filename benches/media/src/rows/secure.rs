//! Unprotected and protected anew: `AES_CM_128_HMAC_SHA1_80`.

use super::{Row, share};
use crate::media::Media;

pub(super) const ROW: Row = Row {
    name: "the same under SRTP on both legs",
    aim: "1.4 times the plain one",
    measure: |measure, contestant| share(measure, contestant, Media::Secure, 500),
};
