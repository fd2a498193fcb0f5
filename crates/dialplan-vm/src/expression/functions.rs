//! The mathematical functions that an expression may call.

use super::ExpressionError;
use super::number::Number;

/// All of them.
const KNOWN: [&str; 22] = [
    "ABS",
    "ACOS",
    "ASIN",
    "ATAN",
    "ATAN2",
    "CEIL",
    "COS",
    "EXP",
    "EXP10",
    "EXP2",
    "FLOOR",
    "LOG",
    "LOG10",
    "LOG2",
    "POW",
    "REMAINDER",
    "RINT",
    "ROUND",
    "SIN",
    "SQRT",
    "TAN",
    "TRUNC",
];

/// Whether it is one of these.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Calls a function by its name, in any case.
pub(super) fn call(name: &str, arguments: &[Number]) -> Result<Number, ExpressionError> {
    let upper = name.to_ascii_uppercase();
    let wrong = || ExpressionError::WrongArguments(upper.clone());
    let one = || match arguments {
        [a] => Ok(a.float()),
        _ => Err(wrong()),
    };
    let two = || match arguments {
        [a, b] => Ok((a.float(), b.float())),
        _ => Err(wrong()),
    };
    let rounded = |round: fn(f64) -> f64| match arguments {
        // An integer is round already, and may be larger than a float can hold exactly.
        [Number::Integer(n)] => Ok(Number::Integer(*n)),
        _ => one().map(round).map(Number::Float),
    };
    let float = match upper.as_str() {
        "ABS" => match arguments {
            [Number::Integer(n)] if *n < 0 => return Ok(Number::Integer(*n).negated()),
            [Number::Integer(n)] => return Ok(Number::Integer(*n)),
            _ => one()?.abs(),
        },
        "FLOOR" => return rounded(f64::floor),
        "CEIL" => return rounded(f64::ceil),
        "ROUND" => return rounded(f64::round),
        "RINT" => return rounded(f64::round_ties_even),
        "TRUNC" => return rounded(f64::trunc),
        "COS" => one()?.cos(),
        "SIN" => one()?.sin(),
        "TAN" => one()?.tan(),
        "ACOS" => one()?.acos(),
        "ASIN" => one()?.asin(),
        "ATAN" => one()?.atan(),
        "ATAN2" => two().map(|(y, x)| y.atan2(x))?,
        "POW" => two().map(|(base, power)| base.powf(power))?,
        "REMAINDER" => two().map(|(a, b)| a - b * (a / b).round_ties_even())?,
        "SQRT" => one()?.sqrt(),
        "EXP" => one()?.exp(),
        "EXP2" => one()?.exp2(),
        "EXP10" => 10_f64.powf(one()?),
        "LOG" => one()?.ln(),
        "LOG2" => one()?.log2(),
        "LOG10" => one()?.log10(),
        _ => return Err(ExpressionError::UnknownFunction(name.to_owned())),
    };
    Ok(Number::Float(float))
}
