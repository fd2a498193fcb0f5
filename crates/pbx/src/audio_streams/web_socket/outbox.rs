//! What waits to be sent to a program.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use media_websocket::{ControlFormat, Event};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::MediaSocket;

/// Frames that wait for a program that reads slowly. More are left out, for late sound is worth nothing.
const MOST_SOUND: usize = 25;

/// Events that wait. A program that leaves more unread reads nothing at all.
const MOST_EVENTS: usize = 4_000;

/// How long a program may leave a message unread.
const WRITE_WITHIN: Duration = Duration::from_secs(30);

/// Sound and events in the order in which they are sent.
pub(super) struct Outbox {
    format: ControlFormat,
    channel_id: String,
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    messages: VecDeque<Message>,
    sound: usize,
    is_muted: bool,
    overflowed: bool,
}

impl Outbox {
    pub(super) fn new(format: ControlFormat, channel_id: &str) -> Self {
        let (waiting, bell) = Default::default();
        Self { format, channel_id: channel_id.to_owned(), waiting, bell }
    }

    /// An event waits for its turn.
    pub(super) fn tell(&self, event: &Event) {
        let mut waiting = self.waiting();
        if waiting.messages.len() - waiting.sound >= MOST_EVENTS {
            waiting.overflowed = true;
        } else {
            waiting.messages.push_back(Message::text(event.write(self.format, &self.channel_id)));
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Sound waits for its turn, unless too much does already.
    pub(super) fn sound(&self, octets: &[u8]) {
        let mut waiting = self.waiting();
        if waiting.is_muted || waiting.sound >= MOST_SOUND {
            return;
        }
        waiting.sound += 1;
        waiting.messages.push_back(Message::binary(octets.to_vec()));
        drop(waiting);
        self.bell.notify_one();
    }

    /// Sends no sound from now on, or sends it again.
    pub(super) fn mute(&self, muted: bool) {
        self.waiting().is_muted = muted;
    }

    /// Ends the connection once the events that wait have been sent; sound is left out.
    pub(super) fn close(&self, frame: CloseFrame) {
        let mut waiting = self.waiting();
        waiting.messages.retain(|message| !message.is_binary());
        (waiting.sound, waiting.is_muted) = (0, true);
        waiting.messages.push_back(Message::Close(Some(frame)));
        drop(waiting);
        self.bell.notify_one();
    }

    /// Sends what waits, until the connection is closed.
    pub(super) async fn send_to(
        &self,
        mut program: SplitSink<MediaSocket, Message>,
    ) -> Result<(), SendError> {
        loop {
            let Some(message) = self.take()? else {
                self.bell.notified().await;
                continue;
            };
            let is_last = message.is_close();
            timeout(WRITE_WITHIN, program.send(message)).await.map_err(|_| SendError::NotRead)??;
            if is_last {
                return Ok(());
            }
        }
    }

    fn take(&self) -> Result<Option<Message>, SendError> {
        let mut waiting = self.waiting();
        if waiting.overflowed {
            return Err(SendError::NotRead);
        }
        let message = waiting.messages.pop_front();
        waiting.sound -= usize::from(message.as_ref().is_some_and(Message::is_binary));
        Ok(message)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing can be sent any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("it reads nothing")]
    NotRead,
    #[error(transparent)]
    Socket(#[from] Error),
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    use super::*;

    fn all(outbox: &Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.take().unwrap())
            .map(|message| match message {
                Message::Text(text) => text.to_string(),
                Message::Binary(octets) => format!("sound {octets:?}"),
                other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
            })
            .collect()
    }

    #[test]
    fn what_waits_goes_in_its_order_and_late_sound_is_left_out() {
        let outbox = Outbox::new(ControlFormat::PlainText, "1.1");
        outbox.tell(&Event::MediaXoff);
        for n in 0..100 {
            outbox.sound(&[n]);
        }
        outbox.tell(&Event::MediaXon);
        let sent = all(&outbox);
        assert_eq!(
            (sent.len(), sent[0].as_str(), sent[1].as_str()),
            (MOST_SOUND + 2, "MEDIA_XOFF", "sound b\"\\0\"")
        );
        assert_eq!(sent[MOST_SOUND + 1], "MEDIA_XON");
        outbox.mute(true);
        outbox.sound(&[1]);
        assert!(all(&outbox).is_empty());
        outbox.mute(false);
        outbox.sound(&[1]);
        outbox.tell(&Event::QueueDrained);
        outbox.close(CloseFrame { code: CloseCode::Normal, reason: "".into() });
        assert_eq!(all(&outbox), ["QUEUE_DRAINED", "Close"]);
    }

    #[test]
    fn who_reads_nothing_is_given_up() {
        let outbox = Outbox::new(ControlFormat::Json, "1.1");
        for _ in 0..MOST_EVENTS {
            outbox.tell(&Event::QueueDrained);
        }
        assert!(outbox.take().is_ok());
        outbox.tell(&Event::QueueDrained);
        outbox.tell(&Event::QueueDrained);
        assert!(matches!(outbox.take(), Err(SendError::NotRead)));
    }
}
