use core::time::Duration;

use super::{RawBlock, half, word};

/// A value of one octet that says that there is none (RFC 3611 §4.7.3 to §4.7.5).
const UNAVAILABLE: u8 = 127;

/// What one side knows of the sound of a call (RFC 3611 §4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VoipMetrics {
    /// The source.
    pub ssrc: u32,
    /// Packets lost on their way, in 1/256 of those expected since it began.
    pub loss_rate: u8,
    /// Packets that came too late or too early to be played, likewise.
    pub discard_rate: u8,
    /// Packets lost or discarded in bursts, in 1/256 of those in bursts.
    pub burst_density: u8,
    /// The same of the gaps between bursts.
    pub gap_density: u8,
    /// Mean length of a burst.
    pub burst: Duration,
    /// Mean length of a gap.
    pub gap: Duration,
    /// Round trip between the two RTP interfaces; zero where it is not known.
    pub round_trip: Duration,
    /// What the end that reports adds to it, from network to ear and from mouth to network; zero where it is not known.
    pub end_system_delay: Duration,
    /// Level of speech, in dBm0.
    pub signal_level: Option<i8>,
    /// Level of the noise behind it, in dBm0.
    pub noise_level: Option<i8>,
    /// Residual echo return loss, in dB.
    pub echo_return_loss: Option<u8>,
    /// Packets in a row that have to come for a burst to be over: 16 by custom.
    pub gap_minimum: u8,
    /// What it sounds like.
    pub quality: Quality,
    /// How lost packets are made up for.
    pub concealment: LossConcealment,
    /// The jitter buffer follows the network; `None` where that is not known.
    pub adaptive_buffer: Option<bool>,
    /// How fast it does so, 0 to 15.
    pub adaption_rate: u8,
    /// The delay of the jitter buffer now, for packets that come in time.
    pub buffer_nominal: Duration,
    /// The most delay that a packet gets there now.
    pub buffer_maximum: Duration,
    /// The most delay that it would ever get.
    pub buffer_absolute_maximum: Duration,
}

/// How good a call sounds, by models rather than by listeners (RFC 3611 §4.7.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Rating of the E-model (ITU-T G.107), 0 to 100.
    pub r_factor: Option<u8>,
    /// That of the network beyond the one that reports.
    pub external_r_factor: Option<u8>,
    /// Mean opinion score of listening alone, in tenths: 10 to 50.
    pub listening_tenths: Option<u8>,
    /// That of conversation, which delay disturbs.
    pub conversation_tenths: Option<u8>,
}

/// How lost packets are made up for (RFC 3611 §4.7.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossConcealment {
    /// Nobody says.
    #[default]
    Unspecified,
    /// By silence.
    Disabled,
    /// In an enhanced way.
    Enhanced,
    /// By repeating or the like.
    Standard,
}

impl VoipMetrics {
    pub(super) const LENGTH: usize = 32;

