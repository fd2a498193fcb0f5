//! The server side of every request but INVITE and ACK (RFC 3261 section 17.2.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Timers;

/// Server non-INVITE transaction.
///
/// ```text
///            |  request: pass up
///            v
///       +--------+ --request again: absorb
///       | Trying | --64 times T1 -----------------------------+
///       +--------+                                            |
///         |    |                                              |
///         |    +--1xx: send--> +------------+ --request again: send the last 1xx again
///         |                    | Proceeding | --1xx: send     |
///         |                    +------------+ --64 times T1-->|
///         |                          |                        v
///         +--200-699: send-----------+                   Terminated
///                   v                                         ^
///             +-----------+                                   |
///             | Completed | --request again: send again --J---+
///             +-----------+
/// ```
///
/// Without a final response after 64 times T1 the transaction ends in silence: the client has given up by
/// then, and a 408 must not be sent (RFC 4320 section 4.2). A transport error changes no state (RFC 6026
/// section 8.8). After each `handle_*` and [`respond`](Self::respond), drain
/// [`poll_transmit`](Self::poll_transmit), then sleep until [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct NonInviteServer {
    state: State,
    reliable: bool,
    timers: Arc<Timers>,
    outbox: Option<Bytes>,
}

#[derive(Debug)]
enum State {
    /// Trying, or Proceeding once a provisional response was sent.
    Waiting {
        last: Option<Bytes>,
        until: Instant,
    },
    Completed {
        response: Bytes,
        until: Instant,
    },
    Terminated,
}

impl NonInviteServer {
    /// A request has come, and is passed to the user agent.
    pub fn new(now: Instant, reliable: bool, timers: Arc<Timers>) -> Self {
        let state = State::Waiting { last: None, until: now + timers.give_up() };
        Self { state, reliable, timers, outbox: None }
    }

    /// Sends a response of the user agent; false after a final one, or after the end.
    pub fn respond(&mut self, now: Instant, status: u16, response: Bytes) -> bool {
        let State::Waiting { last, .. } = &mut self.state else { return false };
        self.outbox = Some(response.clone());
        if status < 200 {
            *last = Some(response);
            return true;
        }
        self.state = match self.timers.j(self.reliable) {
            Duration::ZERO => State::Terminated,
            wait => State::Completed { response, until: now + wait },
        };
        true
    }

    /// The request has come again.
    pub fn handle_repeated_request(&mut self) {
        match &self.state {
            State::Waiting { last: Some(response), .. } | State::Completed { response, .. } => {
                self.outbox = Some(response.clone());
            }
            _ => {}
        }
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &self.state {
            State::Waiting { until, .. } | State::Completed { until, .. } if now >= *until => {
                self.state = State::Terminated;
            }
            _ => {}
        }
    }

    /// The message to send, if there is one.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.outbox.take()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting { until, .. } | State::Completed { until, .. } => Some(*until),
            State::Terminated => None,
        }
    }

    /// Whether the final response is out, and only repetitions of the request are awaited.
    pub fn is_answered(&self) -> bool {
        matches!(self.state, State::Completed { .. })
    }

    /// Whether the transaction is over. What [`poll_transmit`](Self::poll_transmit) still holds is to be sent.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRYING: Bytes = Bytes::from_static(b"100");
    const OK: Bytes = Bytes::from_static(b"200");

    fn start(reliable: bool) -> (Instant, NonInviteServer) {
        let now = Instant::now();
        (now, NonInviteServer::new(now, reliable, Arc::new(Timers::DEFAULT)))
    }

    #[test]
    fn repeated_requests_are_absorbed_then_answered_with_the_last_response() {
        let (now, mut transaction) = start(false);
        transaction.handle_repeated_request();
        assert_eq!(transaction.poll_transmit(), None);
        for (status, response) in [(100, TRYING), (200, OK)] {
            assert!(transaction.respond(now, status, response.clone()));
            assert_eq!(transaction.poll_transmit(), Some(response.clone()));
            transaction.handle_repeated_request();
            assert_eq!(transaction.poll_transmit(), Some(response));
        }
        assert!(!transaction.respond(now, 200, OK), "one final response only");
        assert_eq!(transaction.poll_transmit(), None);
    }

    #[test]
    fn timer_j_ends_a_completed_transaction() {
        let (now, mut transaction) = start(false);
        transaction.respond(now, 200, OK);
        let end = now + Duration::from_secs(32);
        assert_eq!(transaction.poll_timeout(), Some(end));
        transaction.handle_timeout(end - Duration::from_millis(1));
        assert!(!transaction.is_terminated());
        transaction.handle_timeout(end);
        assert!(transaction.is_terminated());
        assert_eq!(transaction.poll_timeout(), None);
    }

    #[test]
    fn timer_j_is_zero_for_reliable_transports() {
        let (now, mut transaction) = start(true);
        transaction.respond(now, 404, OK);
        assert!(transaction.is_terminated());
        assert_eq!(transaction.poll_transmit(), Some(OK));
    }

    #[test]
    fn a_forgotten_request_ends_when_its_client_has_given_up() {
        for reliable in [false, true] {
            let (now, mut transaction) = start(reliable);
            transaction.respond(now, 100, TRYING);
            let end = now + Duration::from_secs(32);
            assert_eq!(transaction.poll_timeout(), Some(end));
            transaction.handle_timeout(end);
            assert!(transaction.is_terminated());
        }
    }
}
