use super::Codec;

/// What it takes to turn one codec's payload into another's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Translation {
    /// The payload goes on as it came.
    None,
    /// Each octet becomes another one where it stands.
    InPlace(fn(&mut [u8])),
}

impl Translation {
    /// The cheapest way from one codec to another.
    pub(crate) fn between(from: Codec, to: Codec) -> Self {
        match (from, to) {
            (Codec::Pcmu, Codec::Pcma) => Self::InPlace(::g711::ulaw_to_alaw),
            (Codec::Pcma, Codec::Pcmu) => Self::InPlace(::g711::alaw_to_ulaw),
            (Codec::Pcmu, Codec::Pcmu) | (Codec::Pcma, Codec::Pcma) => Self::None,
        }
    }

    /// Translates a payload.
    pub(crate) fn apply(self, payload: &mut [u8]) {
        if let Self::InPlace(translate) = self {
            translate(payload);
        }
    }
}
