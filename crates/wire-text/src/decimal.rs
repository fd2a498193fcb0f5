//! Whole numbers.

use core::fmt;

/// The most digits of a number of 64 bits.
const MOST: usize = 20;

/// A number in decimal digits.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    /// The digits stand at the end.
    digits: [u8; MOST],
    start: usize,
}

impl Decimal {
    /// The digits of `number`.
    #[inline]
    pub fn of(number: impl Into<u64>) -> Self {
        let mut rest: u64 = number.into();
        let (mut digits, mut start) = ([b'0'; MOST], MOST);
        loop {
            start -= 1;
            // A digit fits an octet.
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            // Twenty digits hold every number, so that the start is never passed.
            if rest == 0 || start == 0 {
                return Self { digits, start };
            }
        }
    }

    /// The digits.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    /// The digits.
    #[inline]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_smallest_and_the_largest_are_written() {
        for number in [0, 7, 10, 99, 100, 486, u64::MAX] {
            assert_eq!(Decimal::of(number).as_str(), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn every_number_is_written_as_by_the_standard_library(number: u64, shift in 0_u32..64) {
            let number = number >> shift;
            let (written, wanted) = (Decimal::of(number), number.to_string());
            prop_assert_eq!(written.as_bytes(), wanted.as_bytes());
            prop_assert_eq!(written.to_string(), wanted);
        }
    }
}
