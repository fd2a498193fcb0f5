//! The client side of an INVITE (RFC 3261 section 17.1.1, as amended by RFC 6026 section 7.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Failure, Timers};

/// Client INVITE transaction.
///
/// ```text
///              |  send INVITE
///              v
///          +---------+ --A: send again, double the wait (datagrams only)
///          | Calling |
///          +---------+ --B: TimedOut, transport error: TransportFailed ----+
///            |  |  |                                                       |
///            |  |  +--1xx: pass up--> +------------+ --limit: TimedOut --> |
///            |  |                     | Proceeding | --1xx: pass up        |
///            |  |                     +------------+                       |
///            |  +--2xx: pass up-----------|  |                             |
///            |             v              |  |                             |
///            |         +----------+ <-2xx-+  |                             |
///            |         | Accepted | --2xx: pass up, rest: absorb --M-----> |
///            |         +----------+          |                             v
///            +--300-699: ACK, pass up--------+                        Terminated
///                      v                                                   ^
///                  +-----------+                                           |
///                  | Completed | --300-699: ACK again --D, transport error-+
///                  +-----------+
/// ```
///
/// The ACK for a 2xx is not sent here: it belongs to the dialog. After each `handle_*`, drain
/// [`poll_transmit`](Self::poll_transmit) and [`poll_failure`](Self::poll_failure), then sleep until
/// [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct InviteClient {
    state: State,
    invite: Bytes,
    reliable: bool,
    timers: Arc<Timers>,
    outbox: Option<Bytes>,
    failure: Option<Failure>,
}

/// Each state carries the timers that can fire in it, and no others.
#[derive(Debug)]
enum State {
    Calling { resend: Option<Resend>, give_up_at: Instant },
    Proceeding { until: Instant, cancelled: bool },
    Accepted { until: Instant },
    Completed { ack: Bytes, until: Instant },
    Terminated,
}

/// Timer A.
#[derive(Clone, Copy, Debug)]
struct Resend {
    at: Instant,
    interval: Duration,
}

impl InviteClient {
    /// Sends `invite` and waits for responses.
    pub fn new(now: Instant, invite: Bytes, reliable: bool, timers: Arc<Timers>) -> Self {
        let resend = (!reliable).then_some(Resend { at: now + timers.t1, interval: timers.t1 });
        let state = State::Calling { resend, give_up_at: now + timers.give_up() };
        Self { state, outbox: Some(invite.clone()), invite, reliable, timers, failure: None }
    }

    /// Takes a response that matches this transaction; true if the user agent must see it.
    ///
    /// `ack` makes the ACK for it, and is called for the first 300-699 only.
    pub fn handle_response(&mut self, now: Instant, status: u16, ack: impl FnOnce() -> Bytes) -> bool {
        match (&mut self.state, status) {
            (State::Calling { .. }, 100..=199) => {
                let until = now + self.timers.proceeding_limit;
                self.state = State::Proceeding { until, cancelled: false };
                true
            }
            (State::Proceeding { until, cancelled }, 100..=199) => {
                if !*cancelled {
                    *until = now + self.timers.proceeding_limit;
                }
                true
            }
            (State::Calling { .. } | State::Proceeding { .. }, 200..=299) => {
                self.invite = Bytes::new(); // it is sent no more
                self.state = State::Accepted { until: now + self.timers.give_up() };
                true
            }
            (State::Calling { .. } | State::Proceeding { .. }, _) => {
                self.complete(now, ack());
                true
            }
            (State::Accepted { .. }, 200..=299) => true,
            (State::Completed { ack, .. }, 300..) => {
                self.outbox = Some(ack.clone());
                false
            }
            _ => false,
        }
    }

    fn complete(&mut self, now: Instant, ack: Bytes) {
        self.invite = Bytes::new(); // it is sent no more
        self.outbox = Some(ack.clone());
        self.state = match self.timers.d(self.reliable) {
            Duration::ZERO => State::Terminated,
            wait => State::Completed { ack, until: now + wait },
        };
    }

