//! Video and text of two parties: what each is told of the other's.

use std::net::SocketAddr;

use sdp::negotiation::{CodecOffer, video_variant};

use super::PartyMedia;
use crate::streams::{Feedback, StreamKind};

/// Where a party takes a stream beside its audio in, and what is understood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamPlace {
    /// Video or text.
    pub kind: StreamKind,
    /// Where RTP goes.
    pub rtp: SocketAddr,
    /// Where RTCP goes; `None` for the port above.
    pub rtcp: Option<SocketAddr>,
    /// What is understood there, best first; none where the stream has to stay here. A number among them means the same to the party in both directions.
    pub formats: Vec<CodecOffer>,
    /// What the party may be asked.
    pub feedback: Feedback,
    /// What may be sent to it, in kbit/s, where it says so.
    pub bandwidth: Option<u32>,
}

impl StreamPlace {
    /// As it is told to a party that has `own` there: no more than that one knows.
    fn told_to(&self, own: &Self) -> Self {
        let mut formats = self.formats.clone();
        formats.retain(|format| own.formats.iter().any(|other| are_alike(format, other)));
        Self { formats, feedback: self.feedback.and(own.feedback), ..self.clone() }
    }

    fn speaks(&self) -> bool {
        self.formats.iter().any(|format| !format.codec.is_auxiliary())
    }
}

/// Whether two phones mean the same by a number.
fn are_alike(one: &CodecOffer, other: &CodecOffer) -> bool {
    let variant = |format: &CodecOffer| video_variant(&format.codec, format.fmtp.as_deref());
    one.payload_type == other.payload_type && one.codec == other.codec && variant(one) == variant(other)
}

/// The streams of `other` as `own` is told of them: the first of a kind belongs to its own first one, the second to the second.
pub(super) fn told(other: &PartyMedia, own: &PartyMedia) -> Vec<StreamPlace> {
    let own: Vec<(usize, &StreamPlace)> = numbered(&own.streams).collect();
    let paired = numbered(&other.streams).filter_map(|(nth, place)| {
        let (_, own) = own.iter().find(|(known, own)| (*known, own.kind) == (nth, place.kind))?;
        Some(place.told_to(own))
    });
    paired.collect()
}

/// Whether each stream of either party has one of the other that it goes together with.
pub(super) fn go_together(a: &PartyMedia, b: &PartyMedia) -> bool {
    let told = told(a, b);
    told.len() == a.streams.len() && told.len() == b.streams.len() && told.iter().all(StreamPlace::speaks)
}

/// Each with how many of its kind come before it.
pub(crate) fn numbered(places: &[StreamPlace]) -> impl Iterator<Item = (usize, &StreamPlace)> {
    places.iter().enumerate().map(|(at, place)| {
        let before = places.iter().take(at).filter(|before| before.kind == place.kind);
        (before.count(), place)
    })
}

#[cfg(test)]
mod tests {
    use media_bridge::Codec;

    use super::*;

    fn format(payload_type: u8, name: &str, fmtp: Option<&str>) -> CodecOffer {
        let codec = sdp::Codec::new(name, 90_000, 1);
        CodecOffer { codec, payload_type, fmtp: fmtp.map(str::to_owned) }
    }

    fn party(streams: &[(StreamKind, &[CodecOffer])]) -> PartyMedia {
        let mut party = PartyMedia::new("192.0.2.1:4000".parse().unwrap(), Codec::Pcmu);
        let ports = (5_000..).step_by(2);
        let place = |((kind, formats), port): (&(StreamKind, &[CodecOffer]), u16)| StreamPlace {
            kind: *kind,
            rtp: ([192, 0, 2, 1], port).into(),
            rtcp: None,
            formats: formats.to_vec(),
            feedback: Feedback::ALL,
            bandwidth: None,
        };
        party.streams = streams.iter().zip(ports).map(place).collect();
        party
    }

    use StreamKind::{Text, Video};

    #[test]
    fn a_party_is_told_what_it_knows() {
        let (h264, vp8) = (format(97, "H264", Some("packetization-mode=1")), format(98, "VP8", None));
        let levels = format(97, "H264", Some("packetization-mode=1;profile-level-id=42e01f"));
        let a = party(&[(Video, &[h264, vp8.clone()])]);
        let b = party(&[(Video, std::slice::from_ref(&vp8))]);
        assert!(go_together(&a, &b) && go_together(&b, &a));
        assert_eq!(told(&a, &b)[0].formats, std::slice::from_ref(&vp8));
        let c = party(&[(Video, &[levels.clone(), format(120, "VP8", None)])]);
        assert_eq!(told(&c, &a)[0].formats, [levels], "with the parameters of the one that is told of");
    }

    #[test]
    fn what_has_no_counterpart_keeps_all_here() {
        let vp8 = |number| [format(number, "VP8", None)];
        let one = party(&[(Video, &vp8(98))]);
        for other in [
            party(&[]),
            party(&[(Video, &vp8(99))]),
            party(&[(Text, &vp8(98))]),
            party(&[(Video, &vp8(98)), (Video, &vp8(98))]),
            party(&[(Video, &[format(98, "ulpfec", None)])]),
            party(&[(Video, &[format(98, "H264", None)])]),
        ] {
            assert!(!go_together(&one, &other) && !go_together(&other, &one), "{:?}", other.streams);
        }
        assert!(go_together(&party(&[]), &party(&[])));
    }

    #[test]
    fn the_order_of_kinds_does_not_matter() {
        let (vp8, t140) = ([format(98, "VP8", None)], [format(99, "t140", None)]);
        let one = party(&[(Video, &vp8), (Text, &t140), (Video, &vp8)]);
        let other = party(&[(Text, &t140), (Video, &vp8), (Video, &vp8)]);
        assert!(go_together(&one, &other));
        let ports: Vec<(StreamKind, u16)> =
            told(&other, &one).iter().map(|place| (place.kind, place.rtp.port())).collect();
        assert_eq!(ports, [(Text, 5_000), (Video, 5_002), (Video, 5_004)]);
    }
}
