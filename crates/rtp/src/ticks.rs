use core::time::Duration;

/// A duration in ticks of a clock, modulo 2³², as timestamps count.
#[inline]
pub(crate) fn ticks(duration: Duration, clock_rate: u32) -> u32 {
    let rate = u64::from(clock_rate);
    let part = u64::from(duration.subsec_nanos()) * rate / 1_000_000_000;
    duration.as_secs().wrapping_mul(rate).wrapping_add(part) as u32
}

/// How long so many ticks last. Zero for a clock that stands still.
pub(crate) fn duration(ticks: u64, clock_rate: u32) -> Duration {
    let Some(rate) = core::num::NonZeroU64::new(u64::from(clock_rate)) else {
        return Duration::ZERO;
    };
    let nanos = (ticks % rate) * 1_000_000_000 / rate;
    Duration::from_secs(ticks / rate) + Duration::from_nanos(nanos)
}

#[cfg(test)]
mod tests {
    use super::{duration, ticks};
    use core::time::Duration;

    #[test]
    fn ticks_and_durations() {
        assert_eq!(ticks(Duration::from_millis(20), 8_000), 160);
        assert_eq!(ticks(Duration::from_secs(1 << 40), 8_000), ((1_u64 << 40) * 8_000) as u32);
        assert_eq!(duration(800, 8_000), Duration::from_millis(100));
        assert_eq!(duration(800, 0), Duration::ZERO);
    }
}
