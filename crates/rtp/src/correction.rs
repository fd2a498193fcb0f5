//! Forward error correction (RFC 5109, `ulpfec`): packets that add up others, so that one of those can be lost.
//!
//! Sums are made of headers, too. Whoever passes a stream on under other numbers, times and payload types has to tell the sums in
//! those: [`Correction::protected`] says which packets they are made of, and [`Correction::renumber`] writes them anew. Since a
//! sum is an exclusive or, what changes in it is the exclusive or of all that changes in those packets.

/// Octets of the header and of the first level, with a short mask (RFC 5109 §7.3, §7.4).
const SHORT: usize = 14;

/// The same with a long mask.
const LONG: usize = 18;

/// Why octets were refused as forward error correction (RFC 5109 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// The payload ends inside the header, or that of the first level.
    #[error("{0} octets are too few for forward error correction")]
    TooShort(usize),
    /// The extension flag is set, which means nothing so far.
    #[error("the header of forward error correction is extended")]
    Extended,
    /// It protects nothing.
    #[error("no packet is protected")]
    Nothing,
}

/// The header of a payload of forward error correction (RFC 5109 §7.3, §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The lowest number that may be protected.
    pub base: u16,
    /// The exclusive or of the payload types of all packets that are protected.
    pub payload_types: u8,
    /// The same of their timestamps.
    pub timestamps: u32,
    /// Bit 47 stands for `base`, the next lower ones for the numbers after it.
    mask: u64,
}

impl Correction {
    /// Reads the header of a payload.
    ///
    /// # Errors
    /// [`CorrectionError`] when it is too short, extended, or protects nothing.
    pub fn parse(payload: &[u8]) -> Result<Self, CorrectionError> {
        let too_short = CorrectionError::TooShort(payload.len());
        let head: &[u8; SHORT] = payload.first_chunk().ok_or(too_short)?;
        if head[0] & 0x80 != 0 {
            return Err(CorrectionError::Extended);
        }
        let short = u64::from(u16::from_be_bytes([head[12], head[13]])) << 32;
        let mask = match head[0] & 0x40 {
            0 => short,
            _ => {
                let head: &[u8; LONG] = payload.first_chunk().ok_or(too_short)?;
                short | u64::from(u32::from_be_bytes([head[14], head[15], head[16], head[17]]))
            }
        };
        if mask == 0 {
            return Err(CorrectionError::Nothing);
        }
        Ok(Self {
            base: u16::from_be_bytes([head[2], head[3]]),
            payload_types: head[1] & 0x7F,
            timestamps: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
            mask,
        })
    }

    /// The numbers of the packets that it protects.
    pub fn protected(&self) -> impl Iterator<Item = u16> + use<> {
        let Self { base, mask, .. } = *self;
        (0..48_u16).filter(move |bit| mask >> (47 - bit) & 1 == 1).map(move |bit| base.wrapping_add(bit))
    }

    /// Writes base, payload types and timestamps into the payload that this was read from; its mask stays.
    pub fn renumber(&self, payload: &mut [u8]) {
        let Some(head) = payload.first_chunk_mut::<8>() else { return };
        head[1] = head[1] & 0x80 | self.payload_types & 0x7F;
        head[2..4].copy_from_slice(&self.base.to_be_bytes());
        head[4..8].copy_from_slice(&self.timestamps.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{Correction, CorrectionError};

    #[test]
    fn the_example_of_the_rfc_is_read() {
        // RFC 5109 §10.2: A, B, C and D are packets 8 to 11, with marker 1, 0, 1, 0, and payload types 11, 18, 11, 18.
        let payload = [0, 11 ^ 18 ^ 11 ^ 18, 0, 8, 0, 0, 0, 3 ^ 5 ^ 7 ^ 9, 0x01, 0x74, 0x01, 0x54, 0xF0, 0];
        let correction = Correction::parse(&payload).unwrap();
        assert_eq!(correction.protected().collect::<Vec<_>>(), [8, 9, 10, 11]);
        assert_eq!((correction.payload_types, correction.timestamps), (0, 8));
    }

    #[test]
    fn long_masks_reach_48_packets() {
        let mut payload = [0; 18];
        (payload[0], payload[2], payload[3]) = (0x40, 0xFF, 0xF0);
        (payload[12], payload[17]) = (0x80, 0x01);
        let correction = Correction::parse(&payload).unwrap();
        assert_eq!(correction.protected().collect::<Vec<_>>(), [0xFFF0, 0x1F]);
        assert_eq!(Correction::parse(&payload[..17]), Err(CorrectionError::TooShort(17)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(Correction::parse(&[0; 13]), Err(CorrectionError::TooShort(13)));
        assert_eq!(Correction::parse(&[0; 14]), Err(CorrectionError::Nothing));
        assert_eq!(Correction::parse(&[0x80; 14]), Err(CorrectionError::Extended));
    }

    #[test]
    fn other_numbers_leave_the_rest_alone() {
        let mut payload = [0xAF; 20];
        payload[0] = 0x3F;
        let before = payload;
        let correction = Correction::parse(&payload).unwrap();
        correction.renumber(&mut payload);
        assert_eq!(payload, before);
        Correction { base: 1, payload_types: 2, timestamps: 3, ..correction }.renumber(&mut payload);
        assert_eq!(payload[..8], [0x3F, 0x82, 0, 1, 0, 0, 0, 3]);
        assert_eq!(payload[8..], before[8..]);
    }
}
