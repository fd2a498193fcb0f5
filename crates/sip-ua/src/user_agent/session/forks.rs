//! Branches of our INVITE that answered after another one had won: a proxy rang several phones, and
//! two were picked up (RFC 3261 section 13.2.2.4).

use std::time::Instant;

use bytes::Bytes;
use sip_parser::{Message, Method};

use super::Scope;
use crate::dialog::Dialog;
use crate::user_agent::compose::Content;

/// Losing branches that are hung up; a call that answers more often is not a call.
const BRANCH_LIMIT: usize = 16;

/// What is needed to hang up a losing branch, for as long as one may answer.
pub(in crate::user_agent) struct Forks {
    /// The ACK of the winning branch, or the INVITE where there is no ACK yet: both say who calls whom and with which
    /// credentials. Kept as octets, for hardly any call has a branch that loses.
    request: Bytes,
    until: Instant,
    released: usize,
}

impl Forks {
    pub(super) fn new(request: Bytes, until: Instant) -> Forks {
        Forks { request, until, released: 0 }
    }

    /// When no more answers are expected: 64 T1 after the first.
    pub(super) fn until(&self) -> Instant {
        self.until
    }
}

/// Acknowledges the 2xx of a losing branch, and hangs it up.
pub(super) fn release(scope: &mut Scope<'_>, response: &Message) {
    let Some(forks) = scope.base.forks.as_mut().filter(|forks| forks.released < BRANCH_LIMIT) else { return };
    let Ok(request) = Message::parse(forks.request.clone()) else { return };
    let same_invite =
        request.cseq().ok().map(|cseq| cseq.number) == response.cseq().ok().map(|cseq| cseq.number);
    if !same_invite {
        return;
    }
    forks.released += 1;
    let Ok(mut dialog) = Dialog::from_response(&request, response) else { return };
    scope.acknowledge(&dialog, &request, None);
    let cseq = dialog.next_cseq();
    if let Some(bye) = scope.compose(&dialog, &Method::Bye, cseq, &Content::default()) {
        let flow = scope.flow_of(&dialog);
        scope.common.send_and_forget(scope.now, bye, flow);
    }
}
