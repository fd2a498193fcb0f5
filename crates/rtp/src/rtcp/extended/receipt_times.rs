use super::{RawBlock, half, word};
use crate::rtcp::writer::Body;

/// When the packets of a stretch came, in ticks of the stream's clock (RFC 3611 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptTimes<'a> {
    /// The source.
    pub ssrc: u32,
    /// Only every 2^n-th number is told of: 0 to 15.
    pub thinning: u8,
    /// The first number of the stretch.
    pub begin: u16,
    /// The number after the last.
    pub end: u16,
    times: &'a [u8],
}

impl<'a> ReceiptTimes<'a> {
    /// For times written as words, high octet first, one for each number of the stretch that is told of. `None` where they
    /// are not as many.
    pub fn new(ssrc: u32, thinning: u8, begin: u16, end: u16, times: &'a [u8]) -> Option<Self> {
        let told = numbers(begin, end, thinning).count();
        (times.len() == 4 * told && thinning <= 0x0F).then_some(Self { ssrc, thinning, begin, end, times })
    }

    /// Each number that is told of, and when it came.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u32)> + use<'a> {
        let times = self.times.as_chunks().0.iter().map(|word| u32::from_be_bytes(*word));
        numbers(self.begin, self.end, self.thinning).zip(times)
    }

    pub(super) fn read(raw: &RawBlock<'a>) -> Option<Self> {
        let times = raw.body.get(8..)?;
        Self::new(word(raw.body, 0), raw.specific & 0x0F, half(raw.body, 4), half(raw.body, 6), times)
    }

    pub(super) fn length(&self) -> usize {
        8 + self.times.len()
    }

    pub(super) fn write(&self, place: &mut Body<'_>) {
        place.put(&self.ssrc.to_be_bytes());
        place.put(&self.begin.to_be_bytes());
        place.put(&self.end.to_be_bytes());
        place.put(self.times);
    }
}

/// The numbers of a stretch that are told of: those that 2^`thinning` divides (RFC 3611 §4.1).
pub(super) fn numbers(begin: u16, end: u16, thinning: u8) -> impl Iterator<Item = u16> + Clone {
    let step = 1_u32 << (thinning & 0x0F);
    let span = u32::from(end.wrapping_sub(begin));
    let first = u32::from(begin).wrapping_neg() & (step - 1);
    (first..span).step_by(step as usize).map(move |offset| begin.wrapping_add(offset as u16))
}

#[cfg(test)]
mod tests {
    use super::{ReceiptTimes, numbers};

    #[test]
    fn thinning_keeps_the_numbers_that_it_divides() {
        assert!(numbers(0, 5, 0).eq([0, 1, 2, 3, 4]));
        assert!(numbers(65_533, 5, 2).eq([0, 4]));
        assert!(numbers(3, 3, 0).eq([]));
        assert!(numbers(1, 9, 3).eq([8]));
    }

    #[test]
    fn each_number_has_its_time() {
        let times = [0, 0, 0, 7, 0, 0, 1, 7];
        let block = ReceiptTimes::new(1, 1, 10, 13, &times).unwrap();
        assert!(block.iter().eq([(10, 7), (12, 263)]));
        assert_eq!(ReceiptTimes::new(1, 0, 10, 13, &times), None);
    }
}
