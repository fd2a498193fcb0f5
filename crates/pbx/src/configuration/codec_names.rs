//! What codecs are called in configuration files and dialplans.

use call_control::sip::StreamCodec;
use media_bridge::Codec;

/// Names that `allow` and `disallow` know, in the order that `all` means, with the codec of the media plane where there is
/// one.
const NAMES: &[(&str, Option<Codec>)] = &[
    ("ulaw", Some(Codec::Pcmu)),
    ("alaw", Some(Codec::Pcma)),
    ("gsm", Some(Codec::Gsm)),
    ("g722", Some(Codec::G722)),
    ("g726", Some(Codec::G726)),
    ("g726aal2", Some(Codec::G726Aal2)),
    ("g729", Some(Codec::G729)),
    ("g723", Some(Codec::G723)),
    ("ilbc", Some(Codec::Ilbc)),
    ("opus", Some(Codec::Opus)),
    ("codec2", None),
    ("adpcm", Some(Codec::Dvi4)),
    ("lpc10", None),
    ("slin", Some(Codec::L16)),
    ("slin12", None),
    ("slin16", Some(Codec::L16Wide)),
    ("slin24", None),
    ("slin32", None),
    ("slin44", None),
    ("slin48", Some(Codec::L16Full)),
    ("slin96", None),
    ("slin192", None),
    ("speex", Some(Codec::Speex)),
    ("speex16", Some(Codec::SpeexWide)),
    ("speex32", Some(Codec::SpeexUltraWide)),
    ("siren7", Some(Codec::Siren7)),
    ("siren14", Some(Codec::Siren14)),
    ("silk8", None),
    ("silk12", None),
    ("silk16", None),
    ("silk24", None),
    ("h261", None),
    ("h263", None),
    ("h263p", None),
    ("h264", None),
    ("h265", None),
    ("mpeg4", None),
    ("vp8", None),
    ("vp9", None),
    ("av1", None),
    ("jpeg", None),
    ("png", None),
    ("t140", None),
    ("t140red", None),
    ("red", None),
    ("testlaw", None),
];

/// Those of them that are for video and text.
const STREAMS: &[(&str, StreamCodec)] = &[
    ("h261", StreamCodec::H261),
    ("h263", StreamCodec::H263),
    ("h263p", StreamCodec::H263Plus),
    ("h264", StreamCodec::H264),
    ("h265", StreamCodec::H265),
    ("mpeg4", StreamCodec::Mpeg4),
    ("vp8", StreamCodec::Vp8),
    ("vp9", StreamCodec::Vp9),
    ("av1", StreamCodec::Av1),
    ("t140", StreamCodec::T140),
    ("t140red", StreamCodec::Red),
    ("red", StreamCodec::Red),
];

/// Every name that files may use.
pub(crate) fn all() -> impl Iterator<Item = &'static str> + Clone {
    NAMES.iter().map(|(name, _)| *name)
}

/// The codec of a name in `allow`, if the media plane has it.
pub fn codec_of(name: &str) -> Option<Codec> {
    NAMES.iter().find(|(known, _)| *known == name).and_then(|(_, codec)| *codec)
}

/// The codec of video or text of a name in `allow`.
pub(crate) fn stream_codec_of(name: &str) -> Option<StreamCodec> {
    STREAMS.iter().find(|(known, _)| *known == name).map(|(_, codec)| *codec)
}

/// The codecs of video and text, each by its name in `allow`.
pub fn stream_codecs() -> impl Iterator<Item = (&'static str, StreamCodec)> {
    STREAMS.iter().copied()
}

/// The name of a codec in `allow`, consoles and dialplans.
pub fn name_of(codec: Codec) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == Some(codec)).map_or(codec.name(), |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_of_the_media_plane_has_one_name() {
        for codec in Codec::ALL {
            assert_eq!(codec_of(name_of(codec)), Some(codec), "{codec:?}");
        }
    }

    #[test]
    fn codecs_of_streams_have_names_of_their_own() {
        for (name, codec) in STREAMS {
            assert!(all().any(|known| known == *name) && codec_of(name).is_none(), "{name}");
            assert_eq!(stream_codec_of(name), Some(*codec));
        }
        assert_eq!(stream_codec_of("ulaw"), None);
    }
}
