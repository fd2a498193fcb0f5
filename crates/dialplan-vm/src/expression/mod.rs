//! `$[...]`: the expressions of the dialplan.
//!
//! From weakest to strongest: `,` · `? ::` · `|` `||` · `&` `&&` · `=` `==` `!=` `<` `>` `<=` `>=` · `+` `-` ·
//! `*` `/` `%` · `!x` `-x` · `:` `=~` `~~` · parentheses and functions such as `FLOOR(x)`. Operators of one
//! strength group from the left.

mod functions;
mod lexer;
mod number;
mod parser;
mod regex;
mod value;

/// An expression longer than this, in bytes, is refused.
const LONGEST: usize = 8 << 10;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Something stands where it cannot stand.
    #[error("`{found}` cannot stand at character {at}")]
    Unexpected {
        /// What was found.
        found: String,
        /// Its place, counted in characters from 1.
        at: usize,
    },
    /// It ends in the middle, as `1 +` does. An empty variable is the usual cause.
    #[error("it ends where a value is needed; is a variable empty?")]
    UnexpectedEnd,
    /// A quote or a parenthesis is not closed.
    #[error("`{0}` is never closed")]
    Unclosed(char),
    /// Division or remainder by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// No such function.
    #[error("there is no expression function `{0}`")]
    UnknownFunction(String),
    /// A function with too many or too few arguments.
    #[error("`{0}` does not take so many arguments")]
    WrongArguments(String),
    /// The pattern of `:` or `=~` cannot be read.
    #[error("the pattern `{0}` is not a regular expression")]
    BadPattern(String),
    /// More than 8 KiB.
    #[error("it is longer than 8 KiB")]
    TooLong,
    /// Too many parentheses or signs inside one another.
    #[error("it nests too deep")]
    TooDeep,
}

/// Evaluates what stands between `$[` and `]`, everything in it substituted already.
///
/// ```
/// use dialplan_vm::evaluate_expression;
/// assert_eq!(evaluate_expression("1 + 2 * 3").unwrap(), "7");
/// assert_eq!(evaluate_expression(r#""a" = "a" & 5 > 4"#).unwrap(), "1");
/// assert_eq!(evaluate_expression(r#""0612" =~ "^0(6|7)""#).unwrap(), "6");
/// ```
///
/// Numbers are exact as long as they are integers; a word that is no number counts as 0 in arithmetic.
/// Comparisons are numeric when both sides are numbers (one in quotes is a text), and the quotes belong to
/// the text; for `:`, `=~` and `~~` they do not.
///
/// # Errors
/// See [`ExpressionError`]. A dialplan goes on all the same: with what was complete before a word that cannot stand
/// there (`Bob` of `Bob Smith = John`, as in Asterisk; texts with blanks want quotes), with 0 where the expression
/// ends amid an operation, and with an empty text otherwise.
pub fn evaluate_expression(text: &str) -> Result<String, ExpressionError> {
    evaluate(text, &mut |_: String| {}).map_err(|failure| failure.error)
}

/// What an expression asks of those around it.
pub(crate) trait Surroundings {
    /// Something is odd and yet has a value.
    fn warn(&mut self, text: String);

    /// A function of the dialplan, called without `${ }`. `None`: there is none.
    fn call(&mut self, _name: &str, _arguments: &str) -> Option<String> {
        None
    }
}

impl<F: FnMut(String)> Surroundings for F {
    fn warn(&mut self, text: String) {
        self(text);
    }
}

/// An expression without a value of its own.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ExpressionError,
    /// What a dialplan goes on with, see [`evaluate_expression`].
    pub(crate) value: String,
}

impl Failure {
    fn without_a_value(error: ExpressionError) -> Self {
        Self { error, value: String::new() }
    }
}

impl ExpressionError {
    /// Whether it cannot be read, other than what can be and cannot be computed.
    fn is_of_syntax(&self) -> bool {
        matches!(
            self,
            Self::Unexpected { .. } | Self::UnexpectedEnd | Self::Unclosed(_) | Self::WrongArguments(_)
        )
    }
}

/// As [`evaluate_expression`], with the functions of the dialplan.
pub(crate) fn evaluate(text: &str, around: &mut dyn Surroundings) -> Result<String, Failure> {
    if text.len() > LONGEST {
        return Err(Failure::without_a_value(ExpressionError::TooLong));
    }
    parser::evaluate(text, around).map(value::Value::into_text)
}

/// The truth of a text, as `GotoIf`, `ExecIf`, `While` and `IF()` see it: empty is false; what begins with an
/// integer is true unless that is 0; anything else is true.
///
/// ```
/// use dialplan_vm::is_true;
/// assert!(!is_true("") && !is_true("0") && !is_true(" 00x") && is_true("-1") && is_true("no"));
/// assert!(is_true(r#""a"="b""#)); // a comparison without `$[ ]` is not made
/// ```
pub fn is_true(text: &str) -> bool {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    match count {
        0 => !text.is_empty(),
        _ => digits[..count].bytes().any(|digit| digit != b'0'),
    }
}
