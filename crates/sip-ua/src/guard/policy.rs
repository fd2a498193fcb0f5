//! What is borne, and what is not.

use std::net::IpAddr;
use std::time::Duration;

use super::{Network, Offence};

/// The rules of a [`Guard`](super::Guard).
///
/// # Defaults
/// Ten wrong passwords within ten minutes ban a source for ten minutes, again for twenty, and so on up to a day.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GuardPolicy {
    /// Sources that nothing is counted against: trunks, proxies, administrators. Default none.
    pub trusted: Vec<Network>,
    /// The time in which a score loses half of itself. Default 10 minutes.
    pub half_life: Duration,
    /// The score from which on a source is slowed. Default 50.
    pub slow_score: f32,
    /// The score at which a source is banned. Default 100.
    pub ban_score: f32,
    /// How many times these scores a source may reach that is known to be a phone's: behind one address there may be
    /// an office of phones, one of them with a wrong password. Default 4.
    pub known_factor: f32,
    /// How long the first ban lasts. Each further one lasts twice as long as the one before. Default 10 minutes.
    pub ban_time: Duration,
    /// The longest ban. Whoever keeps quiet for this long after a ban begins anew. Default 1 day.
    pub ban_time_max: Duration,
    /// Messages a second that are read from a source which has not proven anything; three times as many may come at
    /// once. Default 100.
    pub request_rate: f32,
    /// The same for sources that are known to be phones'. Default 10,000.
    pub request_rate_known: f32,
    /// Messages a second that are read from all strangers together, however many they are. Default 2,000.
    pub request_rate_strangers: f32,
    /// Messages a second that are read from a source that is slowed. Default 1.
    pub slow_rate: f32,
    /// What each offence adds to the score, in the order of [`Offence::ALL`]. Default 10 for a failed log-in or an
    /// unknown account, 1 for a challenge, 2 for an unknown number or something malformed, 5 for a source that is kept
    /// out, 0.1 for a message above the rate.
    pub weights: [f32; Offence::ALL.len()],
    /// Sources that are remembered, some 120 octets each, taken when the guard is made. When there are more, those
    /// with the least against them are forgotten. Default 16,384.
    pub sources: usize,
}

impl GuardPolicy {
    /// The default values.
    pub fn new() -> Self {
        Self {
            trusted: Vec::new(),
            half_life: Duration::from_secs(600),
            slow_score: 50.0,
            ban_score: 100.0,
            known_factor: 4.0,
            ban_time: Duration::from_secs(600),
            ban_time_max: Duration::from_secs(86_400),
            request_rate: 100.0,
            request_rate_known: 10_000.0,
            request_rate_strangers: 2_000.0,
            slow_rate: 1.0,
            weights: [10.0, 10.0, 1.0, 2.0, 2.0, 5.0, 0.1],
            sources: 16_384,
        }
    }

    /// What an offence adds to the score.
    pub fn weight(&self, offence: Offence) -> f32 {
        self.weights[offence.index()]
    }

    /// Whether nothing is counted against this address.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// How long a source is banned that has been banned `before` times.
    pub fn ban_after(&self, before: u32) -> Duration {
        let doubled = 2_u32.checked_pow(before).and_then(|factor| self.ban_time.checked_mul(factor));
        doubled.unwrap_or(self.ban_time_max).min(self.ban_time_max)
    }
}

impl Default for GuardPolicy {
    fn default() -> Self {
        Self::new()
    }
}
