//! `MIN`, `MAX`, `ABS`, `DIGIT_SUM`.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn smallest(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    of_two("MIN", arguments, f64::min)
}

pub(super) fn greatest(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    of_two("MAX", arguments, f64::max)
}

pub(super) fn absolute(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(shown(number("ABS", arguments, arguments.trim())?.abs()))
}

/// Whatever is no digit counts nothing.
pub(super) fn digit_sum(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(arguments.chars().filter_map(|c| c.to_digit(10)).sum::<u32>().to_string())
}

/// One number is its own extreme.
fn of_two(function: &'static str, arguments: &str, choose: fn(f64, f64) -> f64) -> Value {
    let given = Arguments::of(arguments, 3);
    let numbers = [given.at(0), given.at(1)].into_iter().filter(|text| !text.is_empty());
    let mut best = None;
    for text in numbers {
        let value = number(function, arguments, text)?;
        best = Some(best.map_or(value, |best| choose(best, value)));
    }
    best.map(shown).ok_or_else(|| FunctionError::arguments(function, arguments, "give one number or two"))
}

fn number(function: &'static str, arguments: &str, text: &str) -> Result<f64, FunctionError> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| FunctionError::arguments(function, arguments, format!("'{text}' is no number")))
}

/// Without a point where it is whole and has room in 32 bits; with six places behind it otherwise.
fn shown(value: f64) -> String {
    let whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
    if whole { format!("{value}") } else { format!("{value:.6}") }
}
