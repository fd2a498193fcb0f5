//! `SPRINTF(format,arg1,...)`: values in the formats of C's printf: `d i o u x X c s f e E %`, with flags, width and
//! precision.

use std::fmt::Write;

use super::LONGEST;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "SPRINTF";

/// Widest field, and most places behind the point.
const WIDEST: usize = 1_000;

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 64);
    let mut values = given.all().iter().skip(1).map(String::as_str);
    let mut rest = given.raw(0);
    let mut out = String::new();
    while let Some((before, directive)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = directive.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (field, after) = Field::parse(directive).ok_or_else(|| {
            FunctionError::arguments(NAME, arguments, format!("'%{directive}' is no format"))
        })?;
        let value = values.next().unwrap_or_default();
        let shown = field.show(value).ok_or_else(|| {
            FunctionError::arguments(NAME, arguments, format!("'{value}' is no value for %{}", field.kind))
        })?;
        out.push_str(&shown);
        rest = after;
        if out.len() > LONGEST {
            return Err(FunctionError::failed(NAME, "the text would be longer than 64 KiB"));
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// One `%...` of a format.
#[derive(Debug, Default)]
struct Field {
    left: bool,
    alternate: bool,
    zeros: bool,
    plus: bool,
    blank: bool,
    width: usize,
    precision: Option<usize>,
    kind: char,
}

impl Field {
    /// Reads what stands behind the `%`, and tells what follows it.
    fn parse(text: &str) -> Option<(Self, &str)> {
        let mut field = Self::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next().filter(|c| "-0+ #".contains(*c)) {
            match flag {
                '-' => field.left = true,
                '0' => field.zeros = true,
                '+' => field.plus = true,
                ' ' => field.blank = true,
                _ => field.alternate = true,
            }
            rest = &rest[1..];
        }
        (field.width, rest) = number(rest);
        if let Some(behind) = rest.strip_prefix('.') {
            let (precision, behind) = number(behind);
            (field.precision, rest) = (Some(precision), behind);
        }
        rest = rest.trim_start_matches(['l', 'h', 'L', 'q', 'j', 'z', 't']);
        field.kind = rest.chars().next().filter(|c| "diouxXcsfFeEgG".contains(*c))?;
        Some((field, &rest[1..]))
    }

    fn show(&self, value: &str) -> Option<String> {
        let trimmed = value.trim();
        let text = match self.kind {
            's' => value.chars().take(self.precision.unwrap_or(usize::MAX)).collect(),
            // The character of a code.
            'c' => u32::try_from(whole(trimmed)?).ok().and_then(char::from_u32)?.to_string(),
            'd' | 'i' => self.signed(whole(trimmed)?),
            'u' => self.digits((whole(trimmed)? as u64).to_string()),
            'o' => self.prefixed("0", self.digits(format!("{:o}", whole(trimmed)?))),
            'x' => self.prefixed("0x", self.digits(format!("{:x}", whole(trimmed)?))),
            'X' => self.prefixed("0X", self.digits(format!("{:X}", whole(trimmed)?))),
            _ => self.floating(if trimmed.is_empty() { 0.0 } else { trimmed.parse().ok()? }),
        };
        Some(self.padded(&text))
    }

    fn signed(&self, value: i64) -> String {
        let digits = self.digits(value.unsigned_abs().to_string());
        format!("{}{digits}", self.sign(value < 0))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.blank) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn digits(&self, digits: String) -> String {
        let least = self.precision.unwrap_or(1);
        format!("{digits:0>least$}")
    }

    fn prefixed(&self, prefix: &str, digits: String) -> String {
        if self.alternate && digits.bytes().any(|digit| digit != b'0') {
            format!("{prefix}{digits}")
        } else {
            digits
        }
    }

    fn floating(&self, value: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        let size = value.abs();
        let mut text = self.sign(value.is_sign_negative() && !value.is_nan()).to_owned();
        match self.kind {
            'e' | 'E' => text.push_str(&scientific(size, precision, self.kind)),
            // The shortest that says the same.
            'g' | 'G' => text.push_str(&size.to_string()),
            _ => {
                let _ = write!(text, "{size:.precision$}");
            }
        }
        text
    }

    fn padded(&self, text: &str) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        let is_number = !matches!(self.kind, 's' | 'c');
        let whole_with_precision = self.precision.is_some() && "diouxX".contains(self.kind);
        if self.left {
            format!("{text}{}", " ".repeat(missing))
        } else if self.zeros && is_number && !whole_with_precision {
            let sign = text.len() - text.trim_start_matches(['-', '+', ' ']).len();
            format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..])
        } else {
            format!("{}{text}", " ".repeat(missing))
        }
    }
}

/// `1.500000e+02`: the exponent has two digits at least.
fn scientific(value: f64, precision: usize, letter: char) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{letter}{sign}{:02}", exponent.unsigned_abs())
}

/// A whole number; fractions are cut off, nothing is 0, hexadecimal and octal as C reads them.
fn whole(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(digits, 16).ok();
    }
    text.parse()
        .ok()
        .or_else(|| text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value as i64))
}

/// Digits at the front, as a bounded number, and what follows them.
fn number(text: &str) -> (usize, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..length].parse::<usize>().unwrap_or(if length == 0 { 0 } else { WIDEST });
    (value.min(WIDEST), &text[length..])
}
