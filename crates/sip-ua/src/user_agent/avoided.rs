//! Servers that failed lately (RFC 3263 section 4.3): others are tried before them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip_parser::{Message, typed::RetryAfter};

use crate::hashing::Map;
use crate::transport::{Flow, Protocol};

/// Servers remembered. When so many fail at once, our own network has failed.
const CAPACITY: usize = 4096;

/// The longest that a server may keep requests away by Retry-After.
const LONGEST: Duration = Duration::from_secs(3600);

/// Servers with the time until which each of them is tried last.
#[derive(Debug, Default)]
pub(super) struct Avoided(Map<(Protocol, SocketAddr), Instant>);

impl Avoided {
    /// The server did not answer, or cannot be reached.
    pub(super) fn note_failure(&mut self, now: Instant, flow: &Flow, period: Duration) {
        if self.0.len() >= CAPACITY {
            self.0.retain(|_, until| *until > now);
        }
        if self.0.len() < CAPACITY && !period.is_zero() {
            self.0.insert(server(flow), now + period);
        }
    }

    /// The server answered. With 503 and Retry-After it asks to be left alone for that long (RFC 3261
    /// section 21.5.4); any other answer shows that it is back.
    pub(super) fn note_response(&mut self, now: Instant, flow: &Flow, response: &Message) {
        if response.status() != Some(503) {
            self.0.remove(&server(flow));
        } else if let Ok(Some(retry)) = response.header::<RetryAfter<'_>>() {
            let period = Duration::from_secs(u64::from(retry.seconds)).min(LONGEST);
            self.note_failure(now, flow, period);
        }
    }

    /// Puts servers that failed behind the others, those first that are forgiven first.
    pub(super) fn sort(&self, now: Instant, flows: &mut [Flow]) {
        flows.sort_by_key(|flow| self.0.get(&server(flow)).filter(|until| **until > now));
    }
}

fn server(flow: &Flow) -> (Protocol, SocketAddr) {
    (flow.protocol, flow.remote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(last: u8) -> Flow {
        Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, last], 5060).into())
    }

    fn response(start: &str) -> Message {
        let text = format!("SIP/2.0 {start}\r\nContent-Length: 0\r\n\r\n");
        Message::parse(text.into_bytes().into()).unwrap()
    }

    fn order(avoided: &Avoided, now: Instant) -> Vec<u8> {
        let mut flows = [flow(2), flow(3), flow(4)];
        avoided.sort(now, &mut flows);
        flows.iter().map(|flow| flow.remote.to_string().as_bytes()[8] - b'0').collect()
    }

    #[test]
    fn a_server_that_failed_is_tried_last_for_a_while() {
        let (now, mut avoided) = (Instant::now(), Avoided::default());
        let at = |seconds| now + Duration::from_secs(seconds);
        avoided.note_failure(now, &flow(2), Duration::from_secs(60));
        avoided.note_failure(now, &flow(3), Duration::from_secs(30));
        assert_eq!(order(&avoided, now), [4, 3, 2]);
        assert_eq!(order(&avoided, at(30)), [3, 4, 2]);
        assert_eq!(order(&avoided, at(60)), [2, 3, 4]);
    }

    #[test]
    fn retry_after_says_how_long_and_an_answer_ends_it() {
        let (now, mut avoided) = (Instant::now(), Avoided::default());
        avoided.note_response(now, &flow(2), &response("503 Service Unavailable"));
        assert_eq!(order(&avoided, now), [2, 3, 4]);
        let busy = response("503 Service Unavailable\r\nRetry-After: 9999999 (gone fishing)");
        avoided.note_response(now, &flow(2), &busy);
        assert_eq!(order(&avoided, now + LONGEST - Duration::from_secs(1)), [3, 4, 2]);
        assert_eq!(order(&avoided, now + LONGEST), [2, 3, 4]);
        avoided.note_response(now, &flow(2), &response("404 Not Found"));
        assert_eq!(order(&avoided, now), [2, 3, 4]);
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let (now, mut avoided) = (Instant::now(), Avoided::default());
        for port in 0..u16::try_from(CAPACITY + 10).unwrap() {
            let flow = flow(2).towards(([192, 0, 2, 2], port).into());
            avoided.note_failure(now, &flow, Duration::from_secs(1));
        }
        assert_eq!(avoided.0.len(), CAPACITY);
        avoided.note_failure(now + Duration::from_secs(2), &flow(3), Duration::from_secs(1));
        assert_eq!(avoided.0.len(), 1);
    }
}
