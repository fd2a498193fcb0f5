//! From an address to samples: fetched by a task, decoded by a thread, again and again.

use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use audio::{MusicReader, Resampler};
use call_control::{Feed, FeedWriter};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use tokio::sync::{mpsc, oneshot};

use super::address::StreamAddress;
use super::fetch::{Fetched, fetch};
use crate::music::Tell;
use crate::stir_shaken::WebAuthorities;

/// Samples a second that a stream is heard with.
const RATE: u32 = 48_000;

/// Sound that is kept between the stream and its listeners: what a server sends too late within it is not missed.
const QUEUE: Duration = Duration::from_secs(2);

/// Parts of the stream that wait to be decoded.
const PARTS: usize = 16;

/// The first wait before a stream is fetched again, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A stream that says nothing for so long has broken off.
const SILENCE: Duration = Duration::from_secs(15);

/// Attempts at a stream that was never heard.
const ATTEMPTS: u32 = 4;

/// A queue for what is received.
pub(super) fn feed() -> (FeedWriter, Feed) {
    Feed::new(RATE, QUEUE)
}

/// How a stream ended.
enum StreamEnd {
    /// It was heard to its end.
    Complete,
    /// It broke off; whether any of it was heard.
    Broken { heard: bool, problem: String },
    /// Nobody listens any more.
    Unheard,
}

/// Receives what is at an address until it is over or nobody listens.
pub(super) async fn receive(
    address: StreamAddress,
    writer: FeedWriter,
    authorities: Arc<WebAuthorities>,
    tell: Tell,
) {
    let writer = Arc::new(writer);
    let (mut wait, mut failed, mut was_heard) = (FIRST_WAIT, 0, false);
    while writer.is_heard() {
        match one(&address, &writer, &authorities).await {
            StreamEnd::Complete | StreamEnd::Unheard => return,
            StreamEnd::Broken { heard, problem } => {
                if heard {
                    (wait, failed, was_heard) = (FIRST_WAIT, 0, true);
                } else {
                    failed += 1;
                }
                if failed <= 1 {
                    tell(format!("the stream {problem}; it is fetched again"));
                }
                if failed >= ATTEMPTS && !was_heard {
                    return tell(format!("the stream {problem}; it is given up"));
                }
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What is at an address, once; the entries of a playlist one after the other.
async fn one(address: &StreamAddress, writer: &Arc<FeedWriter>, authorities: &WebAuthorities) -> StreamEnd {
    let broken = |problem: String| StreamEnd::Broken { heard: false, problem };
    match fetch(address, authorities).await {
        Ok(Fetched::Sound { body, finite }) => hear(address, body, finite, writer).await,
        Ok(Fetched::List(entries)) => {
            for entry in entries {
                let ended = match fetch(&entry, authorities).await {
                    Ok(Fetched::Sound { body, finite }) => hear(&entry, body, finite, writer).await,
                    Ok(Fetched::List(_)) => broken(format!("{entry} is a playlist in a playlist")),
                    Err(problem) => broken(problem),
                };
                match ended {
                    StreamEnd::Complete => {}
                    StreamEnd::Broken { heard: false, .. } => {}
                    other => return other,
                }
            }
            StreamEnd::Complete
        }
        Err(problem) => broken(problem),
    }
}

/// Lets a thread decode what comes.
async fn hear(
    address: &StreamAddress,
    mut body: Incoming,
    finite: bool,
    writer: &Arc<FeedWriter>,
) -> StreamEnd {
    let (parts, received) = mpsc::channel(PARTS);
    let (told, decoded) = oneshot::channel();
    let sink = writer.clone();
    let decode = move || drop(told.send(decode(Parts { received, rest: Bytes::new() }, &sink)));
    if let Err(error) = thread::Builder::new().name("radio".to_owned()).spawn(decode) {
        return StreamEnd::Broken { heard: false, problem: format!("{address}: {error}") };
    }
    let whole = loop {
        match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(None) => break true,
            Ok(Some(Ok(frame))) => {
                if let Ok(part) = frame.into_data()
                    && parts.send(part).await.is_err()
                {
                    break false;
                }
            }
            Ok(Some(Err(_))) | Err(_) => break false,
        }
    };
    drop(parts);
    let (heard, problem) = decoded.await.unwrap_or((false, None));
    if !writer.is_heard() {
        return StreamEnd::Unheard;
    }
    match (whole && finite && heard, problem) {
        (true, None) => StreamEnd::Complete,
        (_, Some(problem)) => StreamEnd::Broken { heard, problem: format!("{address}: {problem}") },
        (_, None) => StreamEnd::Broken { heard, problem: format!("{address} broke off") },
    }
}

/// Decodes a stream to its end. Says whether any of it was heard, and why not all of it.
fn decode(parts: Parts, writer: &FeedWriter) -> (bool, Option<String>) {
    let mut reader = match MusicReader::new(parts) {
        Ok(reader) => reader,
        Err(error) => return (false, Some(error.to_string())),
    };
    let (mut heard, mut resampler, mut resampled) = (false, None::<Resampler>, Vec::new());
    loop {
        let (samples, rate) = match reader.next_samples() {
            Ok(Some(next)) => next,
            Ok(None) => return (heard, None),
            Err(error) => return (heard, Some(error.to_string())),
        };
        let samples = if rate == RATE {
            samples
        } else {
            if resampler.as_ref().is_none_or(|resampler| resampler.from() != rate) {
                resampler = Resampler::new(rate, RATE).ok();
            }
            let Some(resampler) = &mut resampler else {
                return (heard, Some(format!("a rate of {rate} Hz cannot be played")));
            };
            resampled.resize(resampler.output_length(samples.len()), 0);
            let written = resampler.process(samples, &mut resampled).written;
            &resampled[..written]
        };
        heard |= !samples.is_empty();
        if !writer.write(samples) {
            return (heard, None);
        }
    }
}

/// The body of an answer, for a thread that waits for it.
struct Parts {
    received: mpsc::Receiver<Bytes>,
    rest: Bytes,
}

impl Read for Parts {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            match self.received.blocking_recv() {
                Some(part) => self.rest = part,
                None => return Ok(0),
            }
        }
        let count = out.len().min(self.rest.len());
        out[..count].copy_from_slice(&self.rest.split_to(count));
        Ok(count)
    }
}
