//! Texts that go out, at once or when their receiver is back.

use std::sync::Arc;

use call_control::sip::SipTechnology;
use call_control::{MessageError, TextMessage};

use crate::exchange::Exchange;

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The receiver has it.
    Delivered,
    /// The receiver is away; it gets the text when it registers again.
    Waits,
}

/// Sends a text to `resource`, which is written as in `Dial`. One for a phone that is away is kept.
///
/// # Errors
/// [`MessageError`] when it can neither be delivered nor kept.
pub(crate) async fn send(
    exchange: &Arc<Exchange>,
    resource: &str,
    text: TextMessage,
) -> Result<Sent, MessageError> {
    let sip =
        exchange.sip().ok_or_else(|| MessageError::Unreachable("the exchange is starting".to_owned()))?;
    match sip.send_message(resource, &text).await {
        Ok(()) => Ok(Sent::Delivered),
        Err(error) if error.is_passing() => match exchange.waiting_messages().keep(resource, text).await {
            Ok(()) => Ok(Sent::Waits),
            Err(full) => Err(MessageError::Away(format!("{error}; and it is not kept: {full}"))),
        },
        Err(error) => Err(error),
    }
}

/// An endpoint is back: it gets what waited for it, oldest first, until one text cannot be delivered.
pub(crate) async fn deliver_waiting(exchange: Arc<Exchange>, aor: String) {
    let names: Vec<String> =
        exchange.endpoints().with_aor(&aor).iter().map(|endpoint| endpoint.name.clone()).collect();
    let Some(sip) = exchange.sip() else { return };
    for name in names {
        let Some(mut turn) = exchange.waiting_messages().begin_turn(&name) else { continue };
        loop {
            hand_over(&exchange, sip, &name).await;
            if !turn.goes_on() {
                break;
            }
        }
    }
}

async fn hand_over(exchange: &Exchange, sip: &SipTechnology, receiver: &str) {
    while let Some((id, resource, text)) = exchange.waiting_messages().next(receiver).await {
        match sip.send_message(&resource, &text).await {
            Err(error) if error.is_passing() => break,
            Ok(()) => {}
            Err(error) => tracing::warn!(%receiver, "a message that waited is dropped: {error}"),
        }
        exchange.waiting_messages().remove(id).await;
    }
}
