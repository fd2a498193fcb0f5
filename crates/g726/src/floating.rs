/// A number as the predictor keeps it: a sign, four bits of exponent, six of mantissa (FLOATA, FLOATB).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floating {
    pub(crate) negative: bool,
    exponent: i32,
    /// 32 to 63; 32 with an exponent of 0 is nothing.
    mantissa: i32,
}

impl Floating {
    pub(crate) const ZERO: Self = Self { negative: false, exponent: 0, mantissa: 32 };

    /// Of a sign and a magnitude of 15 bits. Nothing may be negative.
    #[inline]
    pub(crate) fn new(negative: bool, magnitude: i32) -> Self {
        let exponent = 32 - magnitude.leading_zeros() as i32;
        let mantissa = if magnitude == 0 { 32 } else { (magnitude << 6) >> exponent };
        Self { negative, exponent, mantissa }
    }

    /// The product with a coefficient of 16 bits, which loses its last two (FMULT).
    #[inline]
    pub(crate) fn times(self, coefficient: i32) -> i32 {
        let coefficient = coefficient >> 2;
        let magnitude = coefficient.abs() & 0x1FFF;
        let exponent = 32 - magnitude.leading_zeros() as i32;
        let mantissa = if magnitude == 0 { 32 } else { (magnitude << 6) >> exponent };
        let product = (mantissa * self.mantissa + 48) >> 4;
        let shift = exponent + self.exponent - 19;
        let product = if shift >= 0 { (product << shift) & 0x7FFF } else { product >> -shift };
        if (coefficient < 0) == self.negative { product } else { -product }
    }
}
