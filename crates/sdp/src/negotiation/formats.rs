//! The payload formats of a media description, as values.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::attribute::{Fmtp, RtpMap};
use crate::codec::Codec;
use crate::media::Media;

/// A payload type with its codec and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) payload_type: u8,
    pub(super) codec: Codec,
    pub(super) fmtp: Option<String>,
}

/// The formats of `media` in the order of its `m=` line, each number once.
///
/// The codec comes from `a=rtpmap`, else from RFC 3551. A number with neither is left out. The attributes of each kind are
/// looked at once, so that the cost grows with their number alone: there are at most 128 payload types.
pub(super) fn read(media: &Media<'_>) -> Vec<Format> {
    let mut entries: Vec<Entry<'_>> = Vec::with_capacity(8);
    let mut seen = 0_u128;
    for payload_type in media.payload_types() {
        let bit = 1 << payload_type;
        if seen & bit == 0 {
            seen |= bit;
            entries.push(Entry { payload_type, map: None, fmtp: None });
        }
    }
    for map in media.attributes().typed::<RtpMap<'_>>() {
        if let Some(entry) = find(&mut entries, map.payload_type) {
            entry.map.get_or_insert(map);
        }
    }
    for fmtp in media.attributes().typed::<Fmtp<'_>>() {
        if let Some(entry) = fmtp.payload_type().and_then(|number| find(&mut entries, number)) {
            entry.fmtp.get_or_insert(fmtp.parameters);
        }
    }
    entries.into_iter().filter_map(Entry::into_format).collect()
}

struct Entry<'a> {
    payload_type: u8,
    map: Option<RtpMap<'a>>,
    fmtp: Option<&'a str>,
}

impl Entry<'_> {
    fn into_format(self) -> Option<Format> {
        let codec = match self.map {
            Some(map) => corrected(map.codec()),
            None => Codec::from_static(self.payload_type)?,
        };
        let fmtp = self.fmtp.map(ToOwned::to_owned);
        Some(Format { payload_type: self.payload_type, codec, fmtp })
    }
}

fn find<'e, 'a>(entries: &'e mut [Entry<'a>], payload_type: u8) -> Option<&'e mut Entry<'a>> {
    entries.iter_mut().find(|entry| entry.payload_type == payload_type)
}

/// Some phones write the sampling rate of G.722, 16 kHz, where RFC 3551 §4.5.2 wants 8 kHz.
fn corrected(codec: Codec) -> Codec {
    if codec.is_named("G722") && codec.clock_rate == 16_000 {
        Codec { clock_rate: 8000, ..codec }
    } else {
        codec
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionDescription;

    fn formats(media: &str) -> Vec<(u8, Codec)> {
        let text = format!("v=0\r\n{media}");
        let description = SessionDescription::parse(text.as_bytes()).unwrap();
        let media = description.media().next().unwrap();
        read(&media).into_iter().map(|format| (format.payload_type, format.codec)).collect()
    }

    #[test]
    fn static_numbers_need_no_map_and_dynamic_ones_do() {
        assert_eq!(formats("m=audio 1 RTP/AVP 8 96 0"), [(8, Codec::PCMA), (0, Codec::PCMU)]);
        assert_eq!(formats("m=audio 1 RTP/AVP 96\na=rtpmap:96 opus/48000/2"), [(96, Codec::OPUS)]);
    }

    #[test]
    fn a_map_wins_over_the_static_table() {
        assert_eq!(formats("m=audio 1 RTP/AVP 0\na=rtpmap:0 PCMA/8000"), [(0, Codec::PCMA)]);
        assert_eq!(formats("m=audio 1 RTP/AVP 0\na=rtpmap:0 nonsense"), [(0, Codec::PCMU)]);
    }

    #[test]
    fn repeated_and_impossible_numbers_are_left_out() {
        assert_eq!(formats("m=audio 1 RTP/AVP 0 0 200 x 0"), [(0, Codec::PCMU)]);
    }

    #[test]
    fn g722_with_its_sampling_rate_is_g722() {
        assert_eq!(formats("m=audio 1 RTP/AVP 9\na=rtpmap:9 G722/16000"), [(9, Codec::G722)]);
    }
}
