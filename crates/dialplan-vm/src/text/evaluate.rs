//! From the parts of a text to the text that an application gets.

use super::slice::{Bounds, Slice};
use super::{Part, Text};
use crate::expression;
use crate::machine::{FunctionCall, FunctionReply, Host, Location};
use asterisk_conf::Span;
use std::borrow::Cow;

/// No text gets longer than this, in bytes; the rest is cut off with a warning.
const LONGEST: usize = 64 << 10;

/// Why a text could not be substituted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubstituteError {
    /// A function cannot answer at once, and this caller cannot wait.
    #[error("function {} cannot answer at once here", .0.name)]
    Pending(FunctionCall),
}

/// Substitutes `${...}` and `$[...]` in a text, outside of a [`Machine`](crate::Machine): `EXTEN`, `CONTEXT`
/// and `PRIORITY` are asked of the host as other variables are.
///
/// Missing variables are empty; unknown functions and broken expressions are empty too, with a
/// [warning](Host::warn).
///
/// # Errors
/// [`SubstituteError::Pending`] when a function answers [`FunctionReply::Pending`].
pub fn substitute(host: &mut dyn Host, text: &str) -> Result<String, SubstituteError> {
    Text::compile(text).evaluate(host)
}

impl Text {
    /// Puts the text together; see [`substitute`].
    ///
    /// # Errors
    /// [`SubstituteError::Pending`] when a function answers [`FunctionReply::Pending`].
    pub fn evaluate(&self, host: &mut dyn Host) -> Result<String, SubstituteError> {
        let mut answers = Answers::default();
        let mut evaluation = Evaluation { host, location: None, answers: &mut answers, at: None };
        evaluation.text(self).map_err(SubstituteError::Pending)
    }
}

/// What functions have answered during one evaluation, in order. An evaluation that had to wait starts again
/// from the front and takes these first, so no function is asked twice.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    given: Vec<FunctionReply>,
    next: usize,
}

impl Answers {
    pub(crate) fn push(&mut self, reply: FunctionReply) {
        self.given.push(reply);
    }

    pub(crate) fn rewind(&mut self) {
        self.next = 0;
    }

    pub(crate) fn clear(&mut self) {
        self.given.clear();
        self.next = 0;
    }
}

/// One evaluation. An `Err` names the function whose answer it waits for.
pub(crate) struct Evaluation<'a> {
    pub(crate) host: &'a mut dyn Host,
    /// Where the machine is, which answers `EXTEN`, `CONTEXT` and `PRIORITY`.
    pub(crate) location: Option<&'a Location>,
    pub(crate) answers: &'a mut Answers,
    /// The place that warnings name.
    pub(crate) at: Option<Span>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn text(&mut self, text: &Text) -> Result<String, FunctionCall> {
        match &text.parts {
            None => Ok(text.source().to_owned()),
            Some(parts) => self.parts(parts),
        }
    }

    fn parts(&mut self, parts: &[Part]) -> Result<String, FunctionCall> {
        let mut out = String::new();
        for part in parts {
            let value: Cow<'_, str> = match part {
                Part::Literal(text) => Cow::Borrowed(text),
                Part::Variable { name, slice } => {
                    let value = self.variable(name);
                    self.sliced(value, slice.as_ref())?
                }
                Part::Function { name, arguments, slice } => {
                    let arguments = self.parts(arguments)?;
                    let value = self.function(name, arguments)?;
                    self.sliced(value.into(), slice.as_ref())?
                }
                Part::Computed(parts) => {
                    let reference = self.parts(parts)?;
                    self.computed(&reference)?.into()
                }
                Part::Expression(parts) => {
                    let text = self.parts(parts)?;
                    self.expression(&text).into()
                }
            };
            match value {
                // The first value is the beginning of the text as it is.
                Cow::Owned(value) if out.is_empty() && value.len() <= LONGEST => out = value,
                value if self.append(&mut out, &value) => {}
                _ => break,
            }
        }
        Ok(out)
    }

    /// Appends within the bound.
    fn append(&mut self, out: &mut String, value: &str) -> bool {
        let room = LONGEST - out.len();
        if value.len() <= room {
            out.push_str(value);
            return true;
        }
        let cut = (0..=room).rev().find(|&at| value.is_char_boundary(at)).unwrap_or(0);
        out.push_str(&value[..cut]);
        self.host.warn("the text is longer than 64 KiB after substitution: the rest is cut off", self.at);
        false
    }

    fn variable(&mut self, name: &str) -> Cow<'a, str> {
        if let Some(location) = self.location {
            match name {
                "EXTEN" => return Cow::Borrowed(&location.extension),
                "CONTEXT" => return Cow::Borrowed(&location.context),
                "PRIORITY" => return location.priority.to_string().into(),
                _ => {}
            }
        }
        self.host.variable(name).or_else(|| self.host.global(name)).unwrap_or_default().into()
    }

    fn function(&mut self, name: &str, arguments: String) -> Result<String, FunctionCall> {
        let reply = match self.answers.given.get(self.answers.next) {
            Some(reply) => reply.clone(),
            None => {
                let reply = self.host.read_function(name, &arguments);
                if reply == FunctionReply::Pending {
                    return Err(FunctionCall { name: name.to_owned(), arguments });
                }
                self.answers.push(reply.clone());
                reply
            }
        };
        if !matches!(reply, FunctionReply::Value(_))
            && let Some(given) = self.answers.given.get_mut(self.answers.next)
        {
            // Said once, below: a text that begins again takes it as empty.
            *given = FunctionReply::Value(String::new());
        }
        self.answers.next += 1;
        Ok(match reply {
            FunctionReply::Value(value) => value,
            FunctionReply::Error(message) => {
                self.host.warn(&format!("function {name}: {message}"), self.at);
                String::new()
            }
            FunctionReply::Unknown | FunctionReply::Pending => {
                self.host.warn(&format!("function {name} is not known"), self.at);
                String::new()
            }
        })
    }

    fn sliced<'v>(
        &mut self,
        value: Cow<'v, str>,
        slice: Option<&Slice>,
    ) -> Result<Cow<'v, str>, FunctionCall> {
        let bounds = match slice {
            None => return Ok(value),
            Some(Slice::Fixed(bounds)) => *bounds,
            Some(Slice::Computed(parts)) => Bounds::parse(&self.parts(parts)?),
        };
        Ok(match value {
            Cow::Borrowed(value) => Cow::Borrowed(bounds.of(value)),
            Cow::Owned(value) => Cow::Owned(bounds.of(&value).to_owned()),
        })
    }

    /// Reads `NAME`, `NAME:slice` or `FUNC(args):slice` that was put together.
    fn computed(&mut self, reference: &str) -> Result<String, FunctionCall> {
        let name_end = reference.find(['(', ':']).unwrap_or(reference.len());
        let (name, rest) = reference.split_at(name_end);
        let (value, rest) = match rest.strip_prefix('(') {
            Some(inner) => {
                let close = inner.rfind(')').unwrap_or(inner.len());
                let value = self.function(name, inner[..close].to_owned())?;
                (Cow::Owned(value), inner.get(close + 1..).unwrap_or(""))
            }
            None => (self.variable(name), rest),
        };
        Ok(match rest.strip_prefix(':') {
            Some(slice) => Bounds::parse(slice).of(&value).to_owned(),
            None => value.into_owned(),
        })
    }

    fn expression(&mut self, text: &str) -> String {
        let mut around = Around { host: &mut *self.host, at: self.at };
        match expression::evaluate(text, &mut around) {
            Ok(value) => value,
            Err(expression::Failure { error, value }) => {
                self.host.warn(&format!("expression `{}`: {error}", shortened(text)), self.at);
                value
            }
        }
    }
}

