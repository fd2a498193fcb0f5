use super::receipt_times::numbers;
use super::{RawBlock, half, word};
use crate::rtcp::writer::Body;

/// The longest stretch that one block tells of: 65,534 packets (RFC 3611 §4.1).
pub const MOST_PACKETS: u16 = 65_534;

/// Packets of a bit vector.
const VECTOR: u32 = 15;
/// The longest run.
const LONGEST_RUN: u32 = 0x3FFF;

/// One bit for each packet of a stretch, in chunks of two octets: runs of equal bits, or vectors of 15 (RFC 3611 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLengths<'a> {
    /// The source.
    pub ssrc: u32,
    /// Only every 2^n-th number is told of: 0 to 15.
    pub thinning: u8,
    /// The first number of the stretch.
    pub begin: u16,
    /// The number after the last.
    pub end: u16,
    chunks: &'a [u8],
}

impl<'a> RunLengths<'a> {
    /// For chunks that [`encode_runs`] has made. `None` where they are not whole words.
    pub fn new(ssrc: u32, thinning: u8, begin: u16, end: u16, chunks: &'a [u8]) -> Option<Self> {
        let fits = chunks.len().is_multiple_of(4) && thinning <= 0x0F;
        fits.then_some(Self { ssrc, thinning, begin, end, chunks })
    }

    /// Each number that is told of, and its bit: `true` for a packet that came (of loss), or came once (of duplicates).
    /// Ends where the chunks do, or the stretch.
    pub fn iter(&self) -> impl Iterator<Item = (u16, bool)> + Clone + use<'a> {
        let chunks = self.chunks.as_chunks().0.iter().map(|chunk| u16::from_be_bytes(*chunk));
        let bits = chunks.take_while(|chunk| *chunk != 0).flat_map(bits_of);
        numbers(self.begin, self.end, self.thinning).zip(bits)
    }

    pub(super) fn read(raw: &RawBlock<'a>) -> Option<Self> {
        let chunks = raw.body.get(8..)?;
        Self::new(word(raw.body, 0), raw.specific & 0x0F, half(raw.body, 4), half(raw.body, 6), chunks)
    }

    pub(super) fn length(&self) -> usize {
        8 + self.chunks.len()
    }

    pub(super) fn write(&self, place: &mut Body<'_>) {
        place.put(&self.ssrc.to_be_bytes());
        place.put(&self.begin.to_be_bytes());
        place.put(&self.end.to_be_bytes());
        place.put(self.chunks);
    }
}

/// The bits of one chunk: a run, whose second bit is repeated, or a vector behind a bit that is set (RFC 3611 §4.1.1, §4.1.2).
fn bits_of(chunk: u16) -> impl Iterator<Item = bool> + Clone {
    let is_vector = chunk & 0x8000 != 0;
    let count = if is_vector { VECTOR } else { u32::from(chunk) & LONGEST_RUN };
    (0..count).map(move |nth| {
        let bit = if is_vector { 0x4000 >> nth } else { 0x4000 };
        chunk & bit != 0
    })
}

/// What [`encode_runs`] made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodedRuns {
    /// Octets written: whole words.
    pub octets: usize,
    /// Bits that they tell: all, or as many as there was place for.
    pub bits: u32,
}

/// Writes bits as chunks into `place`: runs of more than 15 as such, others as vectors. Ends with a null chunk where whole
/// words want one (RFC 3611 §4.1.3).
///
/// ```
/// use rtp::rtcp::extended::{RunLengths, encode_runs};
///
/// let came = (0..100_u16).map(|number| number != 40);
/// let mut chunks = [0; 16];
/// let encoded = encode_runs(came.clone(), &mut chunks);
/// let runs = RunLengths::new(7, 0, 0, 100, &chunks[..encoded.octets]).unwrap();
/// assert_eq!(encoded.bits, 100);
/// assert!(runs.iter().map(|(_, came)| came).eq(came));
/// ```
pub fn encode_runs(bits: impl Iterator<Item = bool> + Clone, place: &mut [u8]) -> EncodedRuns {
    let (mut rest, mut octets, mut told) = (bits, 0, 0);
    let room = place.len() / 4 * 4;
    while let Some(first) = rest.clone().next() {
        let run = rest.clone().take(LONGEST_RUN as usize).take_while(|bit| *bit == first).count() as u32;
        let (chunk, count) =
            if run > VECTOR { ((u16::from(first) << 14) | run as u16, run) } else { vector(rest.clone()) };
        let Some(target) = place.get_mut(octets..room).and_then(|left| left.first_chunk_mut()) else { break };
        *target = chunk.to_be_bytes();
        octets += 2;
        told += count;
        rest.by_ref().take(count as usize).for_each(drop);
    }
    if let Some([high, low, ..]) = place.get_mut(octets..).filter(|_| octets % 4 != 0) {
        (*high, *low) = (0, 0);
        octets += 2;
    }
    EncodedRuns { octets, bits: told }
}

/// The next bits as a vector, and how many there were; what lies beyond the stretch is not looked at.
fn vector(bits: impl Iterator<Item = bool>) -> (u16, u32) {
    let mut chunk = 0x8000;
    let mut count = 0;
    for bit in bits.take(VECTOR as usize) {
        chunk |= u16::from(bit) << (14 - count);
        count += 1;
    }
    (chunk, count)
}

#[cfg(test)]
mod tests {
    use super::{EncodedRuns, RunLengths, encode_runs};

    #[test]
    fn runs_and_vectors_are_told_apart() {
        // A run of 4 that came, a vector, the null chunk that ends it, and what nobody reads.
        let chunks = [0x40, 4, 0xAA, 0xAA, 0, 0, 0x40, 9];
        let runs = RunLengths::new(1, 0, 100, 1_000, &chunks).unwrap();
        let bits: Vec<bool> = runs.iter().map(|(_, bit)| bit).collect();
        assert_eq!(bits.len(), 4 + 15);
        assert_eq!(bits[..8], [true, true, true, true, false, true, false, true]);
        assert_eq!(runs.iter().map(|(number, _)| number).last(), Some(118));
    }

    #[test]
    fn the_stretch_ends_what_the_chunks_go_beyond() {
        let runs = RunLengths::new(1, 2, 3, 12, &[0x7F, 0xFF, 0, 0]).unwrap();
        assert!(runs.iter().eq([(4, true), (8, true)]));
    }

    #[test]
    fn long_runs_take_one_chunk_each() {
        let mut place = [0; 8];
        assert_eq!(
            encode_runs(std::iter::repeat_n(true, 20_000), &mut place),
            EncodedRuns { octets: 4, bits: 20_000 }
        );
        assert_eq!(place[..4], [0x7F, 0xFF, 0x40 | 0x0E, 0x21]);
        assert_eq!(encode_runs([false; 3].into_iter(), &mut place), EncodedRuns { octets: 4, bits: 3 });
        assert_eq!(place[..4], [0x80, 0, 0, 0]);
        assert_eq!(encode_runs([].into_iter(), &mut place), EncodedRuns { octets: 0, bits: 0 });
        let alternating = (0..100).map(|n| n % 2 == 0);
        assert_eq!(encode_runs(alternating, &mut place[..6]), EncodedRuns { octets: 4, bits: 30 });
    }
}
