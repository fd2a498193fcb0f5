use core::time::Duration;

/// Seconds between the epochs of NTP (1900) and Unix (1970).
const UNIX_EPOCH: u64 = 2_208_988_800;

const NANOS: u64 = 1_000_000_000;

/// A wallclock time as RTCP writes it: seconds since 1900 in the upper 32 bits, their fraction in the lower
/// (RFC 3550 §4). Starts anew in 2036, which differences survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// From the time since the Unix epoch.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let half_past = rtp::NtpTime::from_unix(Duration::from_millis(500));
    /// assert_eq!(half_past.0, 2_208_988_800 << 32 | 1 << 31);
    /// ```
    pub const fn from_unix(since_epoch: Duration) -> Self {
        let seconds = since_epoch.as_secs().wrapping_add(UNIX_EPOCH);
        let fraction = ((since_epoch.subsec_nanos() as u64) << 32) / NANOS;
        Self((seconds << 32) | fraction)
    }

    /// The middle 32 bits, in 1/65,536 of a second: how report blocks name a sender report (RFC 3550 §6.4.1, LSR).
    pub const fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// A duration in 1/65,536 of a second, as DLSR has it; the longest there is where it is longer than 18 hours.
pub(crate) fn to_short(duration: Duration) -> u32 {
    let units = (duration.as_nanos() << 16) / u128::from(NANOS);
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The duration of so many 1/65,536 of a second.
pub(crate) fn from_short(units: u32) -> Duration {
    Duration::from_nanos((u64::from(units) * NANOS) >> 16)
}

#[cfg(test)]
mod tests {
    use super::{NtpTime, from_short, to_short};
    use core::time::Duration;

    #[test]
    fn middle_bits_count_65_536ths() {
        // The example of RFC 3550 figure 2: 0xb44db705:20000000 has the middle 0xb705:2000.
        assert_eq!(NtpTime(0xb44d_b705_2000_0000).middle(), 0xb705_2000);
    }

    #[test]
    fn short_durations_go_both_ways() {
        assert_eq!(to_short(Duration::from_millis(5_250)), 0x0005_4000); // RFC 3550 figure 2
        assert_eq!(from_short(0x0005_4000), Duration::from_millis(5_250));
        assert_eq!(to_short(Duration::MAX), u32::MAX);
    }
}
