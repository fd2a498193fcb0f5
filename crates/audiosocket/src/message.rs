use alloc::vec::Vec;

use thiserror::Error;

use crate::CallIdentifier;

/// Octets in front of each payload.
pub(crate) const HEAD: usize = 3;

const TERMINATE: u8 = 0x00;
const IDENTIFIER: u8 = 0x01;
const KEY: u8 = 0x03;
const SOUND: u8 = 0x10;
const FAILURE: u8 = 0xff;

/// Samples a second of the kinds 0x10, 0x11, … 0x18.
pub const RATES: [u32; 9] = [8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];

/// One message of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// It is over. The sender closes the stream.
    Terminate,
    /// Which call it is: the first message of the exchange.
    Identifier(CallIdentifier),
    /// A key, as a character.
    Key(u8),
    /// Sound of one channel.
    Sound {
        /// Samples a second, one of [`RATES`].
        rate: u32,
        /// Its samples, 16 bits with a sign, the low octet first: [`samples`] reads them. Whole ones only.
        samples: &'a [u8],
    },
    /// Something went wrong with the sender; what the octets say is its own affair.
    Failure(&'a [u8]),
    /// A kind that nobody knows, to be passed over.
    Unknown {
        /// Its first octet.
        kind: u8,
        /// What it says.
        payload: &'a [u8],
    },
}

/// A message that makes no sense. The stream cannot be trusted from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    /// An identifier that has not 16 octets.
    #[error("an identifier of {0} octets in place of 16")]
    Identifier(usize),
    /// A key that is not one octet.
    #[error("a key of {0} octets in place of one")]
    Key(usize),
    /// Half a sample.
    #[error("sound of {0} octets, which is an odd number")]
    HalfSample(usize),
    /// More than a message can hold.
    #[error("a payload of {0} octets; a message holds 65535")]
    TooLong(usize),
    /// A rate that there is no kind for.
    #[error("sound of {0} Hz; there are 8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000 and 192000")]
    Rate(u32),
}

impl<'a> Message<'a> {
    /// The message at the beginning of `octets`, and how many of them it has; `None` where it is not whole yet.
    ///
    /// # Errors
    /// [`MessageError`] where its length does not suit its kind.
    pub fn read(octets: &'a [u8]) -> Result<Option<(Self, usize)>, MessageError> {
        let Some((&[kind, high, low], rest)) = octets.split_first_chunk::<HEAD>() else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        Ok(Some((Self::of(kind, payload)?, HEAD + length)))
    }

    fn of(kind: u8, payload: &'a [u8]) -> Result<Self, MessageError> {
        let length = payload.len();
        Ok(match (kind, payload) {
            (TERMINATE, _) => Self::Terminate,
            (IDENTIFIER, _) => {
                let octets = payload.try_into().map_err(|_| MessageError::Identifier(length))?;
                Self::Identifier(CallIdentifier(octets))
            }
            (KEY, [key]) => Self::Key(*key),
            (KEY, _) => return Err(MessageError::Key(length)),
            (FAILURE, _) => Self::Failure(payload),
            _ => match kind.checked_sub(SOUND).and_then(|n| RATES.get(usize::from(n))) {
                Some(_) if length % 2 == 1 => return Err(MessageError::HalfSample(length)),
                Some(rate) => Self::Sound { rate: *rate, samples: payload },
                None => Self::Unknown { kind, payload },
            },
        })
    }

    /// Adds it to `octets`.
    ///
    /// # Errors
    /// [`MessageError`] for what cannot be said: then nothing is added.
    pub fn write(&self, octets: &mut Vec<u8>) -> Result<(), MessageError> {
        let key;
        let (kind, payload) = match self {
            Self::Terminate => (TERMINATE, &[][..]),
            Self::Identifier(identifier) => (IDENTIFIER, &identifier.0[..]),
            Self::Key(octet) => {
                key = [*octet];
                (KEY, &key[..])
            }
            Self::Sound { rate, samples } => {
                let place = RATES.iter().position(|known| known == rate).ok_or(MessageError::Rate(*rate))?;
                if samples.len() % 2 == 1 {
                    return Err(MessageError::HalfSample(samples.len()));
                }
                // There are nine of them.
                (SOUND + place as u8, *samples)
            }
            Self::Failure(payload) => (FAILURE, *payload),
            Self::Unknown { kind, payload } => (*kind, *payload),
        };
        let length = u16::try_from(payload.len()).map_err(|_| MessageError::TooLong(payload.len()))?;
        octets.push(kind);
        octets.extend_from_slice(&length.to_be_bytes());
        octets.extend_from_slice(payload);
        Ok(())
    }

    /// Octets that it has when it is written.
    pub fn length(&self) -> usize {
        HEAD + match self {
            Self::Terminate => 0,
            Self::Identifier(_) => 16,
            Self::Key(_) => 1,
            Self::Sound { samples, .. } => samples.len(),
            Self::Failure(payload) | Self::Unknown { payload, .. } => payload.len(),
        }
    }
}

/// The samples of [`Message::Sound`].
pub fn samples(octets: &[u8]) -> impl Iterator<Item = i16> + '_ {
    octets.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_is_read() {
        let read = |octets: &'static [u8]| Message::read(octets);
        assert_eq!(read(&[0, 0, 0]), Ok(Some((Message::Terminate, 3))));
        assert_eq!(read(&[3, 0, 1, b'#', 9]), Ok(Some((Message::Key(b'#'), 4))));
        assert_eq!(read(&[0xff, 0, 1, 2]), Ok(Some((Message::Failure(&[2]), 4))));
        assert_eq!(read(&[0x20, 0, 0]), Ok(Some((Message::Unknown { kind: 0x20, payload: &[] }, 3))));
        let wide = Message::Sound { rate: 192_000, samples: &[1, 2] };
        assert_eq!(read(&[0x18, 0, 2, 1, 2]), Ok(Some((wide, 5))));
        assert_eq!(read(&[0x19, 0, 0]), Ok(Some((Message::Unknown { kind: 0x19, payload: &[] }, 3))));
        for part in [&[][..], &[0x10], &[0x10, 0], &[0x10, 0, 2], &[0x10, 0, 2, 1]] {
            assert_eq!(Message::read(part), Ok(None));
        }
    }

    #[test]
    fn what_has_the_wrong_length_is_refused() {
        assert_eq!(Message::read(&[1, 0, 1, 7]), Err(MessageError::Identifier(1)));
        assert_eq!(Message::read(&[3, 0, 0]), Err(MessageError::Key(0)));
        assert_eq!(Message::read(&[0x10, 0, 1, 7]), Err(MessageError::HalfSample(1)));
        let mut octets = Vec::new();
        let long = vec![0; 65_536];
        assert_eq!(Message::Failure(&long).write(&mut octets), Err(MessageError::TooLong(65_536)));
        let odd = Message::Sound { rate: 11_025, samples: &[] };
        assert_eq!(odd.write(&mut octets), Err(MessageError::Rate(11_025)));
        assert!(octets.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(kind: u8, payload in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut octets = vec![kind, 0, 0];
            octets[1..3].copy_from_slice(&(payload.len() as u16).to_be_bytes());
            octets.extend(&payload);
            let Ok(Some((message, length))) = Message::read(&octets) else { return Ok(()) };
            prop_assert_eq!(length, octets.len());
            let mut again = Vec::new();
            message.write(&mut again).unwrap();
            prop_assert_eq!(message.length(), again.len());
            prop_assert_eq!(Message::read(&again), Ok(Some((message, again.len()))));
        }
    }
}
