//! Numbers: exact integers as long as it goes, floating point beyond.

use std::cmp::Ordering;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
}

/// So many digits fit into 64 bits.
const SHORT: usize = 18;

impl Number {
    /// Reads digits with at most one point among them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Most numbers are short.
        if text.len() <= SHORT && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let value = text.bytes().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
            return (!text.is_empty()).then_some(Self::Integer(value.into()));
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let points = text.bytes().filter(|&byte| byte == b'.').count();
        let negative = usize::from(text.starts_with('-'));
        if digits == 0 || points > 1 || digits + points + negative != text.len() {
            return None;
        }
        if points == 0
            && let Ok(integer) = text.parse()
        {
            return Some(Self::Integer(integer));
        }
        text.parse().ok().map(Self::Float)
    }

    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Integer(n) => n == 0,
            Self::Float(n) => n == 0.0,
        }
    }

    pub(super) fn truncated(self) -> Self {
        match self {
            Self::Integer(n) => Self::Integer(n),
            Self::Float(n) => Self::Float(n.trunc()),
        }
    }

    pub(super) fn float(self) -> f64 {
        match self {
            Self::Integer(n) => n as f64,
            Self::Float(n) => n,
        }
    }

    /// A float that is a whole number becomes one.
    fn normal(self) -> Self {
        match self {
            // Within 2^63, where the conversion is exact.
            Self::Float(n) if n.fract() == 0.0 && n.abs() < 9.2e18 => Self::Integer(n as i128),
            other => other,
        }
    }

    pub(super) fn negated(self) -> Self {
        match self {
            Self::Integer(n) => n.checked_neg().map_or(Self::Float(-(n as f64)), Self::Integer),
            Self::Float(n) => Self::Float(-n),
        }
    }

    pub(super) fn add(self, other: Self) -> Self {
        self.exact(other, i128::checked_add, |a, b| a + b)
    }

    pub(super) fn subtract(self, other: Self) -> Self {
        self.exact(other, i128::checked_sub, |a, b| a - b)
    }

    pub(super) fn multiply(self, other: Self) -> Self {
        self.exact(other, i128::checked_mul, |a, b| a * b)
    }

    /// Exact where it goes without a rest. The divisor is not zero.
    pub(super) fn divide(self, other: Self) -> Self {
        let exact = |a: i128, b: i128| if a.checked_rem(b) == Some(0) { a.checked_div(b) } else { None };
        self.exact(other, exact, |a, b| a / b)
    }

    /// The rest, with the sign of the dividend. The divisor is not zero.
    pub(super) fn remainder(self, other: Self) -> Self {
        self.exact(other, i128::checked_rem, |a, b| a % b)
    }

    fn exact(
        self,
        other: Self,
        whole: impl Fn(i128, i128) -> Option<i128>,
        float: impl Fn(f64, f64) -> f64,
    ) -> Self {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other)
            && let Some(result) = whole(a, b)
        {
            return Self::Integer(result);
        }
        Self::Float(float(self.float(), other.float())).normal()
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            // Adding 0 makes one zero of the two.
            _ => (self.float() + 0.0).total_cmp(&(other.float() + 0.0)),
        }
    }
}

/// Integers without a point; others with up to 15 digits that count, and an exponent where the number is very
/// large or very small.
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.normal() {
            Self::Integer(n) => match i64::try_from(n) {
                Ok(short) => short.fmt(f),
                Err(_) => n.fmt(f),
            },
            Self::Float(n) if !n.is_finite() => write!(
                f,
                "{}",
                if n.is_nan() {
                    "nan"
                } else if n > 0.0 {
                    "inf"
                } else {
                    "-inf"
                }
            ),
            Self::Float(n) => {
                let scientific = format!("{n:.14e}");
                let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
                let exponent: i32 = exponent.parse().unwrap_or(0);
                let digits = digits.trim_end_matches('0').trim_end_matches('.');
                if !(-5..15).contains(&exponent) {
                    let sign = if exponent < 0 { '-' } else { '+' };
                    return write!(f, "{digits}e{sign}{:02}", exponent.abs());
                }
                let fixed = format!("{n:.*}", (14 - exponent).max(0) as usize);
                let fixed = if fixed.contains('.') {
                    fixed.trim_end_matches('0').trim_end_matches('.')
                } else {
                    &fixed
                };
                f.write_str(fixed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_without_noise() {
        let print = |text: &str| Number::parse(text).unwrap().to_string();
        assert_eq!(print("007"), "7");
        assert_eq!(print("1.50"), "1.5");
        assert_eq!(print("12345678901234567890123"), "12345678901234567890123");
        let third = Number::Integer(1).divide(Number::Integer(3));
        assert_eq!(third.to_string(), "0.333333333333333");
        let sum = Number::Float(0.1).add(Number::Float(0.2));
        assert_eq!(sum.to_string(), "0.3");
        assert_eq!(Number::Float(1e300).to_string(), "1e+300");
        assert_eq!(Number::Float(1.5e-7).to_string(), "1.5e-07");
        assert_eq!(Number::Float(-0.0).to_string(), "0");
        assert_eq!(Number::Float(123456789.125).to_string(), "123456789.125");
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", ".", "1.2.3", "1a", "--1", "1-", "inf", "nan", "0x10", "+1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn integers_overflow_into_floats() {
        let big = Number::Integer(i128::MAX);
        assert!(matches!(big.add(Number::Integer(1)), Number::Float(_)));
        assert!(matches!(Number::Integer(i128::MIN).negated(), Number::Float(_)));
        assert_eq!(Number::Integer(i128::MIN).remainder(Number::Integer(-1)).to_string(), "0");
    }
}
