//! Sums and products of 16 bits, as clause 5.1 defines them. `i16::saturating_add` is its `add`.

/// `mult`: the product of two fractions.
#[inline]
pub(crate) const fn mult(a: i16, b: i16) -> i16 {
    let product = (a as i32 * b as i32) >> 15;
    if product > 32_767 { 32_767 } else { product as i16 }
}

/// `mult_r`: the same, rounded.
#[inline]
pub(crate) const fn mult_r(a: i16, b: i16) -> i16 {
    let product = (a as i32 * b as i32 + 16_384) >> 15;
    if product > 32_767 { 32_767 } else { product as i16 }
}

/// `abs`, which has no 32,768.
#[inline]
pub(crate) const fn abs(a: i16) -> i16 {
    a.saturating_abs()
}

/// `norm`: by how many places a positive number can be shifted until it would overflow.
#[inline]
pub(crate) const fn norm(value: i32) -> i32 {
    value.leading_zeros() as i32 - 1
}

/// `div`: a fraction of two numbers, the first of which is not negative and at most the second.
#[inline]
pub(crate) const fn div(numerator: i16, denominator: i16) -> i16 {
    if numerator == 0 {
        return 0;
    }
    let quotient = ((numerator as i32) << 15) / denominator as i32;
    if quotient > 32_767 { 32_767 } else { quotient as i16 }
}
