//! The server side of an INVITE (RFC 3261 section 17.2.1, as amended by RFC 6026 section 7.1).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Timers;

/// Server INVITE transaction.
///
/// ```text
///              |  INVITE: pass up
///              v
///        +------------+ --200 ms without a response: TryingDue
///        | Proceeding | --INVITE again: send the last 1xx again
///        +------------+ --1xx from the user agent: send
///           |      |
///           |      +--2xx from the user agent: send--> +----------+ --INVITE again: absorb
///           |                                          | Accepted | --2xx from the user agent: send
///           |                                          +----------+ --ACK: pass up
///           +--300-699 from the user agent: send             |
///                     v                                      L
///               +-----------+ --INVITE again, G: send again  |
///               | Completed |                                v
///               +-----------+ --H: AckMissing ----------> Terminated
///                     |                                      ^
///                     +--ACK--> +-----------+                |
///                               | Confirmed | -------I-------+
///                               +-----------+ --INVITE, ACK: absorb
/// ```
///
/// A transport error changes no state: the peer may repeat its INVITE and be answered then (RFC 6026 section 8.8).
/// After each `handle_*` and [`respond`](Self::respond), drain [`poll_transmit`](Self::poll_transmit) and
/// [`poll_event`](Self::poll_event), then sleep until [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct InviteServer {
    state: State,
    reliable: bool,
    timers: Arc<Timers>,
    outbox: Option<Bytes>,
    event: Option<InviteServerEvent>,
}

/// What the transaction asks for, or reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteServerEvent {
    /// The user agent has been silent for 200 ms: make a 100 Trying and [`respond`](InviteServer::respond) with it.
    TryingDue,
    /// No ACK came for the final response (timer H).
    AckMissing,
}

/// Where an ACK belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckDestination {
    /// It acknowledges a 300-699, or repeats such an ACK: nobody else needs it.
    Transaction,
    /// It acknowledges a 2xx, and is the user agent's.
    UserAgent,
}

#[derive(Debug)]
enum State {
    Proceeding { trying_at: Option<Instant>, last: Option<Bytes> },
    Accepted { until: Instant },
    Completed { response: Bytes, resend: Option<Resend>, give_up_at: Instant },
    Confirmed { until: Instant },
    Terminated,
}

/// Timer G.
#[derive(Clone, Copy, Debug)]
struct Resend {
    at: Instant,
    interval: Duration,
}

impl InviteServer {
    /// An INVITE has come, and is passed to the user agent.
    pub fn new(now: Instant, reliable: bool, timers: Arc<Timers>) -> Self {
        let state = State::Proceeding { trying_at: Some(now + timers.trying_after), last: None };
        Self { state, reliable, timers, outbox: None, event: None }
    }

    /// Sends a response of the user agent; false when its time is over: a second final response, or one after
    /// the end. A 2xx may be repeated, as the user agent must until it is acknowledged.
    pub fn respond(&mut self, now: Instant, status: u16, response: Bytes) -> bool {
        match (&mut self.state, status) {
            (State::Proceeding { trying_at, last }, 100..=199) => {
                *trying_at = None;
                *last = Some(response.clone());
            }
            (State::Proceeding { .. }, 200..=299) => {
                self.state = State::Accepted { until: now + self.timers.give_up() };
            }
            (State::Proceeding { .. }, _) => self.state = self.refused(now, response.clone()),
            (State::Accepted { .. }, 200..=299) => {}
            _ => return false,
        }
        self.outbox = Some(response);
        true
    }

    fn refused(&self, now: Instant, response: Bytes) -> State {
        let t1 = self.timers.t1;
        let resend = (!self.reliable).then_some(Resend { at: now + t1, interval: t1 });
        State::Completed { response, resend, give_up_at: now + self.timers.give_up() }
    }

    /// The INVITE has come again.
    pub fn handle_repeated_invite(&mut self) {
        match &self.state {
            State::Proceeding { last: Some(response), .. } | State::Completed { response, .. } => {
                self.outbox = Some(response.clone());
            }
            _ => {}
        }
    }

    /// An ACK that matches this transaction has come.
    pub fn handle_ack(&mut self, now: Instant) -> AckDestination {
        match self.state {
            State::Accepted { .. } => return AckDestination::UserAgent,
            State::Completed { .. } => {
                self.outbox = None;
                self.state = match self.timers.i(self.reliable) {
                    Duration::ZERO => State::Terminated,
                    wait => State::Confirmed { until: now + wait },
                };
            }
            State::Proceeding { .. } | State::Confirmed { .. } | State::Terminated => {}
        }
        AckDestination::Transaction
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &mut self.state {
            State::Proceeding { trying_at, .. } if trying_at.is_some_and(|at| now >= at) => {
                *trying_at = None;
                self.event = Some(InviteServerEvent::TryingDue);
            }
            State::Completed { give_up_at, .. } if now >= *give_up_at => {
                self.event = Some(InviteServerEvent::AckMissing);
                self.state = State::Terminated;
            }
            State::Completed { response, resend: Some(resend), .. } if now >= resend.at => {
                resend.interval = (resend.interval * 2).min(self.timers.t2);
                resend.at = now + resend.interval;
                self.outbox = Some(response.clone());
            }
            State::Accepted { until } | State::Confirmed { until } if now >= *until => {
                self.state = State::Terminated;
            }
            _ => {}
        }
    }

