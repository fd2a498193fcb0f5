//! What the caller says, handed to a program as it comes.
//!
//! A tap of the leg is read by a task, which writes to a pipe. A program that does not read holds nobody up: what the pipe
//! does not take waits in a queue with a bound, whose oldest audio is dropped and counted.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use call_control::{CallError, Listener};
use thiserror::Error;
use tokio::net::unix::pipe;
use tokio::task::AbortHandle;

use crate::dialplan::DialplanChannel;

/// The variable that names another format.
const FORMAT: &str = "EAGI_AUDIO_FORMAT";

/// Octets that wait for a program which does not read, beyond what its pipe holds (64 KiB): four seconds at 8 kHz.
const MOST_WAITING: usize = 64 * 1024;

/// Octets that a pipe takes whole or not at all (`PIPE_BUF`), so that no sample is cut.
const PIECE: usize = 4_096;

/// Samples a second of narrow-band formats.
const NARROW: u32 = 8_000;

/// How audio is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// 16 bits, little-endian, at so many samples a second.
    Linear(u32),
    Ulaw,
    Alaw,
}

impl Format {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "slin" | "slin8" => Self::Linear(NARROW),
            "slin12" => Self::Linear(12_000),
            "slin16" => Self::Linear(16_000),
            "slin24" => Self::Linear(24_000),
            "slin32" => Self::Linear(32_000),
            "slin44" => Self::Linear(44_100),
            "slin48" => Self::Linear(48_000),
            "ulaw" => Self::Ulaw,
            "alaw" => Self::Alaw,
            _ => return None,
        })
    }

    const fn rate(self) -> u32 {
        match self {
            Self::Linear(rate) => rate,
            Self::Ulaw | Self::Alaw => NARROW,
        }
    }

    const fn octets_of_a_sample(self) -> usize {
        match self {
            Self::Linear(_) => 2,
            Self::Ulaw | Self::Alaw => 1,
        }
    }

    fn write(self, samples: &[i16], to: &mut VecDeque<u8>) {
        match self {
            Self::Linear(_) => to.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
            Self::Ulaw | Self::Alaw => {
                let encode = if self == Self::Ulaw { g711::ulaw::encode } else { g711::alaw::encode };
                let mut octets = [0; PIECE];
                for piece in samples.chunks(PIECE) {
                    let count = encode(piece, &mut octets);
                    to.extend(octets.iter().take(count));
                }
            }
        }
    }
}

/// Why a program gets no audio.
#[derive(Debug, Error)]
pub(super) enum AudioError {
    #[error("the channel has no audio to hand on: {0}")]
    Channel(#[from] CallError),
    #[error("no pipe for the caller's audio: {0}")]
    Pipe(#[from] io::Error),
}

/// Audio on its way to a program, until this is dropped.
pub(super) struct CallerAudio {
    task: AbortHandle,
    dropped: Arc<AtomicU64>,
    octets_a_second: u64,
}

/// Begins it: what keeps it going, and the end that the program reads.
pub(super) fn begin(channel: &DialplanChannel) -> Result<(CallerAudio, OwnedFd), AudioError> {
    let named = channel.call.variable(FORMAT).filter(|name| !name.is_empty());
    let format = named.as_deref().map_or(Some(Format::Linear(NARROW)), Format::parse).unwrap_or_else(|| {
        let name = named.as_deref().unwrap_or_default();
        channel.warning(format!("{FORMAT}={name}: name slin, slin12 to slin48, ulaw or alaw; slin is taken"));
        Format::Linear(NARROW)
    });
    let listener = channel.call.listen_at(format.rate())?;
    let (reader, writer) = io::pipe()?;
    let writer = pipe::Sender::from_owned_fd(writer.into())?;
    let dropped = Arc::new(AtomicU64::new(0));
    let task = tokio::spawn(hand_on(listener, writer, format, dropped.clone())).abort_handle();
    let octets_a_second = u64::from(format.rate()) * format.octets_of_a_sample() as u64;
    Ok((CallerAudio { task, dropped, octets_a_second }, reader.into()))
}

impl CallerAudio {
    /// Ends it; how much of it was dropped because the program did not read.
    pub(super) fn end(self) -> Duration {
        let milliseconds = self.dropped.load(Relaxed).saturating_mul(1_000) / self.octets_a_second;
        Duration::from_millis(milliseconds)
    }
}

impl Drop for CallerAudio {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Until the caller hangs up, or the program closes its end.
async fn hand_on(mut listener: Listener, pipe: pipe::Sender, format: Format, dropped: Arc<AtomicU64>) {
    let mut waiting = VecDeque::new();
    while let Ok(said) = listener.hear().await {
        format.write(said, &mut waiting);
        loop {
            let piece = waiting.make_contiguous();
            let piece = piece.get(..PIECE).unwrap_or(piece);
            if piece.is_empty() {
                break;
            }
            match pipe.try_write(piece) {
                Ok(count) => drop(waiting.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return,
            }
        }
        dropped.fetch_add(shed(&mut waiting), Relaxed);
    }
}

/// Drops the oldest of what is too much, in whole samples; how many octets they were.
fn shed(waiting: &mut VecDeque<u8>) -> u64 {
    let excess = waiting.len().saturating_sub(MOST_WAITING).next_multiple_of(2).min(waiting.len());
    drop(waiting.drain(..excess));
    excess as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named_as_in_asterisk() {
        assert_eq!(Format::parse("slin16"), Some(Format::Linear(16_000)));
        assert_eq!(Format::parse("ULAW").map(Format::rate), Some(8_000));
        assert_eq!(Format::parse("g729"), None);
    }

    #[test]
    fn samples_are_little_endian_or_one_octet_each() {
        let mut octets = VecDeque::new();
        Format::Linear(8_000).write(&[1, -2], &mut octets);
        assert_eq!(octets, [1, 0, 0xfe, 0xff]);
        octets.clear();
        Format::Ulaw.write(&[0; 5_000], &mut octets);
        assert_eq!((octets.len(), octets.front()), (5_000, Some(&0xff)));
        octets.clear();
        Format::Alaw.write(&[0], &mut octets);
        assert_eq!(octets, [0xd5]);
    }

    #[test]
    fn who_does_not_read_loses_the_oldest_samples() {
        let mut waiting: VecDeque<u8> = (0..MOST_WAITING).map(|at| at as u8).collect();
        assert_eq!(shed(&mut waiting), 0);
        waiting.extend([7, 8, 9]);
        assert_eq!(shed(&mut waiting), 4);
        assert_eq!((waiting.len(), waiting.front(), waiting.back()), (MOST_WAITING - 1, Some(&4), Some(&9)));
        assert_eq!(shed(&mut VecDeque::new()), 0);
    }
}
