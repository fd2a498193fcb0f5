//! A call and its program, joined.

use std::pin::pin;
use std::time::Duration;

use call_control::{Call, CallError, Listener};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use media_websocket::{Command, CommandError, ControlFormat, Direction, Event, MediaQueue, MediaStart};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::MediaSocket;
use super::coder::{Coder, SoundFormat};
use super::outbox::Outbox;
use super::speech::Speech;

/// How often sound is given to the media plane.
const TURN: Duration = Duration::from_millis(20);

/// How long a program may take to take note of the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// What is agreed with a program.
pub(super) struct Session {
    pub(super) format: SoundFormat,
    pub(super) passes_through: bool,
    pub(super) control: ControlFormat,
    /// The call is answered as soon as the program is there.
    pub(super) answers: bool,
    pub(super) direction: Direction,
    /// What the program is told first.
    pub(super) start: MediaStart,
}

/// How a session ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SessionEnd {
    /// The party hung up.
    Party,
    /// The program asked for it, or has closed the connection.
    Program,
    /// The connection broke, or the program is not to be understood.
    Failed(String, Option<CloseCode>),
}

/// What is to be done beside the queue.
enum Asked {
    Nothing,
    Answer,
    Hangup,
}

impl Session {
    /// Joins the calling end of a call with its program, until either ends. The program is told so.
    pub(super) async fn serve(self, call: &Call, socket: MediaSocket) -> SessionEnd {
        let outbox = Outbox::new(self.control, &self.start.channel_id);
        let (sink, mut stream) = socket.split();
        let mut sending = pin!(outbox.send_to(sink));
        // Before any sound.
        outbox.tell(&Event::MediaStart(self.start.clone()));
        let end = {
            let mut talking = pin!(self.talk(call, &mut stream, &outbox));
            tokio::select! {
                biased;
                end = &mut talking => end,
                sent = &mut sending => match sent {
                    // Nobody has closed it yet.
                    Ok(()) => SessionEnd::Failed("the connection was closed".to_owned(), None),
                    Err(error) => SessionEnd::Failed(error.to_string(), None),
                },
            }
        };
        let code = match &end {
            SessionEnd::Party | SessionEnd::Program => CloseCode::Normal,
            SessionEnd::Failed(_, Some(code)) => *code,
            SessionEnd::Failed(_, None) => return end,
        };
        outbox.close(CloseFrame { code, reason: "".into() });
        let farewell = async {
            // A connection that is closed over unread octets is reset, and its last words may be lost.
            if sending.await.is_ok() {
                while let Some(Ok(_)) = stream.next().await {}
            }
        };
        // Who does not listen at the end need not know.
        let _ = timeout(FAREWELL, farewell).await;
        end
    }

    async fn talk(&self, call: &Call, stream: &mut SplitStream<MediaSocket>, outbox: &Outbox) -> SessionEnd {
        let mut queue = match self.format.frame().filter(|_| !self.passes_through) {
            Some(frame) => MediaQueue::framed(frame),
            None => MediaQueue::passthrough(),
        };
        queue.set_direction(self.direction);
        outbox.mute(self.direction == Direction::Out);
        if !self.answers
            && let Err(end) = self.wait_for_answer(call, stream, outbox, &mut queue).await
        {
            return end;
        }
        if call.answer().await.is_err() {
            return SessionEnd::Party;
        }
        let (speech, broadcast) = Speech::begin(call, queue, self.passes_through, self.format);
        let Ok(listener) = call.listen_at(self.format.rate()) else { return SessionEnd::Party };
        let heard = call.play_broadcast(&broadcast, |digit| {
            outbox.tell(&Event::DtmfEnd { digit });
            false
        });
        tokio::select! {
            biased;
            _ = heard => SessionEnd::Party,
            end = self.hear_program(speech, stream, outbox) => end,
            _ = self.tell_program(listener, outbox) => SessionEnd::Party,
        }
    }

