//! The audio of one call over a WebSocket, as Asterisk's `chan_websocket` has it: for exchanges, and for programs that hear and speak.
//!
//! Binary messages are sound in the codec of the call and nothing else. Text messages are for control: the program sends commands, the
//! exchange tells events, in one of two [`ControlFormat`]s. The program may send sound as fast as it likes: the exchange cuts it into
//! frames and plays one after the other, and says when it has enough for now.
//!
//! - [`Command`] and [`Event`] are read and written by either side.
//! - [`MediaQueue`] is the exchange's side of what the program sends: it takes messages and commands, gives frames, and tells events.
//!
//! Nothing here knows a socket, a clock or a codec. The subprotocol of the WebSocket is [`SUBPROTOCOL`].
//!
//! ```
//! use media_websocket::{Command, ControlFormat, Event, MediaQueue};
//!
//! let format = ControlFormat::Json;
//! let mut queue = MediaQueue::framed(160);
//! queue.media(&[0xff; 320]);
//! let command = Command::read(r#"{"command": "MARK_MEDIA", "correlation_id": "greeting"}"#, format)?;
//! queue.command(&command)?;
//! assert_eq!(queue.next_frame().map(<[u8]>::len), Some(160));
//! assert_eq!(queue.next_frame().map(<[u8]>::len), Some(160));
//! assert_eq!(queue.poll_event(), None);
//! assert_eq!(queue.next_frame(), None);
//! let event = queue.poll_event().unwrap();
//! assert_eq!(event, Event::MediaMarkProcessed { correlation_id: Some("greeting".to_owned()) });
//! assert_eq!(event.write(ControlFormat::PlainText, "1763.1"), "MEDIA_MARK_PROCESSED greeting");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod command;
mod control_format;
mod event;
#[doc(hidden)]
pub mod fuzzing;
mod queue;

pub use command::{Command, CommandError, Direction};
pub use control_format::ControlFormat;
pub use event::{Event, EventError, MediaStart, Status};
pub use queue::{MediaQueue, Refusal};

/// The subprotocol (RFC 6455 section 1.9) that both sides name.
pub const SUBPROTOCOL: &str = "media";

/// Octets of the longest message that Asterisk takes. A longer one ends the connection there.
pub const LONGEST_MESSAGE: usize = 65_500;

/// Octets of the longest command that is read. Asterisk takes 127.
pub const LONGEST_COMMAND: usize = 1_024;

/// Frames that are kept at most once the program was told to stop.
pub const QUEUE_LIMIT: usize = 1_000;

/// So many frames, and the program is told to stop ([`Event::MediaXoff`]).
pub const XOFF_LEVEL: usize = 900;

/// Fewer frames than these, and it is told to go on ([`Event::MediaXon`]).
pub const XON_LEVEL: usize = 800;
