//! Provisional responses that are sent again until the caller acknowledges them (RFC 3262 section 3).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sip_parser::typed::RAck;
use sip_parser::{HeaderName, Message, Method};

use super::Scope;
use crate::transaction::{ServerTransactionId, WrittenResponse};
use crate::user_agent::command::Body;
use crate::user_agent::compose::Headers;

/// Provisional responses that wait for the PRACK of an earlier one. A phone rings, opens early media, is forwarded: more
/// news than these is old news.
const QUEUE_LIMIT: usize = 8;

/// A provisional response as the application asked for it.
#[derive(Clone)]
pub(super) struct Provisional {
    pub(super) status: u16,
    pub(super) body: Option<Body>,
    pub(super) headers: Headers,
}

/// The reliable responses to one INVITE.
pub(in crate::user_agent) struct Reliable {
    invite_cseq: u32,
    /// The RSeq of the latest one.
    rseq: u32,
    outstanding: Option<Outstanding>,
    queue: VecDeque<Provisional>,
}

/// One without a PRACK.
struct Outstanding {
    transaction: ServerTransactionId,
    response: WrittenResponse,
    /// Whether it holds a description.
    described: bool,
    interval: Duration,
    repeat_at: Instant,
    give_up_at: Instant,
}

/// What a PRACK acknowledges.
pub(super) enum Acknowledged {
    /// The response that waited; whether it held a description.
    Latest { described: bool },
    /// Nothing that we know of.
    Nothing,
}

impl Reliable {
    /// Begins a series; `first` is its first RSeq, drawn by chance (section 3).
    pub(super) fn new(invite: &Message, first: u32) -> Reliable {
        let invite_cseq = invite.cseq().map(|cseq| cseq.number).unwrap_or_default();
        // The range leaves room to count up.
        let rseq = first & 0x3fff_ffff;
        Reliable { invite_cseq, rseq, outstanding: None, queue: VecDeque::new() }
    }

    /// The headers that make the next response reliable.
    pub(super) fn next_headers(&mut self) -> [(HeaderName, String); 2] {
        self.rseq += 1;
        [(HeaderName::Require, "100rel".to_owned()), (HeaderName::RSeq, self.rseq.to_string())]
    }

    /// Whether one waits for its PRACK.
    pub(super) fn is_waiting(&self) -> bool {
        self.outstanding.is_some()
    }

    /// Whether one with a description waits: no 2xx may be sent before its PRACK (section 5).
    pub(super) fn holds_answer_back(&self) -> bool {
        self.outstanding.as_ref().is_some_and(|waiting| waiting.described)
    }

    /// Keeps a response for later.
    pub(super) fn queue(&mut self, provisional: Provisional) {
        if self.queue.len() < QUEUE_LIMIT {
            self.queue.push_back(provisional);
        }
    }

    /// The one to send next.
    pub(super) fn next(&mut self) -> Option<Provisional> {
        self.queue.pop_front()
    }

    /// Sends a response for the first time.
    pub(super) fn send(
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        response: WrittenResponse,
        described: bool,
    ) {
        let interval = scope.common.config.timers.t1;
        let (repeat_at, give_up_at) = (scope.now + interval, scope.now + scope.give_up());
        scope.respond(transaction, &response);
        if let Some(reliable) = &mut scope.base.reliable {
            reliable.outstanding =
                Some(Outstanding { transaction, response, described, interval, repeat_at, give_up_at });
        }
    }

    /// Takes a PRACK.
    pub(super) fn acknowledge(&mut self, prack: &Message) -> Acknowledged {
        let Ok(Some(rack)) = prack.header::<RAck>() else { return Acknowledged::Nothing };
        let of_invite = rack.cseq.number == self.invite_cseq && rack.cseq.method == Method::Invite;
        match self.outstanding.take_if(|_| of_invite && rack.rseq == self.rseq) {
            Some(waiting) => Acknowledged::Latest { described: waiting.described },
            None => Acknowledged::Nothing,
        }
    }

    /// Forgets what waits: a final response was sent.
    pub(super) fn settle(&mut self) {
        self.queue.clear();
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.outstanding.as_ref().map(|waiting| waiting.repeat_at.min(waiting.give_up_at))
    }

    /// Repeats what waits if it is time; `false` when its PRACK will not come any more.
    pub(super) fn handle_timeout(scope: &mut Scope<'_>) -> bool {
        let now = scope.now;
        let Some(waiting) = scope.base.reliable.as_mut().and_then(|reliable| reliable.outstanding.as_mut())
        else {
            return true;
        };
        if now >= waiting.give_up_at {
            return false;
        }
        if now >= waiting.repeat_at {
            waiting.interval *= 2;
            waiting.repeat_at = now + waiting.interval;
            let (transaction, response) = (waiting.transaction, waiting.response.clone());
            scope.respond(transaction, &response);
        }
        true
    }
}
