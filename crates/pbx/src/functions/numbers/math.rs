//! `MATH(number1 op number2[,type])`: `+ - / * % << >> ^ AND OR XOR < > >= <= ==`. The type is `f` or `float` (six places
//! behind the point; this where none is named), `i` or `int`, `h` or `hex`, `c` or `char`. Comparisons are `TRUE` or `FALSE`.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "MATH";
const TYPES: &str = "the type is f, i, h or c";

/// The operators, longer ones before those that they begin with.
const OPERATORS: &[(&str, Operator)] = &[
    ("AND", Operator::And),
    ("XOR", Operator::Xor),
    ("OR", Operator::Or),
    ("<<", Operator::Left),
    (">>", Operator::Right),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("==", Operator::Equal),
    ("+", Operator::Add),
    ("-", Operator::Subtract),
    ("*", Operator::Multiply),
    ("/", Operator::Divide),
    ("%", Operator::Remainder),
    ("^", Operator::Power),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Left,
    Right,
    And,
    Or,
    Xor,
    Less,
    Greater,
    AtLeast,
    AtMost,
    Equal,
}

enum Result {
    Number(f64),
    Truth(bool),
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    let bad = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    let (one, operator, other) = parts(given.at(0)).ok_or_else(|| {
        bad("write number, operator, number; known are + - / * % << >> ^ AND OR XOR < > >= <= ==".to_owned())
    })?;
    let number = |text: &str| {
        text.parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .ok_or_else(|| bad(format!("'{text}' is no number")))
    };
    match operator.apply(number(one)?, number(other)?) {
        // 0, as in Asterisk.
        None => {
            scope.warn(bad("nothing can be divided by zero".to_owned()).to_string());
            shown(0.0, given.at(1)).ok_or_else(|| bad(TYPES.to_owned()))
        }
        Some(Result::Truth(truth)) => Ok(if truth { "TRUE" } else { "FALSE" }.to_owned()),
        Some(Result::Number(value)) => shown(value, given.at(1)).ok_or_else(|| bad(TYPES.to_owned())),
    }
}

/// A sign stands before a number, or behind the `e` of its exponent.
fn parts(text: &str) -> Option<(&str, Operator, &str)> {
    let is_exponent = |at: usize| {
        let before = &text.as_bytes()[..at];
        matches!(before, [.., digit, b'e' | b'E'] if digit.is_ascii_digit() || *digit == b'.')
    };
    for (at, c) in text.char_indices().skip(1) {
        if matches!(c, '+' | '-') && (is_exponent(at) || text[..at].trim().is_empty()) {
            continue;
        }
        let found = OPERATORS.iter().find(|(sign, _)| text[at..].starts_with(sign));
        if let Some((sign, operator)) = found {
            return Some((text[..at].trim(), *operator, text[at + sign.len()..].trim()));
        }
    }
    None
}

impl Operator {
    /// `None` for a division by zero.
    fn apply(self, one: f64, other: f64) -> Option<Result> {
        // Texts name them as decimals; bits are those of whole numbers.
        let (left, right) = (one as i64, other as i64);
        let shift = u32::try_from(right).unwrap_or(u32::MAX);
        let number = match self {
            Self::Add => one + other,
            Self::Subtract => one - other,
            Self::Multiply => one * other,
            Self::Divide if other == 0.0 => return None,
            Self::Divide => one / other,
            Self::Remainder => left.checked_rem(right)? as f64,
            Self::Power => one.powf(other),
            Self::Left => left.checked_shl(shift).unwrap_or(0) as f64,
            Self::Right => left.checked_shr(shift).unwrap_or(0) as f64,
            Self::And => (left & right) as f64,
            Self::Or => (left | right) as f64,
            Self::Xor => (left ^ right) as f64,
            Self::Less => return Some(Result::Truth(one < other)),
            Self::Greater => return Some(Result::Truth(one > other)),
            Self::AtLeast => return Some(Result::Truth(one >= other)),
            Self::AtMost => return Some(Result::Truth(one <= other)),
            Self::Equal => return Some(Result::Truth(one == other)),
        };
        Some(Result::Number(number))
    }
}

/// `None` for an unknown type.
fn shown(value: f64, kind: &str) -> Option<String> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "" | "f" | "float" => format!("{value:.6}"),
        "i" | "int" => (value as i64).to_string(),
        "h" | "hex" => format!("{:x}", value as i64),
        "c" | "char" => {
            u32::try_from(value as i64).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
        }
        _ => return None,
    })
}
