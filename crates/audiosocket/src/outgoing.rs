use alloc::vec::Vec;

use crate::{Message, MessageError};

/// Messages that wait for the stream to take them, within a bound.
///
/// A message that has no room is left out as a whole: what was begun goes on, so that the stream stays one of messages.
#[derive(Debug)]
pub struct Outgoing {
    octets: Vec<u8>,
    /// Octets of them that were sent.
    sent: usize,
    bound: usize,
    left_out: u64,
}

impl Outgoing {
    /// Keeps so many octets at most.
    pub fn new(bound: usize) -> Self {
        Self { octets: Vec::new(), sent: 0, bound, left_out: 0 }
    }

    /// Adds a message at the end. `false`: there was no room.
    ///
    /// # Errors
    /// As [`Message::write`].
    pub fn push(&mut self, message: &Message<'_>) -> Result<bool, MessageError> {
        if self.waiting().len() + message.length() > self.bound {
            self.left_out += 1;
            return Ok(false);
        }
        self.octets.drain(..self.sent);
        self.sent = 0;
        message.write(&mut self.octets)?;
        Ok(true)
    }

    /// What is to be sent.
    pub fn waiting(&self) -> &[u8] {
        self.octets.get(self.sent..).unwrap_or_default()
    }

    /// So many octets of it were sent.
    pub fn sent(&mut self, count: usize) {
        self.sent = (self.sent + count).min(self.octets.len());
    }

    /// Messages that had no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_not_read_stays_within_its_bound() {
        let mut outgoing = Outgoing::new(1_000);
        let sound = Message::Sound { rate: 8_000, samples: &[3; 320] };
        for n in 0..10 {
            assert_eq!(outgoing.push(&sound), Ok(n < 3), "{n}");
        }
        assert_eq!((outgoing.waiting().len(), outgoing.left_out()), (969, 7));
        outgoing.sent(400);
        assert_eq!(outgoing.push(&sound), Ok(true));
        assert_eq!(outgoing.waiting().len(), 892);
        // It goes on in the midst of the second message, and is whole from there.
        let rest = &outgoing.waiting()[246..];
        assert_eq!(Message::read(rest), Ok(Some((sound, 323))));
        outgoing.sent(5_000);
        assert!(outgoing.waiting().is_empty());
    }
}
