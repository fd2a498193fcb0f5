//! Reading an expression and computing it in one pass.

use super::lexer::{Operator, Token, tokens};
use super::number::Number;
use super::value::Value;
use super::{ExpressionError, Failure, Surroundings, functions, regex};
use std::cmp::Ordering;

/// Parentheses, signs and branches may nest this deep.
const DEEPEST: usize = 64;

/// How strongly operators hold their operands.
const COMMA: u8 = 1;
const CONDITION: u8 = 2;
const SIGN: u8 = 8;

fn strength(operator: Operator) -> Option<u8> {
    Some(match operator {
        Operator::Comma => COMMA,
        Operator::Question => CONDITION,
        Operator::Or => 3,
        Operator::And => 4,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::Greater
        | Operator::LessOrEqual
        | Operator::GreaterOrEqual => 5,
        Operator::Plus | Operator::Minus => 6,
        Operator::Times | Operator::Divide | Operator::Remainder => 7,
        Operator::Match | Operator::Search | Operator::Join => 9,
        Operator::Not | Operator::DoubleColon => return None,
    })
}

pub(super) fn evaluate<'a>(text: &'a str, around: &mut dyn Surroundings) -> Result<Value<'a>, Failure> {
    let tokens = tokens(text).map_err(Failure::without_a_value)?;
    if tokens.is_empty() {
        return Ok(Value::Text("".into()));
    }
    let mut parser = Parser { text, tokens: &tokens, at: 0, depth: 0, skipping: 0, plain_colons: 0, around };
    match parser.expression(COMMA) {
        Ok(value) if parser.peek().is_none() => Ok(value),
        Ok(value) => Err(Failure { error: parser.unexpected(), value: value.into_text() }),
        Err(error) if parser.at > 0 && error.is_of_syntax() => Err(Failure { error, value: "0".to_owned() }),
        Err(error) => Err(Failure::without_a_value(error)),
    }
}

struct Parser<'a, 't, 'w> {
    text: &'a str,
    tokens: &'t [(Token<'a>, usize)],
    at: usize,
    depth: usize,
    /// Inside of a branch that is not taken: read, but neither warn nor fail on its values.
    skipping: usize,
    /// Inside of a branch that ends with a single `:`.
    plain_colons: usize,
    around: &'w mut dyn Surroundings,
}

