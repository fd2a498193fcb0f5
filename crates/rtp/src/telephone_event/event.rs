use super::Digit;

/// Why octets were refused as a telephone event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// Fewer octets than one event has.
    #[error("{0} octets are too few for a telephone event of 4")]
    TooShort(usize),
}

/// The payload of a telephone event (RFC 4733 §2.3).
///
/// ```text
///  0                   1                   2                   3
/// |     event     |E|R| volume    |          duration             |
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Which event: 0 to 15 are the digits.
    pub code: u8,
    /// The event is over, and `duration` is all of it.
    pub end: bool,
    /// How loud the tone was, in decibels under 0 dBm0: 0 to 63, of which 0 to 36 must be heard (§2.3.4).
    pub volume: u8,
    /// How long it has lasted since its timestamp, in ticks of the payload's clock.
    pub duration: u16,
}

impl Event {
    /// Octets of the payload.
    pub const LENGTH: usize = 4;

    /// Reads a payload. What follows the first event in it is left alone.
    ///
    /// ```
    /// use rtp::telephone_event::{Digit, Event};
    ///
    /// let event = Event::parse(&[5, 0x8A, 0x03, 0x20])?;
    /// assert_eq!(event, Event { code: 5, end: true, volume: 10, duration: 800 });
    /// assert_eq!(event.digit(), Some(Digit::Five));
    /// # Ok::<(), rtp::telephone_event::EventError>(())
    /// ```
    ///
    /// # Errors
    /// [`EventError::TooShort`] for less than four octets.
    pub fn parse(payload: &[u8]) -> Result<Self, EventError> {
        let Some(&[code, flags, high, low]) = payload.first_chunk() else {
            return Err(EventError::TooShort(payload.len()));
        };
        let duration = u16::from_be_bytes([high, low]);
        Ok(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3F, duration })
    }

    /// The payload as it goes on the wire.
    pub const fn to_bytes(self) -> [u8; Self::LENGTH] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, ((self.end as u8) << 7) | (self.volume & 0x3F), high, low]
    }

    /// Writes the payload at the start of `octets` and returns its length; 0, and nothing written, where it does not
    /// fit.
    pub fn write(self, octets: &mut [u8]) -> usize {
        match octets.first_chunk_mut() {
            Some(place) => {
                *place = self.to_bytes();
                Self::LENGTH
            }
            None => 0,
        }
    }

    /// The digit, where the event is one.
    pub fn digit(self) -> Option<Digit> {
        Digit::from_code(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, EventError};

    #[test]
    fn every_payload_comes_back_without_its_reserved_bit() {
        for first in 0..=255 {
            for second in 0..=255 {
                let event = Event::parse(&[first, second, first ^ 0x5A, second]).unwrap();
                assert_eq!(event.to_bytes(), [first, second & 0xBF, first ^ 0x5A, second]);
            }
        }
    }

    #[test]
    fn three_octets_are_too_few() {
        assert_eq!(Event::parse(&[1, 2, 3]), Err(EventError::TooShort(3)));
        assert_eq!(Event { code: 0, end: false, volume: 0, duration: 0 }.write(&mut [0; 3]), 0);
    }
}