/// The host as an expression sees it.
struct Around<'a> {
    host: &'a mut dyn Host,
    at: Option<Span>,
}

impl expression::Surroundings for Around<'_> {
    fn warn(&mut self, text: String) {
        self.host.warn(&text, self.at);
    }

    fn call(&mut self, name: &str, arguments: &str) -> Option<String> {
        match self.host.read_function(name, arguments) {
            FunctionReply::Value(value) => return Some(value),
            FunctionReply::Unknown => return None,
            FunctionReply::Error(message) => self.host.warn(&format!("function {name}: {message}"), self.at),
            FunctionReply::Pending => {
                let text =
                    format!("function {name} cannot be waited for in an expression: write ${{{name}(…)}}");
                self.host.warn(&text, self.at);
            }
        }
        Some(String::new())
    }
}

fn shortened(text: &str) -> &str {
    let end = (0..=text.len().min(200)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimpleHost;

    fn host() -> SimpleHost {
        let mut host = SimpleHost::new();
        for (name, value) in [("A", "12345"), ("NAME", "A"), ("N", "2"), ("F", "LEN(abc)"), ("P", "a)b:c")] {
            host.variables.insert(name.into(), value.into());
        }
        host.globals.insert("G".into(), "global".into());
        host.functions.insert("LEN(abc)".into(), "3".into());
        host.functions.insert("ECHO(12345)".into(), "12345".into());
        host.functions.insert("ECHO(a)b:c)".into(), "odd".into());
        host
    }

    #[test]
    fn variables_slices_functions_and_expressions() {
        for (text, expected) in [
            ("plain", "plain"),
            ("${A}", "12345"),
            ("x${A:1}y", "x2345y"),
            ("${A:-2:1}", "4"),
            ("${A:${N}}", "345"),
            ("${A:${N}:$[1+1]}", "34"),
            ("${${NAME}}", "12345"),
            ("${${NAME}:3}", "45"),
            ("${${F}}", "3"),
            ("${${F}:0:9}", "3"),
            ("${MISSING}", ""),
            ("${G}", "global"),
            ("${LEN(abc)}", "3"),
            ("${ECHO(${A}):1:2}", "23"),
            ("${ECHO(${P})}", "odd"),
            ("$[${A} + 1]", "12346"),
            ("$[\"${A:0:1}\" = \"1\"]", "1"),
            ("$", "$"),
            ("$$A {} ${A", "$$A {} ${A"),
            ("$[${LEN(abc)} * $[1 + 1]]", "6"),
            ("$[LEN(abc) + ABS(-2)]", "5"),
        ] {
            assert_eq!(substitute(&mut host(), text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_fails_warns() {
        let mut host = host();
        assert_eq!(substitute(&mut host, "a${NOPE(1)}b$[1 +]c").unwrap(), "ab0c");
        assert_eq!(host.warnings.len(), 2, "{:?}", host.warnings);
        assert_eq!(host.warnings[0], "function NOPE is not known");
        assert!(host.warnings[1].starts_with("expression `1 +`:"));
    }

    #[test]
    fn length_is_bounded() {
        let mut host = SimpleHost::new();
        host.variables.insert("X".into(), "é".repeat(20_000));
        let text = substitute(&mut host, &"${X}".repeat(50)).unwrap();
        assert_eq!(text.len(), LONGEST);
        assert_eq!(host.warnings.len(), 1);
    }
}
