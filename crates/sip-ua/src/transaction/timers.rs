//! The timer values of RFC 3261 section 17 (its table 4), derived from three base values.

use std::time::Duration;

/// The base values of all SIP timers (RFC 3261 section 17.1.1.1, table 4).
///
/// # Defaults
/// `t1` 500 ms, `t2` 4 s, `t4` 5 s, as the RFC has them, `trying_after` 200 ms, `proceeding_limit` one hour, no
/// `patience`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timers {
    /// Estimated round trip, and the first wait before a datagram is repeated. Larger values suit slow links
    /// (satellites), and make every failure take longer to notice: a request is given up after 64 times this.
    pub t1: Duration,
    /// The longest wait between two copies of a request other than INVITE, or of a response to INVITE.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
    /// How long the user agent may think about an INVITE before the transaction itself answers 100 Trying
    /// (RFC 3261 section 17.2.1).
    pub trying_after: Duration,
    /// How long an outgoing INVITE may stay without a new response after a provisional one (a proxy's timer C,
    /// RFC 3261 section 16.6, which asks for more than three minutes). It only catches peers that fell silent:
    /// a caller who waits in a queue hears early media for much longer than a phone rings, so be generous.
    pub proceeding_limit: Duration,
    /// After how long a transaction gives up, where that is not 64 times `t1`.
    pub patience: Option<Duration>,
}

impl Timers {
    /// The default values.
    pub const DEFAULT: Self = Self {
        t1: Duration::from_millis(500),
        t2: Duration::from_secs(4),
        t4: Duration::from_secs(5),
        trying_after: Duration::from_millis(200),
        proceeding_limit: Duration::from_secs(3600),
        patience: None,
    };

    /// Timers with another `t1`; the others keep their values.
    pub fn with_t1(self, t1: Duration) -> Self {
        Self { t1, ..self }
    }

    /// `patience`, else 64 times `t1`: timers B, F, H, J, L and M, after which a transaction gives up.
    pub fn give_up(&self) -> Duration {
        self.patience.unwrap_or(self.t1 * 64)
    }

    /// Timer D: how long an answered INVITE waits for repeated final responses. At least 32 seconds for
    /// datagrams, nothing for a reliable transport.
    pub fn d(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.give_up().max(Duration::from_secs(32)) }
    }

    /// Timer I: how long repeated ACKs are absorbed. `t4` for datagrams, nothing for a reliable transport.
    pub fn i(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.t4 }
    }

    /// Timer J: how long repeated requests are answered again. 64 times `t1` for datagrams, nothing for a
    /// reliable transport.
    pub fn j(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.give_up() }
    }

    /// Timer K: how long repeated responses are absorbed. `t4` for datagrams, nothing for a reliable transport.
    pub fn k(&self, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { self.t4 }
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_table_4() {
        let timers = Timers::default();
        assert_eq!(timers.give_up(), Duration::from_secs(32));
        assert_eq!(timers.d(false), Duration::from_secs(32));
        assert_eq!(timers.i(false), Duration::from_secs(5));
        assert_eq!(timers.j(false), Duration::from_secs(32));
        assert_eq!(timers.k(false), Duration::from_secs(5));
    }

    #[test]
    fn patience_has_a_length_of_its_own() {
        let timers = Timers { patience: Some(Duration::from_secs(8)), ..Timers::DEFAULT };
        assert_eq!((timers.give_up(), timers.d(false)), (Duration::from_secs(8), Duration::from_secs(32)));
    }

    #[test]
    fn reliable_transports_do_not_wait_for_copies() {
        let timers = Timers::default();
        let waits = [timers.d(true), timers.i(true), timers.j(true), timers.k(true)];
        assert_eq!(waits, [Duration::ZERO; 4]);
    }

    #[test]
    fn timer_d_stays_at_32_seconds_when_t1_is_short() {
        assert_eq!(Timers::DEFAULT.with_t1(Duration::from_millis(10)).d(false), Duration::from_secs(32));
    }
}
