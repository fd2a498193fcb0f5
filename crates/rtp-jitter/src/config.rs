use core::time::Duration;

/// How a buffer works. Everything that it will ever allocate follows from here.
///
/// | Asterisk | here |
/// | --- | --- |
/// | `jbimpl=fixed`, `jbmaxsize` | [`Mode::Fixed`], whose `delay` is that size |
/// | `jbimpl=adaptive`, `jbmaxsize`, `jbtargetextra` | [`Mode::Adaptive`], `max`, `extra` |
/// | `jbresyncthreshold` | [`Config::resync_threshold`] |
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Ticks a second of RTP timestamps: 8,000 for G.711, and for G.722 too (RFC 3551 §4.5.2); 48,000 for Opus.
    pub clock_rate: u32,
    /// Constant or adaptive delay.
    pub mode: Mode,
    /// A step of the transit time, or of timestamps against the clock, beyond which the source is taken to have set its
    /// clock anew. Default: 1 s.
    pub resync_threshold: Duration,
    /// Most packets that are held, rounded up to a power of two. Beyond it the oldest give way. Default: 64, which is
    /// 1.28 s of usual packets.
    pub capacity: usize,
    /// Longest payload in octets; longer ones are refused. The store has `capacity` times as many octets. Default: 480,
    /// which is 60 ms of G.711. Opus needs up to 1,275.
    pub max_payload: usize,
    /// Whether sound may be stretched and squeezed by pitch periods. Without it the delay changes only where the talker
    /// pauses or packets are missing. Default: yes.
    pub stretch: bool,
}

/// Constant or adaptive delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// The delay follows what packets took on their way.
    Adaptive(Adaptive),
    /// Every packet is played this long after the fastest of its kind would have come; what comes later is discarded.
    Fixed {
        /// The delay.
        delay: Duration,
    },
}

/// Bounds and aims of an adaptive delay.
///
/// The defaults are quick. `Adaptive { quantile: 0.99, worth: Duration::from_secs(1), peaks: true, .. }` is patient: where
/// networks stand still now and then it conceals a sixth as much, for a delay of 170 ms instead of 30
/// (`benches/listening/quality.md`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive {
    /// The delay never aims lower. It is what absorbs unevenness of the caller's own ticks. Default: 5 ms.
    pub min: Duration,
    /// The delay never grows beyond it; packets that would make it are discarded. Default: 400 ms.
    pub max: Duration,
    /// The aim of the first second, while little is known. Default: 40 ms.
    pub initial: Duration,
    /// Added to what the statistics say. Default: none.
    pub extra: Duration,
    /// The share of packets, of the last 512, that shall come in time. Default: 0.96. With 0.99 less is concealed, and the
    /// delay is longer.
    pub quantile: f32,
    /// A delay up to this need not be worth it. Default: 75 ms.
    pub comfortable: Duration,
    /// The delay beyond the comfortable one that a hundredth of the packets is worth. Default: 3 ms; more conceals less
    /// and delays longer, where networks delay very unevenly.
    pub worth: Duration,
    /// Whether peaks are waited for that come again and again, though few packets are in them. Default: no.
    pub peaks: bool,
}

impl Default for Adaptive {
    fn default() -> Self {
        Self {
            min: Duration::from_millis(5),
            max: Duration::from_millis(400),
            initial: Duration::from_millis(40),
            extra: Duration::ZERO,
            quantile: 0.96,
            comfortable: Duration::from_millis(75),
            worth: Duration::from_micros(3_000),
            peaks: false,
        }
    }
}

