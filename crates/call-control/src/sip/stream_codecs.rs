//! Codecs of video and text, which are passed on and never translated.

use media_bridge::{Marking, PassedFormat, PassedRole};
use sdp::negotiation::{CommonCodec, video_variant};

/// A codec of a stream beside the audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamCodec {
    /// H.261 (RFC 4587).
    H261,
    /// H.263 (RFC 2190).
    H263,
    /// H.263 of 1998 and 2000 (RFC 4629).
    H263Plus,
    /// H.264 (RFC 6184).
    H264,
    /// H.265 (RFC 7798).
    H265,
    /// MPEG-4 Visual (RFC 6416).
    Mpeg4,
    /// VP8 (RFC 7741).
    Vp8,
    /// VP9 (RFC 9628).
    Vp9,
    /// AV1.
    Av1,
    /// Text as it is typed (RFC 4103).
    T140,
    /// Redundant data (RFC 2198) of what it is offered with.
    Red,
    /// Forward error correction (RFC 5109) within redundant data of video. Whoever may use that may use this.
    Ulpfec,
}

/// Each by its name in `a=rtpmap`.
const NAMES: [(StreamCodec, &str); 12] = [
    (StreamCodec::H261, "H261"),
    (StreamCodec::H263, "H263"),
    (StreamCodec::H263Plus, "H263-1998"),
    (StreamCodec::H264, "H264"),
    (StreamCodec::H265, "H265"),
    (StreamCodec::Mpeg4, "MP4V-ES"),
    (StreamCodec::Vp8, "VP8"),
    (StreamCodec::Vp9, "VP9"),
    (StreamCodec::Av1, "AV1"),
    (StreamCodec::T140, "t140"),
    (StreamCodec::Red, "red"),
    (StreamCodec::Ulpfec, "ulpfec"),
];

impl StreamCodec {
    /// The codec that a session description means.
    pub(super) fn of(codec: &sdp::Codec) -> Option<Self> {
        // The later of the two, which the former is a part of.
        let name = if codec.is_named("H263-2000") { "H263-1998" } else { &codec.name };
        NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(codec, _)| *codec)
    }
}

/// What an endpoint may have beside its audio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamOptions {
    /// Codecs that it may use.
    pub codecs: Vec<StreamCodec>,
    /// How many streams of video it may have at a time.
    pub most_video: usize,
    /// What may be sent to its phones in a stream of video, in kbit/s, unless they want less.
    pub bandwidth: Option<u32>,
    /// How its packets are marked.
    pub marking: Marking,
}

/// A format that was agreed on, as the media plane passes it on.
pub(super) fn passed(common: &CommonCodec) -> Option<PassedFormat> {
    let numbers = (common.send_payload_type, common.receive_payload_type);
    passed_as(&common.codec, common.fmtp.as_deref(), numbers)
}

/// A format as the media plane passes it on, sent under the one number and received under the other.
pub(crate) fn passed_as(
    codec: &sdp::Codec,
    fmtp: Option<&str>,
    (send, receive): (u8, u8),
) -> Option<PassedFormat> {
    let variant = video_variant(codec, fmtp);
    let codec = StreamCodec::of(codec)?;
    Some(PassedFormat {
        name: (codec as u64) << 32 | u64::from(variant),
        send,
        receive,
        role: match codec {
            StreamCodec::Red => PassedRole::Redundant,
            StreamCodec::Ulpfec => PassedRole::Correction,
            _ => PassedRole::Data,
        },
    })
}
