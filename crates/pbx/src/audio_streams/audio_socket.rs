//! One call over AudioSocket.

use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audiosocket::{CallIdentifier, Incoming, Message, MessageError, Outgoing};
use call_control::{Call, CallError, Listener, PlayEnd};
use media_bridge::Digit;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::connecting::connect;
use super::playout::Playout;

/// How long a server may take to accept the connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sound that waits for a server that is slow, in frames of 20 ms. More is left out, for late sound is worth nothing.
const WAITING: usize = 25;

/// Octets of a head and a frame of 20 ms.
const fn frame(rate: u32) -> usize {
    3 + rate as usize / 50 * 2
}

/// Keys that wait for their turn.
const KEYS: usize = 32;

/// How long a key of the server is pressed.
const PRESSED: Duration = Duration::from_millis(100);

/// Why a call cannot be joined with a server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AudioSocketError {
    /// Nobody accepts the connection.
    #[error("no AudioSocket server at {0}: {1}")]
    NoServer(String, std::io::Error),
    /// Nobody answers.
    #[error("no answer of {0} within {seconds} s", seconds = PATIENCE.as_secs())]
    NoAnswer(String),
}

/// How a call over AudioSocket ended, if not by the party.
#[derive(Debug)]
pub(crate) enum StreamEnd {
    /// The server has said that it is over, or closed the connection.
    Terminated,
    /// The connection broke, or the server is not to be understood.
    Failed(String),
}

/// A server that waits for a call.
pub(crate) struct AudioSocket {
    stream: TcpStream,
    outgoing: Mutex<Outgoing>,
    /// Samples a second of what the server hears.
    rate: u32,
}

impl AudioSocket {
    /// Connects with the server at `host:port`, which hears so many samples a second: one of [`audiosocket::RATES`].
    pub(crate) async fn connect(
        server: &str,
        identifier: CallIdentifier,
        rate: u32,
    ) -> Result<Self, AudioSocketError> {
        let stream = timeout(PATIENCE, connect(server)).await;
        let stream = stream.map_err(|_| AudioSocketError::NoAnswer(server.to_owned()))?;
        let stream = stream.map_err(|error| AudioSocketError::NoServer(server.to_owned(), error))?;
        let outgoing = Mutex::new(Outgoing::new(WAITING * frame(rate)));
        let socket = Self { stream, outgoing, rate };
        socket.push(&Message::Identifier(identifier));
        Ok(socket)
    }

    /// Joins a call with the server until either ends. What the server has sent before its end is heard.
    pub(crate) async fn serve(self, call: &Call) -> Result<StreamEnd, CallError> {
        let (playout, broadcast) = Playout::begin(call);
        let listener = call.listen_at(self.rate)?;
        let (keys, pressed) = mpsc::channel(KEYS);
        let heard = call.play_broadcast(&broadcast, |key| {
            // One too many is as good as not pressed.
            let _ = keys.try_send(key);
            false
        });
        tokio::pin!(heard);
        let end = tokio::select! {
            biased;
            heard = &mut heard => return heard.map(|_: PlayEnd| StreamEnd::Terminated),
            end = self.hear_server(call, playout) => end,
            end = self.tell_server(listener, pressed) => return end,
        };
        // The queue has no writer any more, and ends with what is in it.
        heard.await.map(|_| end)
    }

