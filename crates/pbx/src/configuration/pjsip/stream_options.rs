//! `max_video_streams`, `tos_video` and their kin: what an endpoint may have beside its audio.

use call_control::sip::{StreamCodec, StreamOptions};
use media_bridge::Marking;

use super::sockets::{cos, tos};
use crate::configuration::codec_names::stream_codec_of;
use crate::configuration::values::Values;

/// The most streams of video that an endpoint may ask for.
const MOST_VIDEO: usize = 8;

/// What an endpoint says of it, which may use the codecs of these names.
pub(super) fn read(values: &mut Values<'_>, names: &[String]) -> StreamOptions {
    let most_video = values.number("max_video_streams", 1_usize).min(MOST_VIDEO);
    let text = values.number("max_text_streams", 1_usize);
    let may_be = |codec: &StreamCodec| match codec {
        StreamCodec::T140 => text > 0,
        // In sound, too.
        StreamCodec::Red => true,
        _ => most_video > 0,
    };
    StreamOptions {
        codecs: names.iter().filter_map(|name| stream_codec_of(name)).filter(may_be).collect(),
        most_video,
        bandwidth: Some(values.number("max_video_bitrate", 0_u32)).filter(|kilobits| *kilobits > 0),
        marking: Marking {
            tos: tos(values, "tos_video").unwrap_or_default(),
            priority: cos(values, "cos_video").filter(|priority| *priority != 0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::pjsip::testing::endpoint_of;

    #[test]
    fn codecs_of_video_and_text_are_taken_from_allow() {
        let of = |lines: &str| endpoint_of(lines).0.streams.clone();
        assert_eq!(of("allow=ulaw").codecs, []);
        let video = of("allow=ulaw,h264,vp8,t140,red");
        assert_eq!(video.codecs, [StreamCodec::H264, StreamCodec::Vp8, StreamCodec::T140, StreamCodec::Red]);
        assert_eq!((video.most_video, video.bandwidth), (1, None));
        assert_eq!(of("allow=ulaw,h264,t140\nmax_video_streams=0").codecs, [StreamCodec::T140]);
        assert_eq!(of("allow=ulaw,h264,t140\nmax_text_streams=0").codecs, [StreamCodec::H264]);
        assert_eq!(of("max_video_streams=99").most_video, MOST_VIDEO);
    }

    #[test]
    fn nothing_is_said_of_what_has_an_effect() {
        let lines =
            "allow=ulaw,h264\nmax_video_streams=2\ntos_video=af41\ncos_video=4\nmax_video_bitrate=512";
        let (endpoint, said) = endpoint_of(lines);
        // That nobody has to prove who he is.
        assert!(said.contains("no-password") && said.ends_with("0 errors, 1 warning in 2 files\n"), "{said}");
        assert_eq!(endpoint.streams.marking, Marking { tos: 0x88, priority: Some(4) });
        assert_eq!((endpoint.streams.most_video, endpoint.streams.bandwidth), (2, Some(512)));
    }
}
