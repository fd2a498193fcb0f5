use super::Codec;

/// What it takes to turn one codec's payload into another's: the cheapest way there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Translation {
    /// The payload goes on as it came.
    None,
    /// Each octet becomes another one where it stands.
    InPlace(Law),
    /// It is decoded, brought to another rate where that differs, and encoded.
    Recode,
    /// There is no way: one of them is only passed on.
    Impossible,
}

/// From one law of G.711 to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    UlawToAlaw,
    AlawToUlaw,
}

impl Translation {
    /// The cheapest way from one codec to another.
    pub(crate) fn between(from: Codec, to: Codec) -> Self {
        match (from, to) {
            _ if from == to => Self::None,
            (Codec::Pcmu, Codec::Pcma) => Self::InPlace(Law::UlawToAlaw),
            (Codec::Pcma, Codec::Pcmu) => Self::InPlace(Law::AlawToUlaw),
            _ if from.is_translatable() && to.is_translatable() => Self::Recode,
            _ => Self::Impossible,
        }
    }

    /// Translates a payload in place, where that is how.
    pub(crate) fn apply(self, payload: &mut [u8]) {
        match self {
            Self::InPlace(Law::UlawToAlaw) => ::g711::ulaw_to_alaw(payload),
            Self::InPlace(Law::AlawToUlaw) => ::g711::alaw_to_ulaw(payload),
            _ => {}
        }
    }
}