    /// Plays what the server sends, until its end.
    async fn hear_server(&self, call: &Call, mut playout: Playout) -> StreamEnd {
        let (mut incoming, mut samples) = (Incoming::new(), Vec::new());
        loop {
            if let Err(error) = self.stream.readable().await {
                return StreamEnd::Failed(error.to_string());
            }
            match self.stream.try_read(incoming.space()) {
                Ok(0) => return StreamEnd::Terminated,
                Ok(count) => incoming.arrived(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return StreamEnd::Failed(error.to_string()),
            }
            loop {
                match incoming.next_message() {
                    Ok(Some(Message::Sound { rate, samples: octets })) => {
                        samples.clear();
                        samples.extend(audiosocket::samples(octets));
                        playout.play(rate, &samples).await;
                    }
                    Ok(Some(Message::Key(key))) => press(call, key),
                    Ok(Some(Message::Terminate)) => return StreamEnd::Terminated,
                    Ok(Some(Message::Failure(code))) => {
                        return StreamEnd::Failed(format!("it reports the error {code:02x?}"));
                    }
                    Ok(Some(Message::Identifier(_) | Message::Unknown { .. })) => {}
                    Ok(None) => break,
                    Err(error) => return StreamEnd::Failed(not_understood(error)),
                }
            }
        }
    }

    /// Sends what the party says and presses.
    async fn tell_server(
        &self,
        mut listener: Listener,
        mut pressed: mpsc::Receiver<char>,
    ) -> Result<StreamEnd, CallError> {
        let mut octets = Vec::new();
        loop {
            octets.extend(listener.hear().await?.iter().flat_map(|sample| sample.to_le_bytes()));
            let whole = octets.len() - octets.len() % (frame(self.rate) - 3);
            for samples in octets.get(..whole).unwrap_or_default().chunks(frame(self.rate) - 3) {
                self.push(&Message::Sound { rate: self.rate, samples });
            }
            octets.drain(..whole);
            while let Ok(key) = pressed.try_recv() {
                self.push(&Message::Key(key as u8));
            }
            if let Err(error) = self.send() {
                return Ok(StreamEnd::Failed(error.to_string()));
            }
        }
    }

    fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: &Message<'_>) {
        // Messages of ours are never too long.
        if let Ok(false) = self.outgoing().push(message) {
            tracing::debug!("an AudioSocket server takes too little, and does not hear everything");
        }
    }

    /// Sends what waits, as far as the system takes it.
    fn send(&self) -> std::io::Result<()> {
        let mut outgoing = self.outgoing();
        while !outgoing.waiting().is_empty() {
            match self.stream.try_write(outgoing.waiting()) {
                Ok(count) => outgoing.sent(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Drop for AudioSocket {
    /// However the call ends, the server is told, unless it does not listen.
    fn drop(&mut self) {
        self.push(&Message::Terminate);
        let _ = self.send();
    }
}

/// Presses a key towards the party.
fn press(call: &Call, key: u8) {
    if let (Some(digit), Some(leg)) = (Digit::from_char(char::from(key).to_ascii_uppercase()), call.leg()) {
        leg.send_digit(digit, PRESSED);
    }
}

fn not_understood(error: MessageError) -> String {
    format!("it is not to be understood: {error}")
}

#[cfg(test)]
mod tests {
    use audiosocket::samples;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let problem =
            AudioSocket::connect(&free.to_string(), CallIdentifier([0; 16]), 8_000).await.err().unwrap();
        assert!(problem.to_string().contains(&free.to_string()), "{problem}");
    }

    #[tokio::test]
    async fn a_server_that_does_not_read_holds_up_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let socket = AudioSocket::connect(&address, CallIdentifier([7; 16]), 8_000).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        for _ in 0..100_000 {
            socket.push(&Message::Sound { rate: 8_000, samples: &[1; 320] });
            socket.send().unwrap();
        }
        assert!(socket.outgoing().left_out() > 80_000);
        // What it gets, late, is whole all the same.
        let reading = tokio::spawn(async move {
            let mut octets = Vec::new();
            server.read_to_end(&mut octets).await.map(|_| octets)
        });
        while !socket.outgoing().waiting().is_empty() {
            socket.stream.writable().await.unwrap();
            socket.send().unwrap();
        }
        drop(socket);
        let octets = reading.await.unwrap().unwrap();
        let (mut rest, mut last) = (&octets[..], None);
        while let Some((message, length)) = Message::read(rest).unwrap() {
            if let Message::Sound { samples: sound, .. } = message {
                assert!(samples(sound).all(|sample| sample == 0x0101));
            }
            (rest, last) = (&rest[length..], Some(message));
        }
        assert!(rest.is_empty() && last == Some(Message::Terminate));
    }

    #[tokio::test]
    async fn a_connection_that_is_closed_at_once_takes_what_comes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let socket = AudioSocket::connect(&address, CallIdentifier([7; 16]), 8_000).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        server.shutdown().await.unwrap();
        drop(server);
        drop(socket);
    }
}
