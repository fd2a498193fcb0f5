//! baresip's control port: JSON in netstrings, commands one way, replies and events the other.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Outcome;
use super::wait::{PATIENCE, until};

/// Longest netstring that is believed.
const LONGEST: usize = 1 << 20;

/// A connection to one phone.
pub(crate) struct Control {
    stream: TcpStream,
    inbox: Arc<Inbox>,
    commands: u64,
}

/// What the phone has said and nobody has taken yet.
#[derive(Default)]
struct Inbox {
    values: Mutex<Vec<Value>>,
    arrived: Condvar,
}

/// Something that happened at the phone.
#[derive(Debug)]
pub(crate) struct Event {
    /// Its parameter: the reason why a call closed, for one.
    pub(crate) param: String,
}

impl Control {
    /// Connects; the phone may still be starting.
    pub(crate) fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = until("the phone's control port", || Ok(TcpStream::connect(address).ok()))?;
        let inbox = Arc::new(Inbox::default());
        let (reader, sink) = (stream.try_clone()?, inbox.clone());
        std::thread::spawn(move || read_all(reader, &sink));
        Ok(Self { stream, inbox, commands: 0 })
    }

    /// Sends a command and returns what the phone says to it.
    pub(crate) fn command(&mut self, command: &str, params: &str) -> Outcome<String> {
        let refused = |said| format!("the phone refused '{command}': {said}").into();
        self.ask(command, params)?.map_err(refused)
    }

    /// The same; what it refuses is not the end of the test.
    pub(crate) fn ask(&mut self, command: &str, params: &str) -> Outcome<Result<String, String>> {
        self.commands += 1;
        let token = self.commands.to_string();
        let text = json!({ "command": command, "params": params, "token": token }).to_string();
        self.stream.write_all(format!("{}:{text},", text.len()).as_bytes())?;
        let reply = self.take(&format!("the reply to '{command}'"), PATIENCE, |value| {
            value["response"] == true && value["token"] == token.as_str()
        })?;
        let data = reply["data"].as_str().unwrap_or_default().to_owned();
        Ok(if reply["ok"] == true { Ok(data) } else { Err(data) })
    }

    /// Waits for the next event of this type.
    pub(crate) fn event(&self, kind: &str) -> Outcome<Event> {
        self.event_within(PATIENCE, kind)
    }

    /// [`event`](Self::event), with another bound.
    pub(crate) fn event_within(&self, bound: Duration, kind: &str) -> Outcome<Event> {
        let value = self.take(kind, bound, |value| value["event"] == true && value["type"] == kind)?;
        Ok(Event { param: value["param"].as_str().unwrap_or_default().to_owned() })
    }

    fn take(&self, what: &str, bound: Duration, wanted: impl Fn(&Value) -> bool) -> Outcome<Value> {
        let deadline = Instant::now() + bound;
        let mut values = self.inbox.values.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(at) = values.iter().position(&wanted) {
                return Ok(values.remove(at));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(
                    format!("waited {} s in vain for {what} from the phone", bound.as_secs_f32()).into()
                );
            }
            let waited = self.inbox.arrived.wait_timeout(values, left);
            values = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }
}

/// Cuts the stream into netstrings until it ends.
fn read_all(mut stream: TcpStream, inbox: &Inbox) {
    let (mut buffer, mut chunk) = (Vec::new(), [0; 4_096]);
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        buffer.extend_from_slice(&chunk[..count]);
        while let Some((text, length)) = netstring(&buffer) {
            if let Ok(value) = serde_json::from_slice(text) {
                inbox.values.lock().unwrap_or_else(PoisonError::into_inner).push(value);
                inbox.arrived.notify_all();
            }
            buffer.drain(..length);
        }
    }
}

/// The first whole netstring, and the octets that it takes.
fn netstring(buffer: &[u8]) -> Option<(&[u8], usize)> {
    let colon = buffer.iter().position(|b| *b == b':')?;
    let length: usize = std::str::from_utf8(&buffer[..colon]).ok()?.parse().ok().filter(|n| *n < LONGEST)?;
    let text = buffer.get(colon + 1..colon + 1 + length)?;
    buffer.get(colon + 1 + length).map(|_comma| (text, colon + length + 2))
}
