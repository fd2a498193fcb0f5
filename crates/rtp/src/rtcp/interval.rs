use core::time::Duration;

/// Between two compounds, on average (RFC 3550 §6.2).
pub const AVERAGE_INTERVAL: Duration = Duration::from_secs(5);

/// How long to wait before the next compound: `average` spread by `random` from half of it to one and a half, so that
/// the reports of many calls do not come together (RFC 3550 §6.3.1).
///
/// In a session of two the 5 % of bandwidth that RTCP may take is never the limit, and there is no crowd whose joining
/// has to be reconsidered; so that part of the rule, and the factor that makes up for it, are left out.
///
/// ```
/// use std::time::Duration;
/// use rtp::rtcp::{AVERAGE_INTERVAL, interval};
///
/// assert_eq!(interval(AVERAGE_INTERVAL, 0), Duration::from_millis(2_500));
/// assert_eq!(interval(AVERAGE_INTERVAL, u32::MAX), Duration::from_millis(7_500));
/// ```
pub fn interval(average: Duration, random: u32) -> Duration {
    let spread = 0.5 + f64::from(random) / f64::from(u32::MAX);
    Duration::try_from_secs_f64(average.as_secs_f64() * spread).unwrap_or(Duration::MAX)
}
