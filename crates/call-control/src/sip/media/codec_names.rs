//! Codecs of the media plane, and what session descriptions call them.

use media_bridge::Codec;
use sdp::negotiation::{CodecOffer, Negotiated};

use super::SessionMedia;

impl SessionMedia {
    /// What a codec is to this phone.
    pub(super) fn spoken(&self, codec: Codec) -> Codec {
        match codec {
            Codec::G726 if self.endpoint.rtp.g726_as_aal2 => Codec::G726Aal2,
            other => other,
        }
    }

    /// What this phone calls a codec.
    pub(super) fn described(&self, codec: Codec) -> Codec {
        match codec {
            Codec::G726Aal2 if self.endpoint.rtp.g726_as_aal2 => Codec::G726,
            other => other,
        }
    }
}

/// The codecs of the media plane that both sides have named, the one to send first.
pub(super) fn codecs_of(negotiated: &Negotiated) -> Vec<Codec> {
    negotiated.common.iter().filter_map(|common| codec_of(&common.codec)).collect()
}

/// What was agreed, narrowed to these codecs in this order; all of them are part of it.
pub(super) fn keeping(mut negotiated: Negotiated, codecs: &[Codec]) -> Negotiated {
    let place = |codec: &sdp::Codec| codecs.iter().position(|kept| codec_of(codec) == Some(*kept));
    // Comfort noise and the like stay behind them.
    negotiated.common.retain(|common| codec_of(&common.codec).is_none() || place(&common.codec).is_some());
    negotiated.common.sort_by_key(|common| place(&common.codec).unwrap_or(usize::MAX));
    if let Some(first) = negotiated.common.first().filter(|_| !codecs.is_empty()) {
        negotiated.codec = first.codec.clone();
        negotiated.send_payload_type = first.send_payload_type;
        negotiated.receive_payload_type = first.receive_payload_type;
    }
    negotiated
}

/// How a codec of the media plane is written in a session description.
pub(super) fn offer_of(codec: Codec) -> CodecOffer {
    let written = sdp::Codec::new(codec.name(), codec.clock_rate(), codec.channels());
    CodecOffer { fmtp: codec.parameters().map(str::to_owned), ..CodecOffer::from(written) }
}

/// The codec of the media plane that a session description means.
pub(super) fn codec_of(codec: &sdp::Codec) -> Option<Codec> {
    Codec::of(&codec.name, codec.clock_rate).filter(|known| known.channels() == codec.channels)
}
