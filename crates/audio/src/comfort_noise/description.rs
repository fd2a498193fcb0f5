/// Most reflection coefficients that are looked at; further ones of a payload are left out, as RFC 3389 §3.3 allows.
pub const MAX_ORDER: usize = 12;
/// Longest payload that is written.
const MAX_LENGTH: usize = 1 + MAX_ORDER;
/// What a coefficient of zero is written as (RFC 3389 §3.2).
const ZERO: f32 = 127.0;
/// A step of a coefficient (RFC 3389 §3.2).
const STEP: f32 = 258.0 / 32_768.0;

/// How loud a noise is, and how it is coloured: the payload of a packet of comfort noise (RFC 3389 §3).
///
/// ```
/// let description = audio::comfort_noise::Description::parse(&[40, 100, 127])?;
/// assert_eq!(description.level(), 40);
/// assert_eq!(description.coefficients().len(), 2);
/// assert_eq!(description.payload(), [40, 100, 127]);
/// # Ok::<(), audio::comfort_noise::EmptyPayload>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    octets: [u8; MAX_LENGTH],
    length: usize,
}

/// A packet of comfort noise without an octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a packet of comfort noise has no octet, where RFC 3389 asks for its level")]
pub struct EmptyPayload;

impl Description {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`EmptyPayload`]: all others have a meaning.
    pub fn parse(payload: &[u8]) -> Result<Description, EmptyPayload> {
        let length = payload.len().min(MAX_LENGTH);
        let mut octets = [0; MAX_LENGTH];
        octets[..length].copy_from_slice(&payload[..length]);
        // The highest bit of the level is reserved.
        octets[0] = payload.first().ok_or(EmptyPayload)? & 0x7f;
        Ok(Description { octets, length })
    }

    /// A noise of this level in −dBov (0 to 127) with these reflection coefficients, each between −1 and 1: the first
    /// [`MAX_ORDER`] of them. Noise that is louder at low frequencies has a negative first one.
    pub fn new(level: u8, coefficients: &[f32]) -> Description {
        let mut octets = [0; MAX_LENGTH];
        octets[0] = level.min(127);
        for (octet, coefficient) in octets[1..].iter_mut().zip(coefficients) {
            *octet = (coefficient / STEP + ZERO).round().clamp(0.0, 254.0) as u8;
        }
        Description { octets, length: 1 + coefficients.len().min(MAX_ORDER) }
    }

    /// The level in −dBov, 0 to 127: so many dB below a square wave of full scale.
    pub fn level(&self) -> u8 {
        self.octets[0]
    }

    /// The reflection coefficients, within −1 and 1.
    pub fn coefficients(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        // 255 is reserved, and taken for its neighbour.
        self.octets[1..self.length].iter().map(|&octet| STEP * (f32::from(octet.min(254)) - ZERO))
    }

    /// The octets of a packet.
    pub fn payload(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_read_and_written_alike() {
        for payload in [&[0_u8][..], &[127, 0, 254, 127], &[55; MAX_LENGTH]] {
            let description = Description::parse(payload).unwrap();
            assert_eq!(description.payload(), payload);
            let coefficients: Vec<f32> = description.coefficients().collect();
            assert!(coefficients.iter().all(|coefficient| coefficient.abs() < 1.0));
            assert_eq!(Description::new(description.level(), &coefficients), description);
        }
    }

    #[test]
    fn what_is_reserved_is_borne() {
        assert_eq!(Description::parse(&[]), Err(EmptyPayload));
        let odd = Description::parse(&[0xff; 40]).unwrap();
        assert_eq!((odd.level(), odd.coefficients().len()), (127, MAX_ORDER));
        assert!(odd.coefficients().all(|coefficient| coefficient < 1.0));
        assert_eq!(Description::new(200, &[7.0, f32::NAN, -7.0]).payload(), [127, 254, 0, 0]);
    }
}
