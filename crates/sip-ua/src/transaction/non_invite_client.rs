//! The client side of every request but INVITE and ACK (RFC 3261 section 17.1.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Failure, Timers};

/// Client non-INVITE transaction.
///
/// ```text
///            |  send request
///            v
///       +--------+ --E: send again, double the wait up to T2 (datagrams only)
///       | Trying |
///       +--------+ --F: TimedOut, transport error: TransportFailed --+
///         |    |                                                     |
///         |    +--1xx: pass up--> +------------+ --E: send, wait T2  |
///         |                       | Proceeding | --1xx: pass up      |
///         |                       +------------+ --F, transport err->|
///         |                            |                             v
///         +--200-699: pass up----------+                        Terminated
///                   v                                                ^
///             +-----------+                                          |
///             | Completed | --response: absorb ------------K---------+
///             +-----------+
/// ```
///
/// After each `handle_*`, drain [`poll_transmit`](Self::poll_transmit) and [`poll_failure`](Self::poll_failure),
/// then sleep until [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct NonInviteClient {
    state: State,
    request: Bytes,
    reliable: bool,
    timers: Arc<Timers>,
    outbox: Option<Bytes>,
    failure: Option<Failure>,
}

#[derive(Debug)]
enum State {
    /// Trying, or Proceeding once a provisional response has come.
    Waiting {
        proceeding: bool,
        resend: Option<Resend>,
        give_up_at: Instant,
    },
    Completed {
        until: Instant,
    },
    Terminated,
}

/// Timer E.
#[derive(Clone, Copy, Debug)]
struct Resend {
    at: Instant,
    interval: Duration,
}

impl NonInviteClient {
    /// Sends `request` and waits for responses.
    pub fn new(now: Instant, request: Bytes, reliable: bool, timers: Arc<Timers>) -> Self {
        let resend = (!reliable).then_some(Resend { at: now + timers.t1, interval: timers.t1 });
        let state = State::Waiting { proceeding: false, resend, give_up_at: now + timers.give_up() };
        Self { state, outbox: Some(request.clone()), request, reliable, timers, failure: None }
    }

    /// Takes a response that matches this transaction; true if the user agent must see it.
    pub fn handle_response(&mut self, now: Instant, status: u16) -> bool {
        match (&mut self.state, status) {
            (State::Waiting { proceeding, .. }, 100..=199) => {
                *proceeding = true; // the running timer E is left as it is; the next wait is T2
                true
            }
            (State::Waiting { .. }, _) => {
                self.outbox = None;
                self.request = Bytes::new(); // it is sent no more
                self.state = match self.timers.k(self.reliable) {
                    Duration::ZERO => State::Terminated,
                    wait => State::Completed { until: now + wait },
                };
                true
            }
            (State::Completed { .. } | State::Terminated, _) => false,
        }
    }

    /// Nobody waits for it any more: it is not sent again, and a late response is still recognised until it
    /// gives up.
    pub fn handle_abandoned(&mut self) {
        if let State::Waiting { resend, .. } = &mut self.state {
            *resend = None;
        }
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &mut self.state {
            State::Waiting { give_up_at, .. } if now >= *give_up_at => self.fail(Failure::TimedOut),
            State::Waiting { proceeding, resend: Some(resend), .. } if now >= resend.at => {
                let doubled = (resend.interval * 2).min(self.timers.t2);
                resend.interval = if *proceeding { self.timers.t2 } else { doubled };
                resend.at = now + resend.interval;
                self.outbox = Some(self.request.clone());
            }
            State::Completed { until } if now >= *until => self.state = State::Terminated,
            _ => {}
        }
    }

    /// The transport could not deliver.
    pub fn handle_transport_error(&mut self) {
        if let State::Waiting { .. } = self.state {
            self.fail(Failure::TransportFailed);
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
            State::Waiting { resend: Some(resend), give_up_at, .. } => Some(resend.at.min(*give_up_at)),
            State::Waiting { resend: None, give_up_at: until, .. } | State::Completed { until } => {
                Some(*until)
            }
            State::Terminated => None,
        }
    }

    /// Whether the final response has come, and only its repetitions are awaited.
    pub fn is_answered(&self) -> bool {
        matches!(self.state, State::Completed { .. })
    }

    /// Whether the transaction is over.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Bytes = Bytes::from_static(b"OPTIONS");

    fn start(reliable: bool) -> (Instant, NonInviteClient) {
        let now = Instant::now();
        let mut transaction = NonInviteClient::new(now, OPTIONS, reliable, Arc::new(Timers::DEFAULT));
        assert_eq!(transaction.poll_transmit(), Some(OPTIONS));
        (now, transaction)
    }

    fn run(start: Instant, transaction: &mut NonInviteClient) -> Vec<u128> {
        let mut sent = vec![];
        while let Some(at) = transaction.poll_timeout() {
            transaction.handle_timeout(at);
            if transaction.poll_transmit().is_some() {
                sent.push((at - start).as_millis());
            }
        }
        sent
    }

    #[test]
    fn timer_e_doubles_up_to_t2_and_timer_f_gives_up() {
        let (now, mut transaction) = start(false);
        let sent = run(now, &mut transaction);
        assert_eq!(sent, [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn an_abandoned_request_is_silent_until_timer_f() {
        let (now, mut transaction) = start(false);
        transaction.handle_abandoned();
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        assert!(run(now, &mut transaction).is_empty());
        assert!(transaction.is_terminated());
    }

    #[test]
    fn reliable_transports_send_once_and_time_out_by_timer_f() {
        let (now, mut transaction) = start(true);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        assert!(run(now, &mut transaction).is_empty());
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn after_a_provisional_response_timer_e_waits_t2() {
        let (now, mut transaction) = start(false);
        assert!(transaction.handle_response(now + Duration::from_millis(100), 100));
        let sent = run(now, &mut transaction);
        assert_eq!(sent, [500, 4_500, 8_500, 12_500, 16_500, 20_500, 24_500, 28_500]);
        assert_eq!(transaction.poll_failure(), Some(Failure::TimedOut));
    }

    #[test]
    fn repeated_final_responses_are_absorbed_until_timer_k() {
        let (now, mut transaction) = start(false);
        assert!(transaction.handle_response(now, 200));
        assert!(!transaction.handle_response(now, 200));
        assert!(!transaction.handle_response(now, 100));
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(5)));
        assert!(run(now, &mut transaction).is_empty());
        assert!(transaction.is_terminated() && transaction.poll_failure().is_none());
    }

    #[test]
    fn timer_k_is_zero_for_reliable_transports() {
        let (now, mut transaction) = start(true);
        assert!(transaction.handle_response(now, 401));
        assert!(transaction.is_terminated());
    }

    #[test]
    fn transport_errors_count_only_while_waiting() {
        let (_, mut transaction) = start(true);
        transaction.handle_transport_error();
        assert_eq!(transaction.poll_failure(), Some(Failure::TransportFailed));

        let (now, mut transaction) = start(false);
        transaction.handle_response(now, 200);
        transaction.handle_transport_error();
        assert!(!transaction.is_terminated() && transaction.poll_failure().is_none());
    }
}
