//! Our 2xx, sent again and again until its ACK comes (RFC 3261 section 13.3.1.4).

use std::time::{Duration, Instant};

use sip_parser::Message;

use super::Scope;
use crate::transaction::{ServerTransactionId, WrittenResponse};

/// A 2xx without an ACK. It is repeated over reliable transports too: a proxy further on may not use
/// one.
pub(super) struct AckWait {
    transaction: ServerTransactionId,
    cseq: u32,
    response: WrittenResponse,
    /// The wait after the next repetition; it doubles from T1 up to T2.
    interval: Duration,
    repeat_at: Instant,
    give_up_at: Instant,
}

impl AckWait {
    /// Sends the 2xx for the first time.
    pub(super) fn start(
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        invite: &Message,
        response: WrittenResponse,
    ) -> AckWait {
        let interval = scope.common.config.timers.t1;
        let cseq = invite.cseq().map(|cseq| cseq.number).unwrap_or_default();
        scope.respond(transaction, &response);
        let (repeat_at, give_up_at) = (scope.now + interval, scope.now + scope.give_up());
        AckWait { transaction, cseq, response, interval, repeat_at, give_up_at }
    }

    /// Whether an ACK is the one that we wait for.
    pub(super) fn is_answered_by(&self, ack: &Message) -> bool {
        ack.cseq().is_ok_and(|cseq| cseq.number == self.cseq)
    }

    /// The ACK is here: the transaction is told, which does not see it.
    pub(super) fn settle(&self, scope: &mut Scope<'_>) {
        scope.common.layer.acknowledged(self.transaction);
    }

    pub(super) fn deadline(&self) -> Instant {
        self.repeat_at.min(self.give_up_at)
    }

    /// Repeats the 2xx if it is time; `false` when the ACK will not come any more.
    pub(super) fn handle_timeout(&mut self, scope: &mut Scope<'_>) -> bool {
        if scope.now >= self.give_up_at {
            return false;
        }
        if scope.now >= self.repeat_at {
            self.interval = (self.interval * 2).min(scope.common.config.timers.t2);
            self.repeat_at = scope.now + self.interval;
            scope.respond(self.transaction, &self.response);
        }
        true
    }
}
