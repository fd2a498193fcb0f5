/// Samples a second, on this side of the codec. The other end may have another rate; the codec goes between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleRate {
    /// 8 kHz, as of G.711.
    Hz8000,
    /// 12 kHz.
    Hz12000,
    /// 16 kHz, as of G.722.
    Hz16000,
    /// 24 kHz.
    Hz24000,
    /// 48 kHz.
    #[default]
    Hz48000,
}

impl SampleRate {
    /// The number itself.
    pub const fn hertz(self) -> u32 {
        match self {
            Self::Hz8000 => 8_000,
            Self::Hz12000 => 12_000,
            Self::Hz16000 => 16_000,
            Self::Hz24000 => 24_000,
            Self::Hz48000 => 48_000,
        }
    }

    /// The rate of a number, if it is one of the five.
    pub const fn from_hertz(hertz: u32) -> Option<Self> {
        match hertz {
            8_000 => Some(Self::Hz8000),
            12_000 => Some(Self::Hz12000),
            16_000 => Some(Self::Hz16000),
            24_000 => Some(Self::Hz24000),
            48_000 => Some(Self::Hz48000),
            _ => None,
        }
    }

    /// The lowest that holds all of a sound of `hertz` samples a second; 48 kHz of one that has more.
    ///
    /// ```
    /// assert_eq!(opus::SampleRate::at_least(16_000), opus::SampleRate::Hz16000);
    /// assert_eq!(opus::SampleRate::at_least(22_050), opus::SampleRate::Hz24000);
    /// ```
    pub const fn at_least(hertz: u32) -> Self {
        match hertz {
            ..=8_000 => Self::Hz8000,
            8_001..=12_000 => Self::Hz12000,
            12_001..=16_000 => Self::Hz16000,
            16_001..=24_000 => Self::Hz24000,
            _ => Self::Hz48000,
        }
    }

    /// Ticks of the RTP clock for each sample: 6 to 1.
    pub const fn ticks_per_sample(self) -> usize {
        (crate::CLOCK_RATE / self.hertz()) as usize
    }
}

/// How long a packet is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameDuration {
    /// 10 ms: half the delay, for a sixth more octets.
    Ms10,
    /// 20 ms, which all have.
    #[default]
    Ms20,
    /// 40 ms.
    Ms40,
    /// 60 ms: fewest packets.
    Ms60,
}

impl FrameDuration {
    /// The number itself.
    pub const fn milliseconds(self) -> u32 {
        match self {
            Self::Ms10 => 10,
            Self::Ms20 => 20,
            Self::Ms40 => 40,
            Self::Ms60 => 60,
        }
    }

    /// The longest one that is not above `ptime` milliseconds (SDP's `a=ptime`), or the shortest.
    pub const fn from_ptime(ptime: u32) -> Self {
        match ptime {
            ..20 => Self::Ms10,
            20..40 => Self::Ms20,
            40..60 => Self::Ms40,
            _ => Self::Ms60,
        }
    }

    /// Samples of one channel.
    pub const fn samples(self, rate: SampleRate) -> usize {
        (rate.hertz() / 1_000 * self.milliseconds()) as usize
    }

    /// The duration of that many samples of one channel, if it is one of the four.
    pub fn from_samples(samples: usize, rate: SampleRate) -> Option<Self> {
        [Self::Ms10, Self::Ms20, Self::Ms40, Self::Ms60].into_iter().find(|it| it.samples(rate) == samples)
    }
}

/// How many channels the samples have; those of two alternate, the left one first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// One, as telephony has.
    #[default]
    Mono,
    /// Two.
    Stereo,
}

impl Channels {
    /// The number itself.
    pub const fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

/// What is heard at most (RFC 6716 table 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bandwidth {
    /// 4 kHz, as telephones have.
    Narrow,
    /// 6 kHz.
    Medium,
    /// 8 kHz.
    Wide,
    /// 12 kHz.
    SuperWide,
    /// 20 kHz.
    #[default]
    Full,
}

impl Bandwidth {
    /// The widest one that a device can play at `hertz` samples a second (`maxplaybackrate`, RFC 7587 §6.1).
    pub const fn of_rate(hertz: u32) -> Self {
        match hertz {
            ..12_000 => Self::Narrow,
            12_000..16_000 => Self::Medium,
            16_000..24_000 => Self::Wide,
            24_000..48_000 => Self::SuperWide,
            _ => Self::Full,
        }
    }

    /// The lowest rate of samples that has all of it.
    pub const fn rate(self) -> SampleRate {
        match self {
            Self::Narrow => SampleRate::Hz8000,
            Self::Medium => SampleRate::Hz12000,
            Self::Wide => SampleRate::Hz16000,
            Self::SuperWide => SampleRate::Hz24000,
            Self::Full => SampleRate::Hz48000,
        }
    }
}

/// How an [`Encoder`](crate::Encoder) works. What the other end asks for is brought in by
/// [`Parameters::settings`](crate::Parameters::settings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Samples a second of what is encoded. Default 48 kHz.
    pub rate: SampleRate,
    /// Channels of what is encoded. Default one.
    pub channels: Channels,
    /// Bits a second, on average; 6,000 to 510,000. Default 32,000, which is good for all of 48 kHz; 16,000 to 20,000
    /// are for 16 kHz, 12,000 for 8 kHz (RFC 7587 §3.1.1).
    pub bitrate: u32,
    /// The same octets in each packet (`cbr`), so that their lengths do not tell what is said. Default off.
    pub constant: bool,
    /// 0 to 10: how much work is done for the quality. Default 5; from 7 on the encoder looks for music, which costs
    /// a third more at 48 kHz.
    pub complexity: u8,
    /// Each packet has a second, coarser version of the one before, for [`Decoder::recover`](crate::Decoder::recover).
    /// Default on; nothing is spent on it while `expected_loss` is 0.
    pub forward_correction: bool,
    /// Percent of the packets that are thought to be lost: the more, the less each depends on the others. Default 0.
    pub expected_loss: u8,
    /// In silence next to nothing is sent (DTX). Default off.
    pub discontinuous: bool,
    /// The widest that is sent. Default all that the rate has. At 24 and 48 kHz nothing narrower than
    /// [`Bandwidth::Wide`] is made of speech: encode for telephones of 8 kHz at 8 or 16 kHz.
    pub max_bandwidth: Bandwidth,
}

impl Settings {
    /// The lowest rate of what is encoded at which all that is asked for is done: from complexity 7 on the encoder tells the noise
    /// of a room from speech, so that it need not be sent, but at no less than 16 kHz. Below it knows silence alone.
    ///
    /// ```
    /// let wished = opus::Settings { discontinuous: true, complexity: 9, ..opus::Settings::default() };
    /// assert_eq!(wished.lowest_rate(), opus::SampleRate::Hz16000);
    /// assert_eq!(opus::Settings::default().lowest_rate(), opus::SampleRate::Hz8000);
    /// ```
    pub const fn lowest_rate(&self) -> SampleRate {
        if self.discontinuous && self.complexity >= 7 { SampleRate::Hz16000 } else { SampleRate::Hz8000 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate: SampleRate::default(),
            channels: Channels::default(),
            bitrate: 32_000,
            constant: false,
            complexity: 5,
            forward_correction: true,
            expected_loss: 0,
            discontinuous: false,
            max_bandwidth: Bandwidth::default(),
        }
    }
}