    /// A CANCEL has been sent: without a final response after 64 times T1 the INVITE is given up
    /// (RFC 3261 section 9.1). Nothing happens before a provisional response or after a final one.
    pub fn handle_cancel_sent(&mut self, now: Instant) {
        if let State::Proceeding { until, cancelled } = &mut self.state {
            *cancelled = true;
            *until = now + self.timers.give_up();
        }
    }

    /// Nobody waits for it any more: it is not sent again, and what comes late is still recognised until it
    /// gives up.
    pub fn handle_abandoned(&mut self) {
        if let State::Calling { resend, .. } = &mut self.state {
            *resend = None;
        }
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &mut self.state {
            State::Calling { give_up_at: until, .. } | State::Proceeding { until, .. } if now >= *until => {
                self.fail(Failure::TimedOut);
            }
            State::Calling { resend: Some(resend), .. } if now >= resend.at => {
                resend.interval *= 2; // timer A has no T2 ceiling (section 17.1.1.2)
                resend.at = now + resend.interval;
                self.outbox = Some(self.invite.clone());
            }
            State::Accepted { until } | State::Completed { until, .. } if now >= *until => {
                self.state = State::Terminated;
            }
            _ => {}
        }
    }

    /// The transport could not deliver. After a final response this ends the transaction without a word.
    pub fn handle_transport_error(&mut self) {
        match self.state {
            State::Calling { .. } | State::Proceeding { .. } => self.fail(Failure::TransportFailed),
            State::Completed { .. } => self.state = State::Terminated,
            State::Accepted { .. } | State::Terminated => {}
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.failure = Some(failure);
        self.outbox = None;
        self.state = State::Terminated;
    }

    /// The message to send, if there is one.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.outbox.take()
    }