impl<'a> Parser<'a, '_, '_> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).map(|&(token, _)| token)
    }

    fn unexpected(&self) -> ExpressionError {
        let Some(&(_, at)) = self.tokens.get(self.at) else { return ExpressionError::UnexpectedEnd };
        let end = self.tokens.get(self.at + 1).map_or(self.text.len(), |&(_, next)| next);
        ExpressionError::Unexpected {
            found: self.text[at..end].trim_end().to_owned(),
            at: self.text[..at].chars().count() + 1,
        }
    }

    fn expression(&mut self, weakest: u8) -> Result<Value<'a>, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ExpressionError::TooDeep);
        }
        let mut left = self.operand()?;
        while let Some(Token::Operator(operator)) = self.peek() {
            if operator == Operator::Match && self.plain_colons > 0 {
                break;
            }
            let Some(strength) = strength(operator).filter(|&strength| strength >= weakest) else { break };
            self.at += 1;
            left = if operator == Operator::Question {
                self.condition(&left)?
            } else {
                let right = self.expression(strength + 1)?;
                self.apply(operator, left, right)?
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// A value, a sign before one, a call, or parentheses.
    fn operand(&mut self) -> Result<Value<'a>, ExpressionError> {
        let token = self.peek().ok_or(ExpressionError::UnexpectedEnd)?;
        match token {
            Token::Word(word) => {
                self.at += 1;
                if self.peek() == Some(Token::Open) && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    return self.call(word);
                }
                Ok(Value::Text(word.into()))
            }
            Token::Quoted(text) => {
                self.at += 1;
                Ok(Value::Text(text.into()))
            }
            Token::Operator(Operator::Minus) => {
                self.at += 1;
                let value = self.expression(SIGN)?;
                Ok(Value::Number(self.number(&value).negated()))
            }
            Token::Operator(Operator::Not) => {
                self.at += 1;
                let value = self.expression(SIGN)?;
                Ok(Value::truth(!value.is_whole_number_but_zero()))
            }
            Token::Open => {
                self.at += 1;
                let outside = std::mem::take(&mut self.plain_colons);
                let value = self.expression(COMMA)?;
                self.plain_colons = outside;
                self.close()?;
                Ok(value)
            }
            Token::Operator(_) | Token::Close => Err(self.unexpected()),
        }
    }

    fn close(&mut self) -> Result<(), ExpressionError> {
        match self.peek() {
            Some(Token::Close) => {
                self.at += 1;
                Ok(())
            }
            None => Err(ExpressionError::Unclosed('(')),
            Some(_) => Err(self.unexpected()),
        }
    }

    fn call(&mut self, name: &str) -> Result<Value<'a>, ExpressionError> {
        self.at += 1;
        let outside = std::mem::take(&mut self.plain_colons);
        let mut arguments = Vec::new();
        while self.peek() != Some(Token::Close) {
            arguments.push(self.expression(CONDITION)?);
            match self.peek() {
                Some(Token::Operator(Operator::Comma)) => self.at += 1,
                _ => break,
            }
        }
        self.plain_colons = outside;
        self.close()?;
        if functions::is_known(name) {
            let numbers: Vec<_> = arguments.iter().map(|argument| self.number(argument)).collect();
            return functions::call(name, &numbers).map(Value::Number);
        }
        // Any other function of the dialplan may stand here without `${ }`.
        if self.skipping > 0 {
            return Ok(Value::truth(false));
        }
        let texts: Vec<_> = arguments.iter().map(|argument| argument.unquoted()).collect();
        let value = self.around.call(name, &texts.join(","));
        value
            .map(|value| Value::Text(value.into()))
            .ok_or_else(|| ExpressionError::UnknownFunction(name.to_owned()))
    }

    /// What follows `condition ?`: two branches parted by `::`, or by `:` where no `::` follows.
    fn condition(&mut self, condition: &Value<'a>) -> Result<Value<'a>, ExpressionError> {
        let taken = !condition.is_nothing();
        let plain = !self.double_colon_follows();
        let outside = self.plain_colons;
        self.plain_colons = usize::from(plain);
        let yes = self.branch(taken)?;
        self.plain_colons = outside;
        let separator = if plain { Operator::Match } else { Operator::DoubleColon };
        if self.peek() != Some(Token::Operator(separator)) {
            return Err(self.unexpected());
        }
        self.at += 1;
        // `a ? b :: c ? d :: e` asks whether `a ? b :: c` is true.
        let no = self.branch_until(CONDITION + 1, !taken)?;
        Ok(if taken { yes } else { no })
    }

    fn branch(&mut self, taken: bool) -> Result<Value<'a>, ExpressionError> {
        self.branch_until(CONDITION, taken)
    }

    fn branch_until(&mut self, weakest: u8, taken: bool) -> Result<Value<'a>, ExpressionError> {
        self.skipping += usize::from(!taken);
        let value = self.expression(weakest)?;
        self.skipping -= usize::from(!taken);
        Ok(value)
    }

    fn double_colon_follows(&self) -> bool {
        let mut depth = 0_i32;
        for (token, _) in &self.tokens[self.at..] {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                Token::Operator(Operator::DoubleColon) if depth == 0 => return true,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
    }

    fn apply(
        &mut self,
        operator: Operator,
        left: Value<'a>,
        right: Value<'a>,
    ) -> Result<Value<'a>, ExpressionError> {
        let ordered = |wanted: fn(Ordering) -> bool| Value::truth(wanted(left.compare(&right)));
        Ok(match operator {
            Operator::Or if left.is_null() => right,
            Operator::Or => left,
            Operator::And if left.is_null() || right.is_null() => Value::truth(false),
            Operator::And => left,
            Operator::Equal => ordered(Ordering::is_eq),
            Operator::NotEqual => ordered(Ordering::is_ne),
            Operator::Less => ordered(Ordering::is_lt),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::LessOrEqual => ordered(Ordering::is_le),
            Operator::GreaterOrEqual => ordered(Ordering::is_ge),
            Operator::Join => Value::Text(format!("{}{}", left.unquoted(), right.unquoted()).into()),
            Operator::Comma => Value::Text(format!("{},{}", left.text(), right.text()).into()),
            Operator::Match | Operator::Search if self.skipping > 0 => Value::truth(false),
            Operator::Match => regex::search(&left.unquoted(), &right.unquoted(), true)?,
            Operator::Search => regex::search(&left.unquoted(), &right.unquoted(), false)?,
            _ => Value::Number(self.arithmetic(operator, &left, &right)?),
        })
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        left: &Value<'a>,
        right: &Value<'a>,
    ) -> Result<Number, ExpressionError> {
        let (left, right) = (self.number(left), self.number(right));
        Ok(match operator {
            Operator::Plus => left.add(right),
            Operator::Minus => left.subtract(right),
            Operator::Times => left.multiply(right),
            _ if right.is_zero() && self.skipping > 0 => right,
            _ if right.is_zero() => return Err(ExpressionError::DivisionByZero),
            Operator::Divide => left.divide(right),
            _ => left.remainder(right),
        })
    }

    /// The number that a value is; a text that is none counts as 0, with a warning.
    fn number(&mut self, value: &Value<'a>) -> Number {
        value.number().unwrap_or_else(|| {
            if self.skipping == 0 {
                self.around.warn(format!("`{}` is not a number and counts as 0", value.text()));
            }
            Number::Integer(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{ExpressionError, evaluate_expression, expression};

    #[test]
    fn every_operator() {
        for (text, expected) in [
            ("", ""),
            ("  ", ""),
            ("5", "5"),
            ("007", "007"),
            ("abc", "abc"),
            ("\"a b\"", "\"a b\""),
            ("1 + 2 * 3 - 4 / 2", "5"),
            ("(1 + 2) * 3", "9"),
            ("7 % 3", "1"),
            ("-7 % 3", "-1"),
            ("1 / 4", "0.25"),
            ("0.1 + 0.2", "0.3"),
            ("10 - 3 - 2", "5"),
            ("- 5 + 1", "-4"),
            ("--5", "5"),
            ("!0", "1"),
            ("!5", "0"),
            ("!abc", "1"),
            ("!\"5\"", "1"),
            ("!0.5", "1"),
            ("!\"\"", "1"),
            ("1 = 1.0", "1"),
            ("007 == 7", "1"),
            ("\"5\" = 5", "0"),
            ("\"5\" = \"5\"", "1"),
            ("abc = \"abc\"", "0"),
            ("a < b", "1"),
            ("10 > 9", "1"),
            ("\"10\" > \"9\"", "0"),
            ("1 != 2 & 2 <= 2 & 3 >= 3", "1"),
            ("0 | 5", "5"),
            ("4 || 5", "4"),
            ("4 & 0", "0"),
            ("4 && 5", "4"),
            ("\"\" | 7", "\"\""),
            ("1 & \"\"", "1"),
            ("\"\" ? 1 :: 2", "2"),
            ("1 ? yes :: no", "yes"),
            ("0 ? yes :: no", "no"),
            ("1 ? yes : no", "yes"),
            ("0 ? a : 0 ? b : c", "c"),
            ("1 ? 0 ? a :: b :: c", "b"),
            ("1 ? a :: 0 ? b :: c", "b"),
            ("0 ? 1 / 0 :: 2", "2"),
            ("\"0612\" : \"0[67]\"", "2"),
            ("\"x0612\" : \"0[67]\"", "0"),
            ("\"x0612\" =~ \"0[67]\"", "2"),
            ("\"x0612\" =~ \"(6.)\"", "61"),
            ("\"x\" =~ \"(6.)\"", ""),
            ("\"abc\" ~~ \"def\"", "abcdef"),
            ("a ~~ b ~~ c", "abc"),
            ("1 = 1 = 1", "1"),
            ("FLOOR(2.7) + CEIL(2.1)", "5"),
            ("round(2.5)", "3"),
            ("POW(2,10)", "1024"),
            ("sqrt(16)", "4"),
            ("12345678901234567890 + 1", "12345678901234567891"),
        ] {
            assert_eq!(evaluate_expression(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_has_no_value() {
        use ExpressionError::*;
        let error = |text: &str| evaluate_expression(text).unwrap_err();
        assert_eq!(error(" + 1"), Unexpected { found: "+".into(), at: 2 });
        assert_eq!(error("1 +"), UnexpectedEnd);
        assert_eq!(error("a b"), Unexpected { found: "b".into(), at: 3 });
        assert_eq!(error("(1"), Unclosed('('));
        assert_eq!(error("1)"), Unexpected { found: ")".into(), at: 2 });
        assert_eq!(error("1 ? 2"), UnexpectedEnd);
        assert_eq!(error("1 / 0"), DivisionByZero);
        assert_eq!(error("1 % x"), DivisionByZero);
        assert_eq!(error("NOPE(1)"), UnknownFunction("NOPE".into()));
        assert_eq!(error("SQRT(1,2)"), WrongArguments("SQRT".into()));
        assert_eq!(error("a =~ \"(\""), BadPattern("(".into()));
        assert_eq!(error(&"(".repeat(1_000)), TooDeep);
        assert_eq!(error(&"!".repeat(1_000)), TooDeep);
        assert_eq!(error(&"1".repeat(10_000)), TooLong);
    }

    #[test]
    fn what_a_dialplan_goes_on_with() {
        for (text, expected) in [
            ("Bob Smith = John", "Bob"),
            ("5 + 3 x", "8"),
            ("a = a b", "1"),
            ("1 + 2) * 3", "3"),
            ("5 +", "0"),
            ("abc =", "0"),
            ("1 <> 2", "0"),
            ("(1", "0"),
            ("()", "0"),
            ("POW(2)", "0"),
            ("= 5", ""),
            (" & 1", ""),
            ("1 / 0", ""),
            ("\"abc", ""),
        ] {
            let failure = expression::evaluate(text, &mut |_: String| {}).unwrap_err();
            assert_eq!(failure.value, expected, "{text}");
        }
    }

    #[test]
    fn long_chains_do_not_nest() {
        let sum = vec!["1"; 2_000].join("+");
        assert_eq!(evaluate_expression(&sum).unwrap(), "2000");
    }

    #[test]
    fn words_in_arithmetic_count_as_zero_with_a_warning() {
        let mut warnings = Vec::new();
        let value = expression::evaluate("abc + 1", &mut |warning: String| warnings.push(warning));
        assert_eq!(value.unwrap(), "1");
        assert_eq!(warnings, ["`abc` is not a number and counts as 0"]);
    }
}