impl Config {
    /// An adaptive delay for timestamps of `clock_rate` ticks a second.
    pub fn adaptive(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            mode: Mode::Adaptive(Adaptive::default()),
            resync_threshold: Duration::from_secs(1),
            capacity: 64,
            max_payload: 480,
            stretch: true,
        }
    }

    /// A constant delay.
    pub fn fixed(clock_rate: u32, delay: Duration) -> Self {
        Self { mode: Mode::Fixed { delay }, ..Self::adaptive(clock_rate) }
    }

    /// Whether a buffer can be made by this.
    ///
    /// # Errors
    /// What cannot be meant, and what could be.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1_000..=192_000).contains(&self.clock_rate) {
            return Err(ConfigError::ClockRate(self.clock_rate));
        }
        if !(2..=4_096).contains(&self.capacity) {
            return Err(ConfigError::Capacity(self.capacity));
        }
        if !(1..=65_507).contains(&self.max_payload) {
            return Err(ConfigError::MaxPayload(self.max_payload));
        }
        let longest = self.bounds().1;
        if longest > Self::LONGEST || self.resync_threshold < Duration::from_millis(100) {
            return Err(ConfigError::TooLong(longest.max(self.resync_threshold)));
        }
        match self.mode {
            Mode::Adaptive(Adaptive { min, max, .. }) if min > max => Err(ConfigError::Bounds { min, max }),
            Mode::Adaptive(Adaptive { quantile, .. }) if !(0.5..=1.0).contains(&quantile) => {
                Err(ConfigError::Quantile(quantile))
            }
            _ => Ok(()),
        }
    }

    /// The longest delay that a buffer may have.
    pub const LONGEST: Duration = Duration::from_secs(10);

    /// Shortest and longest delay.
    pub(crate) fn bounds(&self) -> (Duration, Duration) {
        match self.mode {
            Mode::Adaptive(Adaptive { min, max, .. }) => (min, max),
            Mode::Fixed { delay } => (delay, delay),
        }
    }

    /// A time in ticks of the stream's clock.
    pub(crate) fn ticks(&self, time: Duration) -> i64 {
        let rate = u64::from(self.clock_rate);
        let whole = time.as_secs().saturating_mul(rate);
        let ticks = whole.saturating_add(u64::from(time.subsec_nanos()) * rate / 1_000_000_000);
        i64::try_from(ticks).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
    }

    /// Ticks of the stream's clock as a time; less than none is none.
    pub(crate) fn time(&self, ticks: i64) -> Duration {
        let micros = ticks.max(0).saturating_mul(1_000_000) / i64::from(self.clock_rate.max(1));
        Duration::from_micros(micros.unsigned_abs())
    }
}

/// Why no buffer can be made by a [`Config`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Clock rate out of range.
    #[error("no audio has a clock of {0} ticks a second; 1,000 to 192,000 are possible")]
    ClockRate(u32),
    /// Capacity out of range.
    #[error("a buffer holds 2 to 4,096 packets, not {0}")]
    Capacity(usize),
    /// Longest payload out of range.
    #[error("a payload has 1 to 65,507 octets, not {0}")]
    MaxPayload(usize),
    /// Delay or threshold out of range.
    #[error("delays go up to 10 s, and the resync threshold begins at 100 ms: {0:?} is neither")]
    TooLong(Duration),
    /// The least delay is above the greatest.
    #[error("the least delay, {min:?}, is above the greatest, {max:?}")]
    Bounds {
        /// What was to be the least.
        min: Duration,
        /// What was to be the greatest.
        max: Duration,
    },
    /// Quantile out of range.
    #[error("a share of packets from 0.5 to 1 can be waited for, not {0}")]
    Quantile(f32),
    /// Sampling rate of the sound.
    #[error("sound of {0} samples a second is not spoken here; 8,000 to 48,000 in steps of 8,000 are")]
    SampleRate(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_settings_can_be_meant() {
        assert_eq!(Config::adaptive(8_000).check(), Ok(()));
        assert_eq!(Config::fixed(48_000, Duration::from_millis(200)).check(), Ok(()));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let config = Config::adaptive(8_000);
        let wrong = |config: Config| config.check().unwrap_err().to_string();
        assert!(wrong(Config { clock_rate: 0, ..config.clone() }).contains("0 ticks"));
        assert!(wrong(Config { capacity: 1, ..config.clone() }).contains("not 1"));
        assert!(wrong(Config { max_payload: 0, ..config.clone() }).contains("octets"));
        assert!(wrong(Config::fixed(8_000, Duration::from_secs(11))).contains("11s"));
        let mode = Mode::Adaptive(Adaptive { min: Duration::from_secs(1), ..Adaptive::default() });
        assert!(wrong(Config { mode, ..config.clone() }).contains("above the greatest"));
        let mode = Mode::Adaptive(Adaptive { quantile: f32::NAN, ..Adaptive::default() });
        assert!(wrong(Config { mode, ..config }).contains("NaN"));
    }

    #[test]
    fn times_and_ticks_agree() {
        let config = Config::adaptive(8_000);
        assert_eq!(config.ticks(Duration::from_millis(20)), 160);
        assert_eq!(config.time(160), Duration::from_millis(20));
        assert!(config.ticks(Duration::MAX) > 0);
        assert_eq!(config.time(-5), Duration::ZERO);
    }
}
