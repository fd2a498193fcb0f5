//! The codecs that a leg and its peer have agreed on, and the one that the leg sends.

use crate::codec::{Codec, Decoder, Encoder};
use crate::settings::{CodecPayload, LegSettings};

/// What both sides may send at any time (RFC 3264 §6.1), and what we do.
pub(super) struct Spoken {
    agreed: Vec<Agreed>,
    /// How Opus is encoded.
    opus: opus::Settings,
    /// The place of what we send among `agreed`.
    sent: usize,
}

struct Agreed {
    payload: CodecPayload,
    /// Made when something is said in it that is not passed on, for sound of that rate.
    encoder: Option<(u32, Box<dyn Encoder>)>,
    /// Made when something is heard in it that others hear in another codec, to that rate.
    decoder: Option<(u32, Box<dyn Decoder>)>,
}

impl Spoken {
    /// Nothing before the first settings.
    pub(super) fn nothing() -> Self {
        Self { agreed: Vec::new(), opus: opus::Settings::default(), sent: 0 }
    }

    /// Takes over what was negotiated. Where that is what holds already, the codec that the peer has chosen stays.
    pub(super) fn configure(&mut self, settings: &LegSettings) {
        if self.agreed.iter().map(|agreed| agreed.payload).eq(settings.codecs()) && self.opus == settings.opus
        {
            return;
        }
        let agreed = |payload| Agreed { payload, encoder: None, decoder: None };
        *self = Self { agreed: settings.codecs().map(agreed).collect(), opus: settings.opus, sent: 0 };
    }

    /// The codec that we send.
    #[inline]
    pub(super) fn codec(&self) -> Option<Codec> {
        self.agreed.get(self.sent).map(|agreed| agreed.payload.codec)
    }

    /// Its payload type.
    #[inline]
    pub(super) fn payload_type(&self) -> Option<u8> {
        self.agreed.get(self.sent).map(|agreed| agreed.payload.send)
    }

    /// How Opus is encoded.
    #[inline]
    pub(super) fn opus(&self) -> &opus::Settings {
        &self.opus
    }

    /// What makes its payloads of sound at `rate`, one of [`Codec::encoding_rate`], if it is known here. With another rate it begins
    /// anew.
    pub(super) fn encoder(&mut self, rate: u32) -> Option<&mut (dyn Encoder + 'static)> {
        let agreed = self.agreed.get_mut(self.sent)?;
        if agreed.encoder.as_ref().is_none_or(|(of, _)| *of != rate) {
            agreed.encoder = agreed.payload.codec.encoder_of(rate, &self.opus).map(|encoder| (rate, encoder));
        }
        agreed.encoder.as_mut().map(|(_, encoder)| encoder.as_mut())
    }

    /// The rate to encode sound of `rate` at that comes between other sound: one that is as high as before is not left for it.
    pub(super) fn encoding_rate(&self, rate: u32) -> Option<u32> {
        let agreed = self.agreed.get(self.sent)?;
        let present = agreed.encoder.as_ref().map_or(0, |(of, _)| *of);
        Some(agreed.payload.codec.encoding_rate(rate, &self.opus).max(present))
    }

    /// What makes samples of payloads in `codec`, for whoever hears `rate` of them a second, and how many it makes; if it is known
    /// here. With another rate it begins anew.
    pub(super) fn decoder(&mut self, codec: Codec, rate: u32) -> Option<(u32, &mut (dyn Decoder + 'static))> {
        let agreed = self.agreed.iter_mut().find(|agreed| agreed.payload.codec == codec)?;
        let rate = codec.rate_for(rate);
        if agreed.decoder.as_ref().is_none_or(|(to, _)| *to != rate) {
            agreed.decoder = codec.decoder_to(rate).map(|decoder| (rate, decoder));
        }
        agreed.decoder.as_mut().map(|(rate, decoder)| (*rate, decoder.as_mut()))
    }

    /// The codec of a packet with this payload type. With `follow` it is what we send, too, from now on.
    ///
    /// Some peers send under the number that they want to hear, whatever we have announced. They are understood where that
    /// number means nothing else.
    #[inline]
    pub(super) fn hear(&mut self, payload_type: u8, follow: bool) -> Option<Codec> {
        let announced = self.agreed.iter().position(|agreed| agreed.payload.receive == payload_type);
        let theirs = || self.agreed.iter().position(|agreed| agreed.payload.send == payload_type);
        let place = announced.or_else(theirs)?;
        if follow {
            self.sent = place;
        }
        self.agreed.get(place).map(|agreed| agreed.payload.codec)
    }
}
