use crate::{FRAME_OCTETS, WAV49_OCTETS};

/// What the first four bits of a frame in RTP say (RFC 3551 §4.5.8.2).
const SIGNATURE: u8 = 0xD;

/// Bits of each logarithmic area ratio (table 1.1).
const RATIO_BITS: [u32; 8] = [6, 6, 5, 5, 4, 4, 3, 3];

const LAG_BITS: u32 = 7;
const GAIN_BITS: u32 = 2;
const GRID_BITS: u32 = 2;
const MAXIMUM_BITS: u32 = 6;
const PULSE_BITS: u32 = 3;

/// The parameters of 20 ms, as table 1.1 lists them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The spectrum: eight logarithmic area ratios (LARc), of 6, 6, 5, 5, 4, 4, 3 and 3 bits.
    pub log_area_ratios: [u8; 8],
    /// 5 ms each.
    pub subframes: [Subframe; 4],
}

/// The parameters of 5 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subframe {
    /// Samples since what is said again (Nc), 40 to 120; of 7 bits.
    pub lag: u8,
    /// How much of it is said again (bc); of 2 bits.
    pub gain: u8,
    /// Which third of the samples is sent (Mc); of 2 bits.
    pub grid: u8,
    /// How loud the loudest one is (xmaxc); of 6 bits.
    pub maximum: u8,
    /// The samples (xMc), 4 being nothing; of 3 bits each.
    pub pulses: [u8; 13],
}

impl Frame {
    /// Reads a frame of RTP (RFC 3551 §4.5.8.3). `None` if it does not begin with the signature of GSM.
    pub fn from_rtp(octets: &[u8; FRAME_OCTETS]) -> Option<Self> {
        let mut bits = HighFirst { octets, next: 0 };
        (bits.take(4) == SIGNATURE).then(|| Self::read(|count| bits.take(count)))
    }

    /// Writes a frame of RTP. Parameters that have more bits than they should lose the upper ones.
    pub fn to_rtp(&self) -> [u8; FRAME_OCTETS] {
        let (mut octets, mut next) = ([0; FRAME_OCTETS], 0);
        let mut put = |value: u8, count: u32| {
            for bit in (0..count).rev() {
                octets[next / 8] |= (value >> bit & 1) << (7 - next % 8);
                next += 1;
            }
        };
        put(SIGNATURE, 4);
        self.write(put);
        octets
    }

    /// Reads the two frames of a file's block (format 0x31).
    pub fn pair_from_wav49(octets: &[u8; WAV49_OCTETS]) -> [Self; 2] {
        let mut bits = LowFirst { octets, next: 0 };
        let mut read = || Self::read(|count| bits.take(count));
        [read(), read()]
    }

    /// Writes two frames as a file's block. Parameters that have more bits than they should lose the upper ones.
    pub fn pair_to_wav49(pair: &[Self; 2]) -> [u8; WAV49_OCTETS] {
        let (mut octets, mut next) = ([0; WAV49_OCTETS], 0);
        for frame in pair {
            frame.write(|value, count| {
                for bit in 0..count {
                    octets[next / 8] |= (value >> bit & 1) << (next % 8);
                    next += 1;
                }
            });
        }
        octets
    }

    /// Both packings have the parameters in the same order.
    fn read(mut take: impl FnMut(u32) -> u8) -> Self {
        Self {
            log_area_ratios: RATIO_BITS.map(&mut take),
            subframes: core::array::from_fn(|_| Subframe {
                lag: take(LAG_BITS),
                gain: take(GAIN_BITS),
                grid: take(GRID_BITS),
                maximum: take(MAXIMUM_BITS),
                pulses: core::array::from_fn(|_| take(PULSE_BITS)),
            }),
        }
    }

    fn write(&self, mut put: impl FnMut(u8, u32)) {
        self.log_area_ratios.iter().zip(RATIO_BITS).for_each(|(&ratio, bits)| put(ratio, bits));
        for subframe in &self.subframes {
            put(subframe.lag, LAG_BITS);
            put(subframe.gain, GAIN_BITS);
            put(subframe.grid, GRID_BITS);
            put(subframe.maximum, MAXIMUM_BITS);
            subframe.pulses.iter().for_each(|&pulse| put(pulse, PULSE_BITS));
        }
    }
}

