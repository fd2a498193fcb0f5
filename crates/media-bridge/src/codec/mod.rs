//! Codecs that legs speak. A new one adds a file here, a variant of [`Codec`] and a line in [`Codec::coder`].

mod g711;
mod translate;

pub(crate) use translate::Translation;

/// An audio codec of a leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 μ-law, `PCMU/8000`.
    #[default]
    Pcmu,
    /// G.711 A-law, `PCMA/8000`.
    Pcma,
}

impl Codec {
    /// Every codec that legs can speak, the preferred ones first.
    pub const ALL: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

    /// The encoding name of `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The codec of an encoding name, in any case.
    ///
    /// ```
    /// assert_eq!(media_bridge::Codec::from_name("pcma"), Some(media_bridge::Codec::Pcma));
    /// assert_eq!(media_bridge::Codec::from_name("G729"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// Ticks of the RTP timestamp in a second.
    pub const fn clock_rate(self) -> u32 {
        8_000
    }

    /// The payload type that RFC 3551 table 4 gives it.
    pub const fn static_payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// A coder with fresh state.
    pub(crate) fn coder(self) -> Box<dyn Coder> {
        match self {
            Self::Pcmu => Box::new(g711::Ulaw),
            Self::Pcma => Box::new(g711::Alaw),
        }
    }
}

/// One direction's state of a codec. Made when a leg is configured; works without allocating.
pub(crate) trait Coder: Send {
    /// Encodes `pcm` into `payload` and returns the octets written; 0 when the payload does not fit.
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize;
}
