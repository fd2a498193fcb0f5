//! What a session description of ours says: our own media, or that of another party in its place.

use media_bridge::Codec;
use sdp::negotiation::{CodecOffer, LocalMedia, Protection};

use super::SessionMedia;
use super::codec_names::offer_of;
use crate::direct_media::MediaPlace;
use crate::sip::stream_codecs::StreamCodec;

/// Payload type of telephone-event in our own offers, the one that everybody uses.
const TELEPHONE_EVENT: u8 = 101;

impl SessionMedia {
    /// What we describe: our own media with these codecs, or that of another party, which has one.
    pub(super) fn local(
        &self,
        to: Option<&MediaPlace>,
        codecs: Vec<Codec>,
        protection: Option<Protection>,
        noise: bool,
    ) -> LocalMedia {
        let Some(place) = to else { return self.own(codecs, protection, noise) };
        LocalMedia {
            address: place.rtp.ip(),
            port: place.rtp.port(),
            // A host of its own for RTCP cannot be told beside the port.
            rtcp_port: place.rtcp.filter(|rtcp| rtcp.ip() == place.rtp.ip()).map(|rtcp| rtcp.port()),
            codecs: vec![CodecOffer {
                payload_type: place.payload_type,
                ..offer_of(self.described(place.codec))
            }],
            telephone_event: place.telephone_event,
            direction: sdp::Direction::SendRecv,
            ptime: place.ptime,
            protection: None,
            redundancy: false,
            lines: Vec::new(),
        }
    }

    fn own(&self, codecs: Vec<Codec>, protection: Option<Protection>, noise: bool) -> LocalMedia {
        let ptime = self.endpoint.rtp.packet_time(codecs.first().copied());
        let noise = noise.then(|| CodecOffer::from(sdp::Codec::COMFORT_NOISE));
        LocalMedia {
            address: self.seen.address,
            port: self.leg.rtp_address().port(),
            rtcp_port: None,
            ptime,
            codecs: codecs.into_iter().map(|codec| self.offer_of(codec)).chain(noise).collect(),
            telephone_event: self.digit_mode.names_events().then_some(TELEPHONE_EVENT),
            direction: self.holds.direction(),
            protection,
            redundancy: self.endpoint.streams.codecs.contains(&StreamCodec::Red),
            lines: Vec::new(),
        }
    }

    /// A codec as this endpoint is told of it.
    fn offer_of(&self, codec: Codec) -> CodecOffer {
        let offer = offer_of(codec);
        match self.endpoint.rtp.opus_wanted.filter(|_| codec == Codec::Opus) {
            Some(wanted) => {
                CodecOffer { fmtp: Some(wanted.to_string()).filter(|text| !text.is_empty()), ..offer }
            }
            None => offer,
        }
    }
}