/// Bits of octets, the most significant first.
struct HighFirst<'a> {
    octets: &'a [u8; FRAME_OCTETS],
    next: usize,
}

impl HighFirst<'_> {
    /// The next bits, of which there are 264 in all.
    fn take(&mut self, count: u32) -> u8 {
        let octet = |n: usize| u16::from(self.octets.get(n).copied().unwrap_or(0));
        let both = octet(self.next / 8) << 8 | octet(self.next / 8 + 1);
        let value = both << (self.next % 8) >> (16 - count);
        self.next += count as usize;
        value as u8
    }
}

/// Bits of octets, the least significant first.
struct LowFirst<'a> {
    octets: &'a [u8; WAV49_OCTETS],
    next: usize,
}

impl LowFirst<'_> {
    /// The next bits, of which there are 520 in all.
    fn take(&mut self, count: u32) -> u8 {
        let octet = |n: usize| u16::from(self.octets.get(n).copied().unwrap_or(0));
        let both = octet(self.next / 8) | octet(self.next / 8 + 1) << 8;
        let value = both >> (self.next % 8) & ((1 << count) - 1);
        self.next += count as usize;
        value as u8
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Subframe};
    use crate::{FRAME_OCTETS, WAV49_OCTETS};

    /// A frame with every bit of one parameter set.
    fn with(change: impl Fn(&mut Frame)) -> Frame {
        let mut frame = Frame::default();
        change(&mut frame);
        frame
    }

    #[test]
    fn bits_stand_where_rfc_3551_has_them() {
        // Figure 3: octet 0 is the signature and LARc1.0 to .3, octet 1 the rest of it and LARc2.
        let first = with(|frame| frame.log_area_ratios[0] = 0x3F).to_rtp();
        assert_eq!(first[..3], [0xDF, 0xC0, 0]);
        let second = with(|frame| frame.log_area_ratios[1] = 0x3F).to_rtp();
        assert_eq!(second[..3], [0xD0, 0x3F, 0]);
        // Octet 5 is Nc1 and the upper bit of bc1; octet 32 ends with xmc4.12.
        let lag = with(|frame| frame.subframes[0].lag = 0x7F).to_rtp();
        assert_eq!(lag[4..7], [0, 0xFE, 0]);
        let last = with(|frame| frame.subframes[3].pulses[12] = 7).to_rtp();
        assert_eq!(last[32], 7);
    }

    #[test]
    fn bits_of_files_begin_with_the_lowest() {
        let pair =
            [with(|frame| frame.log_area_ratios[0] = 0x21), with(|frame| frame.log_area_ratios[0] = 0x3F)];
        let octets = Frame::pair_to_wav49(&pair);
        assert_eq!(octets[0], 0x21);
        // The second frame begins in the middle of octet 32.
        assert_eq!(octets[32..34], [0xF0, 0x03]);
    }

    #[test]
    fn every_bit_comes_back() {
        let subframe = Subframe {
            lag: 97,
            gain: 2,
            grid: 3,
            maximum: 45,
            pulses: [1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5],
        };
        let frame = Frame { log_area_ratios: [33, 22, 31, 1, 9, 15, 5, 2], subframes: [subframe; 4] };
        assert_eq!(Frame::from_rtp(&frame.to_rtp()), Some(frame));
        assert_eq!(
            Frame::pair_from_wav49(&Frame::pair_to_wav49(&[frame, Frame::default()])),
            [frame, Frame::default()]
        );
        assert_eq!(Frame::from_rtp(&[0; FRAME_OCTETS]), None);
        let all = Frame::pair_from_wav49(&[0xFF; WAV49_OCTETS]);
        assert_eq!(Frame::pair_to_wav49(&all), [0xFF; WAV49_OCTETS]);
    }
}
