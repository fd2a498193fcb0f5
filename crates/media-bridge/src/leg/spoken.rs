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
    /// Made when something is said in it that is not passed on.
    encoder: Option<Box<dyn Encoder>>,
    /// Made when something is heard in it that others hear in another codec.
    decoder: Option<Box<dyn Decoder>>,
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

    /// What makes its payloads, if it is known here.
    pub(super) fn encoder(&mut self) -> Option<&mut Box<dyn Encoder>> {
        let agreed = self.agreed.get_mut(self.sent)?;
        if agreed.encoder.is_none() {
            agreed.encoder = agreed.payload.codec.encoder(&self.opus);
        }
        agreed.encoder.as_mut()
    }

    /// What makes samples of payloads in `codec`, if it is known here.
    pub(super) fn decoder(&mut self, codec: Codec) -> Option<&mut Box<dyn Decoder>> {
        let agreed = self.agreed.iter_mut().find(|agreed| agreed.payload.codec == codec)?;
        if agreed.decoder.is_none() {
            agreed.decoder = codec.decoder();
        }
        agreed.decoder.as_mut()
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
