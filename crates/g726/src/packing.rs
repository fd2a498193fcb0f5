/// At which end of an octet the first sample stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// At the lower end, the least significant bit of all first: `G726-16`, `-24`, `-32` and `-40` of RFC 3551
    /// §4.5.4.
    #[default]
    LowFirst,
    /// At the upper end, as on the lines of ATM (ITU-T I.366.2 Annex E): `AAL2-G726-32` and its like.
    HighFirst,
}

impl Packing {
    /// Puts codes of `bits` each into octets, which have room for them.
    pub(crate) fn pack(self, bits: u32, codes: impl Iterator<Item = u8>, octets: &mut [u8]) {
        let (mut held, mut count, mut octets) = (0_u32, 0, octets.iter_mut());
        for code in codes {
            held = match self {
                Self::LowFirst => held | u32::from(code) << count,
                Self::HighFirst => held << bits | u32::from(code),
            };
            count += bits;
            if count < 8 {
                continue;
            }
            count -= 8;
            let Some(octet) = octets.next() else { return };
            match self {
                Self::LowFirst => {
                    *octet = held as u8;
                    held >>= 8;
                }
                Self::HighFirst => *octet = (held >> count) as u8,
            }
        }
    }

    /// Gives the codes of `bits` each that stand in octets.
    pub(crate) fn unpack(self, bits: u32, octets: &[u8], mut each: impl FnMut(u8)) {
        let (mut held, mut count) = (0_u32, 0);
        for &octet in octets {
            held = match self {
                Self::LowFirst => held | u32::from(octet) << count,
                Self::HighFirst => held << 8 | u32::from(octet),
            };
            count += 8;
            while count >= bits {
                count -= bits;
                match self {
                    Self::LowFirst => {
                        each((held & ((1 << bits) - 1)) as u8);
                        held >>= bits;
                    }
                    Self::HighFirst => each((held >> count & ((1 << bits) - 1)) as u8),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Packing;

    fn packed(packing: Packing, bits: u32, codes: &[u8]) -> Vec<u8> {
        let mut octets = vec![0; codes.len() * bits as usize / 8];
        packing.pack(bits, codes.iter().copied(), &mut octets);
        let mut again = Vec::new();
        packing.unpack(bits, &octets, |code| again.push(code));
        assert_eq!(again, codes);
        octets
    }

    #[test]
    fn octets_are_those_of_rfc_3551() {
        // The figures of §4.5.4: sample 1 at the right end of octet 1.
        assert_eq!(packed(Packing::LowFirst, 4, &[0x1, 0xF, 0x2, 0x3]), [0xF1, 0x32]);
        assert_eq!(packed(Packing::LowFirst, 2, &[1, 2, 3, 0]), [0b00_11_10_01]);
        assert_eq!(
            packed(Packing::LowFirst, 3, &[1, 2, 3, 4, 5, 6, 7, 0]),
            [0xD1, 0x58, 0x1F] // 11 010 001, 0 101 100 0, 000 111 11
        );
        assert_eq!(packed(Packing::LowFirst, 5, &[0x1F, 0, 0, 0, 0, 0, 0, 0x1F]), [0x1F, 0, 0, 0, 0xF8]);
    }

    #[test]
    fn octets_are_those_of_i_366_2() {
        assert_eq!(packed(Packing::HighFirst, 4, &[0x1, 0xF, 0x2, 0x3]), [0x1F, 0x23]);
        assert_eq!(packed(Packing::HighFirst, 2, &[1, 2, 3, 0]), [0b01_10_11_00]);
        assert_eq!(
            packed(Packing::HighFirst, 3, &[1, 2, 3, 4, 5, 6, 7, 0]),
            [0x29, 0xCB, 0xB8] // 001 010 01, 1 100 101 1, 10 111 000
        );
        assert_eq!(packed(Packing::HighFirst, 5, &[0x1F, 0, 0, 0, 0, 0, 0, 0x1F]), [0xF8, 0, 0, 0, 0x1F]);
    }
}
