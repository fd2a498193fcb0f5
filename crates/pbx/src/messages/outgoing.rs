//! Texts that go out, at once or when their receiver is back.

use std::sync::Arc;
use std::time::Duration;

use call_control::sip::SipTechnology;
use call_control::{MessageError, TextMessage};

use super::turns::Turn;
use super::waiting::receiver_of;
use crate::exchange::Exchange;

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The receiver has it.
    Delivered,
    /// The receiver is away; it gets the text when it registers again.
    Waits,
}

/// How long a phone may be silent until its text is put on the disk: the exchange may end before the phone speaks.
const PATIENCE: Duration = Duration::from_secs(1);

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
    let mut sending = Box::pin(sip.send_message(resource, &text));
    let kept = match tokio::time::timeout(PATIENCE, &mut sending).await {
        Ok(outcome) => return settle(exchange, resource, &text, outcome).await,
        Err(_) => Kept::begin(exchange, resource, &text).await,
    };
    let outcome = sending.await;
    match kept {
        None => settle(exchange, resource, &text, outcome).await,
        Some(kept) => kept.settle(exchange, outcome).await,
    }
}

/// What is done with a text that was sent with this outcome, and is not on the disk.
async fn settle(
    exchange: &Exchange,
    resource: &str,
    text: &TextMessage,
    outcome: Result<(), MessageError>,
) -> Result<Sent, MessageError> {
    match outcome {
        Ok(()) => Ok(Sent::Delivered),
        Err(error) if error.is_passing() => match exchange.waiting_messages().keep(resource, text).await {
            Ok(_) => Ok(Sent::Waits),
            Err(full) => Err(MessageError::Away(format!("{error}; and it is not kept: {full}"))),
        },
        Err(error) => Err(error),
    }
}

/// A text that is on the disk while a phone is awaited that has not taken it yet.
struct Kept {
    id: i64,
    turn: Turn,
}

impl Kept {
    /// `None` where it cannot be kept, or not by itself: other texts for that phone are on their way.
    async fn begin(exchange: &Exchange, resource: &str, text: &TextMessage) -> Option<Self> {
        let waiting = exchange.waiting_messages();
        let turn = waiting.begin_turn(receiver_of(resource))?;
        let id = waiting.keep(resource, text).await.ok()?;
        Some(Self { id, turn })
    }

    /// What is done with it now that there is an outcome. A phone that has registered meanwhile gets it at once.
    async fn settle(
        mut self,
        exchange: &Arc<Exchange>,
        outcome: Result<(), MessageError>,
    ) -> Result<Sent, MessageError> {
        let waits = outcome.as_ref().is_err_and(MessageError::is_passing);
        if !waits {
            exchange.waiting_messages().remove(self.id).await;
        }
        if self.turn.goes_on() {
            tokio::spawn(serve(exchange.clone(), self.turn));
        }
        if waits { Ok(Sent::Waits) } else { outcome.map(|()| Sent::Delivered) }
    }
}

/// An endpoint is back: it gets what waited for it.
pub(crate) async fn deliver_waiting(exchange: Arc<Exchange>, aor: String) {
    let names: Vec<String> =
        exchange.endpoints().with_aor(&aor).iter().map(|endpoint| endpoint.name.clone()).collect();
    for name in names {
        if let Some(turn) = exchange.waiting_messages().begin_turn(&name) {
            serve(exchange.clone(), turn).await;
        }
    }
}

/// Hands its texts to a receiver, oldest first, until one cannot be delivered; once more where it comes again meanwhile.
async fn serve(exchange: Arc<Exchange>, mut turn: Turn) {
    let Some(sip) = exchange.sip() else { return };
    loop {
        hand_over(&exchange, sip, turn.receiver()).await;
        if !turn.goes_on() {
            return;
        }
    }
}

async fn hand_over(exchange: &Exchange, sip: &SipTechnology, receiver: &str) {
    while let Some((id, resource, text)) = exchange.waiting_messages().next(receiver).await {
        match sip.send_message(&resource, &text).await {
            Err(error) if error.is_passing() => break,
            Ok(()) => {}
            Err(error) => tracing::error!(%receiver, "a message that waited is dropped: {error}"),
        }
        exchange.waiting_messages().remove(id).await;
    }
}