    pub(super) fn read(raw: &RawBlock<'_>) -> Option<Self> {
        let body: &[u8; Self::LENGTH] = raw.body.try_into().ok()?;
        let ms = |at| Duration::from_millis(half(body, at).into());
        let level = |value: u8| (value != UNAVAILABLE).then_some(value as i8);
        Some(Self {
            ssrc: word(body, 0),
            loss_rate: body[4],
            discard_rate: body[5],
            burst_density: body[6],
            gap_density: body[7],
            burst: ms(8),
            gap: ms(10),
            round_trip: ms(12),
            end_system_delay: ms(14),
            signal_level: level(body[16]),
            noise_level: level(body[17]),
            echo_return_loss: available(body[18]),
            gap_minimum: body[19],
            quality: Quality {
                r_factor: available(body[20]),
                external_r_factor: available(body[21]),
                listening_tenths: available(body[22]),
                conversation_tenths: available(body[23]),
            },
            concealment: LossConcealment::of(body[24] >> 6),
            adaptive_buffer: match body[24] >> 4 & 3 {
                3 => Some(true),
                2 => Some(false),
                _ => None,
            },
            adaption_rate: body[24] & 0x0F,
            // An octet of no meaning stands between.
            buffer_nominal: ms(26),
            buffer_maximum: ms(28),
            buffer_absolute_maximum: ms(30),
        })
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let quality = self.quality;
        let octet = |value: Option<u8>| value.unwrap_or(UNAVAILABLE);
        let level = |value: Option<i8>| value.map_or(UNAVAILABLE, |level| level as u8);
        let adaptive = match self.adaptive_buffer {
            Some(true) => 3,
            Some(false) => 2,
            None => 0,
        };
        let config = self.concealment.code() << 6 | adaptive << 4 | self.adaption_rate & 0x0F;
        let words = [
            self.ssrc.to_be_bytes(),
            [self.loss_rate, self.discard_rate, self.burst_density, self.gap_density],
            pair(self.burst, self.gap),
            pair(self.round_trip, self.end_system_delay),
            [
                level(self.signal_level),
                level(self.noise_level),
                octet(self.echo_return_loss),
                self.gap_minimum,
            ],
            [
                octet(quality.r_factor),
                octet(quality.external_r_factor),
                octet(quality.listening_tenths),
                octet(quality.conversation_tenths),
            ],
            {
                let [_, _, high, low] = pair(Duration::ZERO, self.buffer_nominal);
                [config, 0, high, low]
            },
            pair(self.buffer_maximum, self.buffer_absolute_maximum),
        ];
        let mut octets = [0; Self::LENGTH];
        for (place, word) in octets.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word;
        }
        octets
    }
}

impl LossConcealment {
    fn of(code: u8) -> Self {
        match code {
            1 => Self::Disabled,
            2 => Self::Enhanced,
            3 => Self::Standard,
            _ => Self::Unspecified,
        }
    }

    const fn code(self) -> u8 {
        self as u8
    }
}

fn available(value: u8) -> Option<u8> {
    (value != UNAVAILABLE).then_some(value)
}

/// Two durations in milliseconds, each the longest there is where it is longer.
fn pair(first: Duration, second: Duration) -> [u8; 4] {
    let ms = |duration: Duration| u16::try_from(duration.as_millis()).unwrap_or(u16::MAX).to_be_bytes();
    let ([a, b], [c, d]) = (ms(first), ms(second));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::{LossConcealment, Quality, VoipMetrics};
    use crate::rtcp::extended::RawBlock;
    use core::time::Duration;

    #[test]
    fn fields_have_the_places_of_the_rfc() {
        let metrics = VoipMetrics {
            ssrc: 0x0102_0304,
            loss_rate: 5,
            discard_rate: 6,
            burst_density: 7,
            gap_density: 8,
            burst: Duration::from_millis(0x0910),
            gap: Duration::from_millis(0x1112),
            round_trip: Duration::from_millis(0x1314),
            end_system_delay: Duration::from_millis(0x1516),
            signal_level: Some(-20),
            noise_level: None,
            echo_return_loss: Some(0x19),
            gap_minimum: 16,
            quality: Quality { r_factor: Some(93), listening_tenths: Some(44), ..Quality::default() },
            concealment: LossConcealment::Standard,
            adaptive_buffer: Some(true),
            adaption_rate: 5,
            buffer_nominal: Duration::from_millis(0x2122),
            buffer_maximum: Duration::from_millis(0x2324),
            buffer_absolute_maximum: Duration::from_secs(100),
        };
        let octets = metrics.to_bytes();
        let expected = [
            1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0xEC, 127, 0x19, 16, 93,
            127, 44, 127, 0xF5, 0, 0x21, 0x22, 0x23, 0x24, 0xFF, 0xFF,
        ];
        assert_eq!(octets, expected);
        let read = VoipMetrics::read(&RawBlock { block_type: 7, specific: 0, body: &octets }).unwrap();
        assert_eq!(read, VoipMetrics { buffer_absolute_maximum: Duration::from_millis(65_535), ..metrics });
        assert_eq!(VoipMetrics::read(&RawBlock { block_type: 7, specific: 0, body: &octets[..28] }), None);
    }
}
