//! The codecs that a leg and its peer have agreed on, and the one that the leg sends.

use crate::codec::{Codec, Coder};
use crate::settings::{CodecPayload, LegSettings};

/// What both sides may send at any time (RFC 3264 §6.1), and what we do.
pub(super) struct Spoken {
    agreed: Vec<Agreed>,
    /// The place of what we send among `agreed`.
    sent: usize,
}

struct Agreed {
    payload: CodecPayload,
    coder: Box<dyn Coder>,
}

impl Spoken {
    /// Nothing before the first settings.
    pub(super) const NOTHING: Self = Self { agreed: Vec::new(), sent: 0 };

    /// Takes over what was negotiated. Where that is what holds already, the codec that the peer has chosen stays.
    pub(super) fn configure(&mut self, settings: &LegSettings) {
        if self.agreed.iter().map(|agreed| agreed.payload).eq(settings.codecs()) {
            return;
        }
        let agreed = |payload: CodecPayload| Agreed { payload, coder: payload.codec.coder() };
        *self = Self { agreed: settings.codecs().map(agreed).collect(), sent: 0 };
    }

    /// The codec that we send.
    pub(super) fn codec(&self) -> Option<Codec> {
        self.agreed.get(self.sent).map(|agreed| agreed.payload.codec)
    }

    /// Its payload type.
    pub(super) fn payload_type(&self) -> Option<u8> {
        self.agreed.get(self.sent).map(|agreed| agreed.payload.send)
    }

    /// What makes its payloads.
    pub(super) fn coder(&mut self) -> Option<&mut Box<dyn Coder>> {
        self.agreed.get_mut(self.sent).map(|agreed| &mut agreed.coder)
    }

    /// The codec of a packet with this payload type. With `follow` it is what we send, too, from now on.
    #[inline]
    pub(super) fn hear(&mut self, payload_type: u8, follow: bool) -> Option<Codec> {
        let place = self.agreed.iter().position(|agreed| agreed.payload.receive == payload_type)?;
        if follow {
            self.sent = place;
        }
        self.agreed.get(place).map(|agreed| agreed.payload.codec)
    }
}
