//! A text that came in: its number's dialplan decides what becomes of it.

use std::sync::Arc;

use call_control::sip::{PendingReply, SipEndpoint};
use call_control::{CallerId, ChannelSpec, Direction, Driver, HangupCause, Report, TextMessage};
use dialplan_vm::Matching;
use sip_ua::user_agent::Reply;

use crate::dialplan::{Substitution, run_call};
use crate::exchange::Exchange;

/// Names of the channels that texts run on, as Asterisk has them: `Message/ast_msg_queue-00000001`.
const TECHNOLOGY: &str = "Message";
const RESOURCE: &str = "ast_msg_queue";

/// Takes a text from `endpoint` for `number`: 202 when the number is there, 404 when it is not.
pub(crate) fn take(
    exchange: Arc<Exchange>,
    endpoint: &SipEndpoint,
    number: &str,
    text: TextMessage,
    reply: PendingReply,
) {
    let configuration = exchange.configuration();
    let named = configuration.sip.endpoints.get(&endpoint.name).and_then(|e| e.message_context.clone());
    let context = named.unwrap_or_else(|| endpoint.context.clone());
    if !matches!(configuration.dialplan.matching(&context, number, None), Matching::Matches { .. }) {
        return reply.send(Reply::status(404));
    }
    if exchange.switchboard().is_full() {
        return reply.send(Reply::status(503).header("Retry-After", "5"));
    }
    let call = exchange.switchboard().create_channel(ChannelSpec {
        technology: TECHNOLOGY,
        resource: RESOURCE.to_owned(),
        direction: Direction::Inbound,
        caller: endpoint.caller.clone().unwrap_or_else(|| CallerId::new("", endpoint.name.clone())),
        dialed: number.to_owned(),
        context,
        language: endpoint.language.clone(),
        variables: endpoint.variables.clone(),
        call_id: None,
        linked_id: None,
        leg: None,
        driver: Box::new(NoParty),
    });
    call.set_message(Some(text));
    // A text is no call: what concerns its session has nothing to be set on.
    let of_calls = |function: &str| function.starts_with("PJSIP_");
    for (function, value) in endpoint.assignments.iter().filter(|(function, _)| !of_calls(function)) {
        Substitution::new(&exchange, &call).assign(function, value);
    }
    call.report(Report::Answered);
    reply.send(Reply::status(202));
    tokio::spawn(run_call(exchange, call));
}

/// Nobody is at the far end of a channel that only carries a text.
struct NoParty;

impl Driver for NoParty {
    fn ring(&self) {}
    fn progress(&self) {}
    fn answer(&self) {}
    fn hangup(&self, _cause: HangupCause) {}
}