    /// Why the transaction failed; said once.
    pub fn poll_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Calling { resend: Some(resend), give_up_at } => Some(resend.at.min(*give_up_at)),
            State::Calling { resend: None, give_up_at: until }
            | State::Proceeding { until, .. }
            | State::Accepted { until }
            | State::Completed { until, .. } => Some(*until),
            State::Terminated => None,
        }
    }

    /// Whether a provisional response has come and a final one has not: the time to send a CANCEL.
    pub fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// Whether the final response has come, and only its repetitions are awaited.
    pub fn is_answered(&self) -> bool {
        matches!(self.state, State::Accepted { .. } | State::Completed { .. })
    }

    /// Whether the transaction is over. What [`poll_transmit`](Self::poll_transmit) still holds is to be sent.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: Bytes = Bytes::from_static(b"INVITE");
    const ACK: Bytes = Bytes::from_static(b"ACK");

    fn start(reliable: bool) -> (Instant, InviteClient) {
        let now = Instant::now();
        let mut transaction = InviteClient::new(now, INVITE, reliable, Arc::new(Timers::DEFAULT));
        assert_eq!(transaction.poll_transmit(), Some(INVITE));
        (now, transaction)
    }

    /// Runs the clock until the transaction sleeps for ever; the milliseconds at which it sent something.
    fn run(start: Instant, transaction: &mut InviteClient) -> Vec<u128> {
        let mut sent = vec![];
        while let Some(at) = transaction.poll_timeout() {
            transaction.handle_timeout(at);
            if transaction.poll_transmit().is_some() {
                sent.push((at - start).as_millis());
            }
        }
        sent
    }

    fn no_ack() -> Bytes {
        panic!("no ACK is due")
    }

    #[test]
    fn timers_a_and_b_resend_over_udp_and_give_up() {
        let (now, mut transaction) = start(false);
        assert_eq!(run(now, &mut transaction), [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
        assert_eq!(transaction.poll_failure(), None);
    }

    #[test]
    fn reliable_transports_send_once_and_time_out_by_timer_b() {
        let (now, mut transaction) = start(true);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        assert!(run(now, &mut transaction).is_empty());
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn an_abandoned_invite_is_silent_and_still_hears() {
        let (now, mut transaction) = start(false);
        transaction.handle_abandoned();
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        assert!(transaction.handle_response(now + Duration::from_secs(9), 180, no_ack));
        assert!(transaction.is_proceeding());
        let (now, mut transaction) = start(false);
        transaction.handle_abandoned();
        assert!(run(now, &mut transaction).is_empty());
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn a_provisional_response_ends_the_resending() {
        let (now, mut transaction) = start(false);
        assert!(transaction.handle_response(now, 180, no_ack));
        assert!(transaction.is_proceeding());
        assert_eq!(transaction.poll_timeout(), Some(now + Timers::DEFAULT.proceeding_limit));
        let later = now + Duration::from_secs(60);
        assert!(transaction.handle_response(later, 183, no_ack));
        assert_eq!(transaction.poll_timeout(), Some(later + Timers::DEFAULT.proceeding_limit));
        assert!(run(now, &mut transaction).is_empty());
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn refusals_are_acknowledged_each_time_and_passed_up_once() {
        let (now, mut transaction) = start(false);
        assert!(transaction.handle_response(now, 486, || ACK));
        assert_eq!(transaction.poll_transmit(), Some(ACK));
        assert!(!transaction.handle_response(now + Duration::from_secs(1), 486, no_ack));
        assert_eq!(transaction.poll_transmit(), Some(ACK));
        assert!(!transaction.handle_response(now, 180, no_ack));
        assert!(!transaction.handle_response(now, 200, no_ack));
        assert_eq!(transaction.poll_transmit(), None);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32))); // timer D
        run(now, &mut transaction);
        assert!(transaction.is_terminated());
        assert_eq!(transaction.poll_failure(), None);
    }

    #[test]
    fn timer_d_is_zero_for_reliable_transports() {
        let (now, mut transaction) = start(true);
        assert!(transaction.handle_response(now, 404, || ACK));
        assert!(transaction.is_terminated());
        assert_eq!(transaction.poll_transmit(), Some(ACK));
    }

    #[test]
    fn every_2xx_is_passed_up_until_timer_m() {
        for reliable in [false, true] {
            let (now, mut transaction) = start(reliable);
            transaction.handle_response(now, 180, no_ack);
            assert!(transaction.handle_response(now, 200, no_ack));
            assert!(transaction.handle_response(now + Duration::from_millis(500), 200, no_ack));
            assert!(!transaction.handle_response(now, 180, no_ack));
            assert!(!transaction.handle_response(now, 486, no_ack));
            assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
            transaction.handle_transport_error();
            assert!(!transaction.is_terminated());
            run(now, &mut transaction);
            assert!(transaction.is_terminated() && transaction.poll_failure().is_none());
        }
    }

    #[test]
    fn transport_errors_fail_a_call_that_has_no_final_response() {
        let (now, mut transaction) = start(false);
        transaction.handle_response(now, 180, no_ack);
        transaction.handle_transport_error();
        assert_eq!(transaction.poll_failure(), Some(Failure::TransportFailed));
        assert!(transaction.is_terminated());

        let (now, mut transaction) = start(false);
        transaction.handle_response(now, 500, || ACK);
        transaction.handle_transport_error();
        assert!(transaction.is_terminated() && transaction.poll_failure().is_none());
    }

    #[test]
    fn a_cancelled_invite_waits_64_t1_for_its_487() {
        let (now, mut transaction) = start(false);
        transaction.handle_cancel_sent(now); // too early: nothing was heard yet
        assert!(!transaction.is_proceeding());
        transaction.handle_response(now, 180, no_ack);
        transaction.handle_cancel_sent(now);
        transaction.handle_response(now + Duration::from_secs(5), 180, no_ack);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        transaction.handle_timeout(now + Duration::from_secs(32));
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }
}
