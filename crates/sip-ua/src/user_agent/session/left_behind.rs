//! INVITEs to servers that said nothing while another server could be asked (RFC 3263 section 4.3). Their
//! transactions last on: who answers late is told that the call has gone elsewhere.

use std::sync::Arc;

use sip_parser::{Message, Method};

use super::{Base, Scope};
use crate::dialog::Dialog;
use crate::transaction::ClientTransactionId;
use crate::transport::Flow;
use crate::user_agent::compose::Content;

/// An INVITE that nobody waits for any more.
pub(in crate::user_agent) struct LeftBehind {
    transaction: ClientTransactionId,
    invite: Arc<Message>,
    flow: Flow,
    /// The CANCEL is out.
    cancelled: bool,
}

impl LeftBehind {
    pub(super) fn new(transaction: ClientTransactionId, invite: Arc<Message>, flow: Flow) -> LeftBehind {
        LeftBehind { transaction, invite, flow, cancelled: false }
    }
}

impl Base {
    /// Whether this is an INVITE that was left behind.
    pub(super) fn has_left_behind(&self, id: ClientTransactionId) -> bool {
        self.left_behind.iter().any(|left| left.transaction == id)
    }

    /// Its transaction is over.
    pub(super) fn forget_left_behind(&mut self, id: ClientTransactionId) {
        self.left_behind.retain(|left| left.transaction != id);
    }
}

/// A late response: what rings is cancelled, what was answered is acknowledged and hung up.
pub(super) fn handle_response(scope: &mut Scope<'_>, id: ClientTransactionId, response: &Message) {
    let Some(left) = scope.base.left_behind.iter_mut().find(|left| left.transaction == id) else { return };
    if response.status().is_some_and(|status| status < 200) {
        if !std::mem::replace(&mut left.cancelled, true) {
            let said: Vec<_> = scope.common.product().into_iter().collect();
            scope.common.layer.cancel(scope.now, id, &said);
        }
        return;
    }
    let left = scope.base.left_behind.iter().position(|left| left.transaction == id);
    let Some(left) = left.map(|index| scope.base.left_behind.swap_remove(index)) else { return };
    if scope.is_invite_answer(response) {
        hang_up(scope, &left, response);
    }
}

fn hang_up(scope: &mut Scope<'_>, left: &LeftBehind, response: &Message) {
    let (Ok(mut dialog), Ok(cseq)) = (Dialog::from_response(&left.invite, response), left.invite.cseq())
    else {
        return;
    };
    let nothing = Content::default();
    let flow = scope.base.options.peer_address.of(&dialog, left.flow);
    if let Some(ack) = scope.common.compose_in(&dialog, &Method::Ack, cseq.number, &flow, &nothing) {
        scope.common.layer.send_octets(ack.bytes().clone(), flow);
    }
    let next = dialog.next_cseq();
    if let Some(bye) = scope.common.compose_in(&dialog, &Method::Bye, next, &flow, &nothing) {
        scope.common.send_and_forget(scope.now, bye, flow);
    }
}
