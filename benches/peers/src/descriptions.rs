//! Session descriptions. sdp-types leaves the values of attributes as text, the others read them.

use std::hint::black_box;

use benches::Operation;
use benches::messages::SDP;
use bytesstr::BytesStr;

use crate::DESCRIPTION;

pub fn operations() -> Vec<Operation> {
    let text = BytesStr::from_static(SDP);
    vec![
        Operation::repeated(DESCRIPTION, "sdp-types", || {
            sdp_types::Session::parse(black_box(SDP.as_bytes()))
        }),
        Operation::repeated(DESCRIPTION, "ezk-sdp-types", move || {
            ezk_sdp_types::SessionDescription::parse(black_box(&text))
        }),
        Operation::repeated(DESCRIPTION, "webrtc-sdp", || webrtc_sdp::parse_sdp(black_box(SDP), false)),
    ]
}
