//! Digits that travel as packets, not as tones: `telephone-event` (RFC 4733).
//!
//! A phone sends a digit as a run of packets that all carry the timestamp of its start and a duration that grows, and
//! repeats the last one three times. [`EventReceiver`] makes of them one beginning and one end, whatever the network
//! loses, repeats or mixes up; [`EventSender`] makes the packets of a digit.
//!
//! ```
//! use std::time::Duration;
//! use rtp::telephone_event::{Digit, EventReceiver, EventReport, EventSender};
//!
//! // 100 ms of the digit 5, on a clock of 8 kHz, in a packet each 20 ms.
//! let mut sender = EventSender::new(Digit::Five, 800, 160);
//! let mut receiver = EventReceiver::new(8_000);
//! let mut heard = Vec::new();
//! let mut now = Duration::ZERO;
//! while let Some(packet) = sender.next() {
//!     let timestamp = 4_000 + packet.timestamp_offset;
//!     heard.extend(receiver.receive(timestamp, packet.marker, packet.event, now));
//!     now += Duration::from_millis(20);
//! }
//! assert_eq!(heard, [
//!     EventReport::Started { digit: Digit::Five },
//!     EventReport::Ended { digit: Digit::Five, duration: Duration::from_millis(100) },
//! ]);
//! ```

/// The sixteen digits.
mod digit;
/// The payload.
mod event;
/// From packets to digits.
mod receiver;
/// From digits to packets.
mod sender;

pub use digit::Digit;
pub use event::{Event, EventError};
pub use receiver::{EventReceiver, EventReport, EventReports};
pub use sender::{EventPacket, EventSender};