    /// Lets what the program sends wait until it answers the call.
    async fn wait_for_answer(
        &self,
        call: &Call,
        stream: &mut SplitStream<MediaSocket>,
        outbox: &Outbox,
        queue: &mut MediaQueue,
    ) -> Result<(), SessionEnd> {
        loop {
            let came = tokio::select! {
                biased;
                _ = call.hung_up() => return Err(SessionEnd::Party),
                up = call.until_up() => return up.map_err(|_| SessionEnd::Party),
                came = stream.next() => came,
            };
            match understood(came)? {
                Message::Binary(octets) => queue.media(&octets),
                Message::Text(text) => {
                    let asked = self.obey(&text, outbox, |command| queue.command(command));
                    outbox.mute(queue.direction() == Direction::Out);
                    match asked {
                        Asked::Answer => return Ok(()),
                        Asked::Hangup => return Err(SessionEnd::Program),
                        Asked::Nothing => {}
                    }
                }
                _ => {}
            }
            while let Some(event) = queue.poll_event() {
                outbox.tell(&event);
            }
        }
    }

    /// Plays what the program sends, until its end.
    async fn hear_program(
        &self,
        mut speech: Speech,
        stream: &mut SplitStream<MediaSocket>,
        outbox: &Outbox,
    ) -> SessionEnd {
        let mut turns = interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let came = tokio::select! {
                _ = turns.tick() => None,
                came = stream.next() => Some(came),
            };
            let is_turn = came.is_none();
            match came.map(understood).transpose() {
                Ok(Some(Message::Binary(octets))) => speech.media(&octets),
                Ok(Some(Message::Text(text))) => {
                    let asked = self.obey(&text, outbox, |command| speech.command(command));
                    outbox.mute(speech.direction() == Direction::Out);
                    if matches!(asked, Asked::Hangup) {
                        return SessionEnd::Program;
                    }
                }
                Ok(_) => {}
                Err(end) => return end,
            }
            // What a command tells comes before what is heard next.
            while let Some(event) = speech.poll_event() {
                outbox.tell(&event);
            }
            speech.give(is_turn);
            while let Some(event) = speech.poll_event() {
                outbox.tell(&event);
            }
        }
    }

    /// Does what a text message asks for, as far as the queue goes. What cannot be done is told.
    fn obey<E: std::fmt::Display>(
        &self,
        text: &str,
        outbox: &Outbox,
        queue: impl FnOnce(&Command) -> Result<(), E>,
    ) -> Asked {
        let refuse = |text: String| {
            outbox.tell(&Event::Error { text });
            Asked::Nothing
        };
        let command = match Command::read(text, self.control) {
            Ok(command) => command,
            Err(error @ CommandError::NotJson) if Command::read(text, ControlFormat::PlainText).is_ok() => {
                return refuse(format!("{error}; f(plain-text) in Dial() takes lines of words"));
            }
            Err(error) => return refuse(error.to_string()),
        };
        match queue(&command) {
            Err(refusal) => refuse(refusal.to_string()),
            Ok(()) => match command {
                Command::Answer => Asked::Answer,
                Command::Hangup => Asked::Hangup,
                _ => Asked::Nothing,
            },
        }
    }

    /// Sends what the party says, until it hangs up.
    async fn tell_program(&self, mut listener: Listener, outbox: &Outbox) -> CallError {
        let (mut coder, mut said) = (Coder::new(self.format), Vec::new());
        let frame = self.format.samples();
        loop {
            match listener.hear().await {
                Ok(samples) => said.extend_from_slice(samples),
                Err(ended) => return ended,
            }
            let whole = said.len() - said.len() % frame;
            for samples in said.get(..whole).unwrap_or_default().chunks(frame) {
                outbox.sound(coder.encode(samples));
            }
            said.drain(..whole);
        }
    }
}

/// A message, or the end.
fn understood(came: Option<Result<Message, Error>>) -> Result<Message, SessionEnd> {
    match came {
        Some(Ok(Message::Close(_))) | None | Some(Err(Error::ConnectionClosed)) => Err(SessionEnd::Program),
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => {
            let code = match &error {
                Error::Capacity(_) => Some(CloseCode::Size),
                Error::Utf8(_) => Some(CloseCode::Invalid),
                Error::Protocol(_) => Some(CloseCode::Protocol),
                _ => None,
            };
            Err(SessionEnd::Failed(error.to_string(), code))
        }
    }
}
