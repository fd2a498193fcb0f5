use super::Codec;

/// What there is to know of a codec without speaking it.
pub(super) struct Properties {
    /// The encoding name of `a=rtpmap`.
    pub(super) name: &'static str,
    /// Ticks of the RTP timestamp in a second.
    pub(super) clock_rate: u32,
    /// Samples in a second.
    pub(super) sample_rate: u32,
    pub(super) channels: u8,
    /// RFC 3551 table 4.
    pub(super) payload_type: Option<u8>,
    /// What `a=fmtp` has to say.
    pub(super) parameters: Option<&'static str>,
    pub(super) framing: Framing,
}

/// How samples become payloads.
pub(super) enum Framing {
    /// Sample by sample: packets of any length.
    Samples {
        /// How much of a payload sounds as long as a tick of the clock.
        bits_per_tick: u8,
    },
    /// Frames of 20 ms, of which a packet has up to three.
    Frames20,
    /// Frames of Opus: 10, 20, 40 or 60 ms.
    Opus,
    /// It is passed on only.
    Unknown,
}

impl Properties {
    const fn new(name: &'static str, rate: u32, payload_type: Option<u8>, framing: Framing) -> Self {
        Self {
            name,
            clock_rate: rate,
            sample_rate: rate,
            channels: 1,
            payload_type,
            parameters: None,
            framing,
        }
    }

    const fn sampled(name: &'static str, rate: u32, bits_per_tick: u8, payload_type: Option<u8>) -> Self {
        Self::new(name, rate, payload_type, Framing::Samples { bits_per_tick })
    }

    const fn passed(name: &'static str, rate: u32, payload_type: Option<u8>) -> Self {
        Self::new(name, rate, payload_type, Framing::Unknown)
    }

    const fn with(self, parameters: &'static str) -> Self {
        Self { parameters: Some(parameters), ..self }
    }
}

/// The properties of a codec.
pub(super) const fn of(codec: Codec) -> &'static Properties {
    match codec {
        Codec::Pcmu => const { &Properties::sampled("PCMU", 8_000, 8, Some(0)) },
        Codec::Pcma => const { &Properties::sampled("PCMA", 8_000, 8, Some(8)) },
        Codec::G722 => {
            const { &Properties { sample_rate: 16_000, ..Properties::sampled("G722", 8_000, 8, Some(9)) } }
        }
        Codec::Gsm => const { &Properties::new("GSM", 8_000, Some(3), Framing::Frames20) },
        Codec::G726 => const { &Properties::sampled("G726-32", 8_000, 4, None) },
        Codec::G726Aal2 => const { &Properties::sampled("AAL2-G726-32", 8_000, 4, None) },
        Codec::Opus => {
            const {
                &Properties {
                    channels: 2,
                    ..Properties::new("opus", 48_000, None, Framing::Opus).with("useinbandfec=1")
                }
            }
        }
        Codec::L16 => const { &Properties::sampled("L16", 8_000, 16, None) },
        Codec::L16Wide => const { &Properties::sampled("L16", 16_000, 16, None) },
        Codec::L16Full => const { &Properties::sampled("L16", 48_000, 16, None) },
        Codec::G729 => const { &Properties::passed("G729", 8_000, Some(18)) },
        Codec::G723 => const { &Properties::passed("G723", 8_000, Some(4)) },
        Codec::Ilbc => const { &Properties::passed("iLBC", 8_000, None).with("mode=30") },
        Codec::Speex => const { &Properties::passed("speex", 8_000, None) },
        Codec::SpeexWide => const { &Properties::passed("speex", 16_000, None) },
        Codec::SpeexUltraWide => const { &Properties::passed("speex", 32_000, None) },
        Codec::Siren7 => const { &Properties::passed("G7221", 16_000, None).with("bitrate=32000") },
        Codec::Siren14 => const { &Properties::passed("G7221", 32_000, None).with("bitrate=48000") },
        Codec::Dvi4 => const { &Properties::passed("DVI4", 8_000, Some(5)) },
    }
}