    /// The message to send, if there is one.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.outbox.take()
    }

    /// What the transaction asks for, or reports.
    pub fn poll_event(&mut self) -> Option<InviteServerEvent> {
        self.event.take()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). While the user agent thinks, the transaction has no
    /// deadline: a phone rings for as long as it pleases.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Proceeding { trying_at, .. } => *trying_at,
            State::Completed { resend: Some(resend), give_up_at, .. } => Some(resend.at.min(*give_up_at)),
            State::Completed { resend: None, give_up_at: until, .. }
            | State::Accepted { until }
            | State::Confirmed { until } => Some(*until),
            State::Terminated => None,
        }
    }

    /// Whether no final response has been given yet: the time when a CANCEL has an effect.
    pub fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// The final response that still awaits its ACK, to be sent again over another road.
    pub fn unacknowledged(&self) -> Option<&Bytes> {
        match &self.state {
            State::Completed { response, .. } => Some(response),
            _ => None,
        }
    }

    /// Whether a refusal is acknowledged, and only repetitions are awaited.
    pub fn is_confirmed(&self) -> bool {
        matches!(self.state, State::Confirmed { .. })
    }

    /// Whether the transaction is over.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RINGING: Bytes = Bytes::from_static(b"180");
    const OK: Bytes = Bytes::from_static(b"200");
    const BUSY: Bytes = Bytes::from_static(b"486");

    fn start(reliable: bool) -> (Instant, InviteServer) {
        let now = Instant::now();
        (now, InviteServer::new(now, reliable, Arc::new(Timers::DEFAULT)))
    }

    fn run(start: Instant, transaction: &mut InviteServer) -> Vec<u128> {
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
    fn trying_is_due_after_200_ms_of_silence() {
        let (now, mut transaction) = start(false);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_millis(200)));
        transaction.handle_timeout(now + Duration::from_millis(200));
        assert_eq!(transaction.poll_event(), Some(InviteServerEvent::TryingDue));
        assert_eq!(transaction.poll_timeout(), None);

        let (now, mut transaction) = start(false);
        assert!(transaction.respond(now, 180, RINGING));
        assert_eq!(transaction.poll_timeout(), None);
    }

    #[test]
    fn repeated_invites_get_the_last_provisional_response() {
        let (now, mut transaction) = start(false);
        transaction.handle_repeated_invite();
        assert_eq!(transaction.poll_transmit(), None);
        transaction.respond(now, 180, RINGING);
        assert_eq!(transaction.poll_transmit(), Some(RINGING));
        transaction.handle_repeated_invite();
        assert_eq!(transaction.poll_transmit(), Some(RINGING));
    }

    #[test]
    fn timers_g_and_h_repeat_a_refusal_until_it_is_given_up() {
        let (now, mut transaction) = start(false);
        assert!(transaction.respond(now, 486, BUSY));
        assert_eq!(transaction.poll_transmit(), Some(BUSY));
        let sent = run(now, &mut transaction);
        assert_eq!(sent, [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(transaction.poll_event(), Some(InviteServerEvent::AckMissing));
    }

    #[test]
    fn reliable_transports_send_a_refusal_once() {
        let (now, mut transaction) = start(true);
        transaction.respond(now, 486, BUSY);
        assert_eq!(transaction.poll_transmit(), Some(BUSY));
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
        assert!(run(now, &mut transaction).is_empty());
        assert_eq!(transaction.poll_event(), Some(InviteServerEvent::AckMissing));
    }

    #[test]
    fn an_ack_ends_the_repeating_and_timer_i_absorbs_the_rest() {
        let (now, mut transaction) = start(false);
        transaction.respond(now, 486, BUSY);
        assert_eq!(transaction.poll_transmit(), Some(BUSY));
        transaction.handle_repeated_invite();
        assert_eq!(transaction.poll_transmit(), Some(BUSY));
        assert_eq!(transaction.handle_ack(now), AckDestination::Transaction);
        transaction.handle_repeated_invite();
        assert_eq!(transaction.poll_transmit(), None);
        assert_eq!(transaction.handle_ack(now), AckDestination::Transaction);
        assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(5)));
        assert!(run(now, &mut transaction).is_empty());
        assert!(transaction.is_terminated() && transaction.poll_event().is_none());
    }

    #[test]
    fn timer_i_is_zero_for_reliable_transports() {
        let (now, mut transaction) = start(true);
        transaction.respond(now, 486, BUSY);
        transaction.handle_ack(now);
        assert!(transaction.is_terminated());
    }

    #[test]
    fn accepted_calls_absorb_invites_and_pass_acks_up_until_timer_l() {
        for reliable in [false, true] {
            let (now, mut transaction) = start(reliable);
            assert!(transaction.respond(now, 200, OK));
            assert_eq!(transaction.poll_transmit(), Some(OK));
            transaction.handle_repeated_invite();
            assert_eq!(transaction.poll_transmit(), None);
            assert_eq!(transaction.handle_ack(now), AckDestination::UserAgent);
            assert!(transaction.respond(now, 200, OK), "the user agent repeats its 2xx");
            assert_eq!(transaction.poll_transmit(), Some(OK));
            assert!(!transaction.respond(now, 486, BUSY));
            assert!(!transaction.respond(now, 180, RINGING));
            assert_eq!(transaction.poll_timeout(), Some(now + Duration::from_secs(32)));
            assert!(run(now, &mut transaction).is_empty());
            assert!(transaction.is_terminated() && transaction.poll_event().is_none());
            assert!(!transaction.respond(now, 200, OK));
        }
    }

    #[test]
    fn the_first_final_response_is_the_last() {
        let (now, mut transaction) = start(false);
        assert!(transaction.respond(now, 486, BUSY));
        assert!(!transaction.respond(now, 200, OK));
        assert!(!transaction.respond(now, 180, RINGING));
        assert_eq!(transaction.poll_transmit(), Some(BUSY));
        assert_eq!(transaction.unacknowledged(), Some(&BUSY));
    }
}
