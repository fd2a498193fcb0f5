use alloc::boxed::Box;
use alloc::vec;

use crate::message::HEAD;
use crate::{Message, MessageError};

/// The longest message there is, and as much again, so that each can be read in one piece.
const ROOM: usize = 2 * (HEAD + u16::MAX as usize);

/// A stream that comes in parts, cut into messages. It takes no more memory than when it was made.
///
/// Put octets into [`space`](Incoming::space), say [how many](Incoming::arrived), and ask for messages until there is none.
#[derive(Debug)]
pub struct Incoming {
    octets: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Incoming {
    /// The beginning of a stream.
    pub fn new() -> Self {
        Self { octets: vec![0; ROOM].into(), start: 0, end: 0 }
    }

    /// Where the next octets go. It is never empty once [`next_message`](Incoming::next_message) has said `None`.
    pub fn space(&mut self) -> &mut [u8] {
        self.octets.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        self.octets.get_mut(self.end..).unwrap_or_default()
    }

    /// So many octets were put into [`space`](Incoming::space).
    pub fn arrived(&mut self, count: usize) {
        self.end = (self.end + count).min(self.octets.len());
    }

    /// The next message; `None` where it is not whole yet.
    ///
    /// # Errors
    /// [`MessageError`]: nothing that follows can be trusted.
    pub fn next_message(&mut self) -> Result<Option<Message<'_>>, MessageError> {
        let waiting = self.octets.get(self.start..self.end).unwrap_or_default();
        let Some((message, length)) = Message::read(waiting)? else { return Ok(None) };
        self.start += length;
        Ok(Some(message))
    }
}

impl Default for Incoming {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_of_any_size_give_the_same_messages(
            payloads in prop::collection::vec((any::<u8>(), 0..900_usize), 1..40),
            part in 1..4_000_usize,
        ) {
            let mut octets = Vec::new();
            for (octet, length) in &payloads {
                Message::Failure(&vec![*octet; *length]).write(&mut octets).unwrap();
            }
            let (mut stream, mut found) = (Incoming::new(), Vec::new());
            for part in octets.chunks(part) {
                stream.space()[..part.len()].copy_from_slice(part);
                stream.arrived(part.len());
                while let Some(message) = stream.next_message().unwrap() {
                    let Message::Failure(payload) = message else { panic!("{message:?}") };
                    found.push((payload.first().copied(), payload.len()));
                }
            }
            let sent = payloads.iter().map(|(octet, length)| ((*length > 0).then_some(*octet), *length));
            prop_assert_eq!(found, sent.collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_longest_message_has_room() {
        let mut octets = Vec::new();
        Message::Failure(&[7; 65_535]).write(&mut octets).unwrap();
        let mut stream = Incoming::new();
        for _ in 0..3 {
            for part in octets.chunks(1_460) {
                stream.space()[..part.len()].copy_from_slice(part);
                stream.arrived(part.len());
            }
            assert_eq!(stream.next_message(), Ok(Some(Message::Failure(&[7; 65_535]))));
            assert_eq!(stream.next_message(), Ok(None));
        }
    }
}
