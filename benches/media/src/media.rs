//! What the two phones of a call speak.

use std::net::SocketAddr;

use media_bridge::{Codec, LegKeys, LegSettings, MasterKey, Suite};

use crate::Outcome;

/// Milliseconds between two packets of a phone.
pub(crate) const PACKET_MS: u32 = 20;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// G.711 μ-law both.
    Plain,
    /// The same under `AES_CM_128_HMAC_SHA1_80`, with keys of its own on each leg.
    Secure,
    /// One μ-law, the other A-law.
    Laws,
    /// One μ-law, the other G.722.
    G722,
    /// One μ-law, the other Opus at 48 kHz, complexity 5.
    Opus,
}

impl Media {
    pub(crate) const ALL: [Self; 5] = [Self::Plain, Self::Secure, Self::Laws, Self::G722, Self::Opus];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Secure => "secure",
            Self::Laws => "laws",
            Self::G722 => "g722",
            Self::Opus => "opus",
        }
    }

    pub(crate) fn from_name(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|media| media.name() == name);
        found.ok_or_else(|| format!("no calls of the kind `{name}`").into())
    }

    /// The codecs of the phones with even and with odd numbers.
    pub(crate) fn codecs(self) -> [Codec; 2] {
        let second = match self {
            Self::Plain | Self::Secure => Codec::Pcmu,
            Self::Laws => Codec::Pcma,
            Self::G722 => Codec::G722,
            Self::Opus => Codec::Opus,
        };
        [Codec::Pcmu, second]
    }

    /// How the leg of a phone is set up.
    pub(crate) fn settings(self, phone: usize, address: SocketAddr) -> LegSettings {
        LegSettings::new(Some(address), self.codecs()[phone % 2])
    }

    /// The keys that a phone sends and hears under.
    pub(crate) fn keys(self, phone: usize) -> Option<[MasterKey; 2]> {
        let key = |direction: u8| {
            let mut octets = [direction; 30];
            octets[..8].copy_from_slice(&(phone as u64).to_le_bytes());
            MasterKey::new(Suite::AesCm128HmacSha1_80, &octets).ok()
        };
        match self {
            Self::Secure => Some([key(1)?, key(2)?]),
            _ => None,
        }
    }

    /// The same, seen from the leg.
    pub(crate) fn leg_keys(self, phone: usize) -> Option<LegKeys> {
        let [receive, send] = self.keys(phone)?;
        Some(LegKeys { send, receive, receive_mki: None })
    }

    /// A second of what a phone says, packet by packet.
    pub(crate) fn payloads(self, phone: usize) -> Vec<Vec<u8>> {
        let codec = self.codecs()[phone % 2];
        let rate = if codec == Codec::Opus { 48_000 } else { codec.sample_rate() };
        let voice = voice(rate);
        let frames = voice.chunks_exact((rate / 1_000 * PACKET_MS) as usize);
        let mut wide = g722::Encoder::new();
        let mut full = opus::Encoder::with(&opus::Settings::default());
        frames
            .map(|pcm| {
                let mut payload = vec![0; opus::MAX_OCTETS];
                let octets = match codec {
                    Codec::G722 => wide.encode(pcm, &mut payload),
                    Codec::Opus => full.encode(pcm, &mut payload),
                    Codec::Pcma => g711::alaw::encode(pcm, &mut payload[..pcm.len()]),
                    _ => g711::ulaw::encode(pcm, &mut payload[..pcm.len()]),
                };
                payload.truncate(octets);
                payload
            })
            .collect()
    }
}

/// A second of a voice: a buzz with noise, in syllables.
pub(crate) fn voice(hertz: u32) -> Vec<i16> {
    let (mut noise, mut phase) = (1_u32, 0.0_f64);
    let mut sample = |n: u32| {
        let seconds = f64::from(n) / f64::from(hertz);
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        phase = (phase + (130.0 + 20.0 * (seconds * 3.0).sin()) / f64::from(hertz)).fract();
        let harmonics: f64 =
            (1..20).map(|of| (phase * std::f64::consts::TAU * f64::from(of)).sin() / f64::from(of)).sum();
        let hiss = f64::from(noise >> 16) / 32_768.0 - 1.0;
        ((harmonics * 6_000.0 + hiss * 300.0) * (seconds * 12.0).sin().max(0.02)) as i16
    };
    (0..hertz).map(&mut sample).collect()
}
