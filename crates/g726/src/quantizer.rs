/// Bits of a sample. The numbers are the names in SDP: `G726-32` is [`Rate::Kbps32`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rate {
    /// Two bits.
    Kbps16,
    /// Three bits.
    Kbps24,
    /// Four bits; this was G.721 once.
    #[default]
    Kbps32,
    /// Five bits.
    Kbps40,
}

impl Rate {
    /// Bits of a sample.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Kbps16 => 2,
            Self::Kbps24 => 3,
            Self::Kbps32 => 4,
            Self::Kbps40 => 5,
        }
    }

    /// Octets of 20 ms.
    pub const fn frame_octets(self) -> usize {
        20 * self.bits() as usize
    }

    /// The least samples that fill octets: 4, 8, 2 and 8.
    pub(crate) const fn group(self) -> usize {
        match self {
            Self::Kbps16 => 4,
            Self::Kbps32 => 2,
            Self::Kbps24 | Self::Kbps40 => 8,
        }
    }

    pub(crate) fn table(self) -> &'static Table {
        match self {
            Self::Kbps16 => &TABLE_16,
            Self::Kbps24 => &TABLE_24,
            Self::Kbps32 => &TABLE_32,
            Self::Kbps40 => &TABLE_40,
        }
    }
}

/// What a rate has for each magnitude of a difference, the smallest first.
pub(crate) struct Table {
    bits: u32,
    /// Where the next magnitude begins: logarithms to base two, in units of 2⁻⁷ (tables 7 to 10).
    decisions: &'static [i32],
    /// The logarithm that stands for it (DQLN).
    levels: &'static [i32],
    /// What it does to the scale (WI).
    pub(crate) weights: &'static [i32],
    /// What it says of how steady the signal is (FI).
    pub(crate) unrest: &'static [i32],
}

static TABLE_16: Table =
    Table { bits: 2, decisions: &[261], levels: &[116, 365], weights: &[-22, 439], unrest: &[0, 7] };

static TABLE_24: Table = Table {
    bits: 3,
    decisions: &[8, 218, 331],
    levels: &[-2_048, 135, 273, 373],
    weights: &[-4, 30, 137, 582],
    unrest: &[0, 1, 2, 7],
};

static TABLE_32: Table = Table {
    bits: 4,
    decisions: &[-124, 80, 178, 246, 300, 349, 400],
    levels: &[-2_048, 4, 135, 213, 273, 323, 373, 425],
    weights: &[-12, 18, 41, 64, 112, 198, 355, 1_122],
    unrest: &[0, 0, 0, 1, 1, 1, 3, 7],
};

static TABLE_40: Table = Table {
    bits: 5,
    decisions: &[-122, -16, 68, 139, 198, 250, 298, 339, 378, 413, 445, 475, 502, 528, 553],
    levels: &[-2_048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566],
    weights: &[14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696],
    unrest: &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6],
};

impl Table {
    /// The code of a difference for a scale factor of 13 bits (LOG, SUBTB, QUAN).
    pub(crate) fn quantize(&self, difference: i32, scale: i32) -> u8 {
        let magnitude = difference.abs();
        let exponent = 31 - (magnitude | 1).leading_zeros() as i32;
        let mantissa = ((magnitude << 7) >> exponent) & 0x7F;
        let logarithm = (exponent << 7) + mantissa - (scale >> 2);
        let level = self.decisions.iter().filter(|&&decision| decision <= logarithm).count() as u8;
        // At all rates but the lowest nothing has no sign of its own: it is sent with ones alone.
        let negative = difference < 0 || level == 0 && self.bits > 2;
        if negative { self.mask() - level } else { level }
    }

    /// Whether the difference of a code is negative, and which of the magnitudes it has. Upper bits are left out.
    pub(crate) fn parts(&self, code: u8) -> (bool, usize) {
        let code = code & self.mask();
        let negative = code >> (self.bits - 1) != 0;
        (negative, usize::from(if negative { self.mask() - code } else { code }))
    }

    /// The magnitude itself, of 15 bits (RECONST, ADDA, ANTILOG).
    pub(crate) fn magnitude(&self, level: usize, scale: i32) -> i32 {
        let logarithm = self.levels[level] + (scale >> 2);
        if logarithm < 0 {
            return 0;
        }
        ((128 + (logarithm & 0x7F)) << 7) >> (14 - (logarithm >> 7))
    }

    const fn mask(&self) -> u8 {
        (1 << self.bits) - 1
    }
}
