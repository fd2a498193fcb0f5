//! Amounts of money.

use std::str::FromStr;

use crate::{Gender, Language, Prompt};

/// A currency that there are prompts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Currency {
    /// Dollars and cents.
    #[default]
    Dollar,
    /// Euros and cents.
    Euro,
}

impl Currency {
    /// By its code (ISO 4217), in any case: `USD`, `EUR`.
    pub fn parse(code: &str) -> Option<Self> {
        [("USD", Self::Dollar), ("EUR", Self::Euro)]
            .into_iter()
            .find_map(|(known, currency)| known.eq_ignore_ascii_case(code.trim()).then_some(currency))
    }

    /// The unit: one, one with more to follow, several.
    fn unit(self) -> [&'static str; 3] {
        match self {
            Self::Dollar => ["letters/dollar", "letters/dollar_", "dollars"],
            Self::Euro => ["euro", "euro", "euros"],
        }
    }

    /// The hundredth of it: one, several.
    fn hundredth(self) -> [&'static str; 2] {
        match self {
            Self::Dollar => ["cent", "cents"],
            Self::Euro => ["euro-cent", "euro-cents"],
        }
    }
}

/// An amount in hundredths of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Cents.
    pub hundredths: i64,
    /// Of what.
    pub currency: Currency,
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no amount of money; write one as in 12.50")]
pub struct MoneyError(String);

/// Dollars, as in `12.50`, `-3` or `.5`. What is smaller than a cent is rounded, half of one away from zero.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let hundredths = hundredths(text.trim()).ok_or_else(|| MoneyError(text.to_owned()))?;
        Ok(Self { hundredths, currency: Currency::Dollar })
    }
}

fn hundredths(text: &str) -> Option<i64> {
    let (negative, amount) = match text.strip_prefix('-') {
        Some(amount) => (true, amount),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (units, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !(is_number(units) && is_number(fraction)) || (units.is_empty() && fraction.is_empty()) {
        return None;
    }
    let units: i64 = if units.is_empty() { 0 } else { units.parse().ok()? };
    let digit = |place: usize| i64::from(fraction.as_bytes().get(place).map_or(0, |digit| digit - b'0'));
    let rounding = i64::from(digit(2) >= 5);
    let total = units.checked_mul(100)?.checked_add(digit(0) * 10 + digit(1) + rounding)?;
    Some(if negative { -total } else { total })
}

impl Language {
    /// An amount of money: `SayMoney`. Cents are left out where there are none, and units where there are only cents.
    pub fn money(self, money: Money) -> Vec<Prompt> {
        let amount = money.hundredths.unsigned_abs();
        let (units, cents) = (amount / 100, amount % 100);
        let mut out = Vec::new();
        if money.hundredths < 0 {
            out.push("digits/minus".into());
        }
        let [one, one_and_more, several] = money.currency.unit();
        if units > 0 {
            self.unsigned(units, Gender::Masculine, &mut out);
            let name = match (units, cents) {
                (1, 0) => one,
                (1, _) => one_and_more,
                _ => several,
            };
            out.push(name.into());
        }
        if units > 0 && cents > 0 {
            out.push("and".into());
        }
        if cents > 0 || units == 0 {
            self.unsigned(cents, Gender::Masculine, &mut out);
            let [one, several] = money.currency.hundredth();
            out.push(if cents == 1 { one } else { several }.into());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_and_cents() {
        let english = Language::of("en");
        for (amount, prompts) in [
            ("0.42", &["digits/40", "digits/2", "cents"][..]),
            ("1.00", &["digits/1", "letters/dollar"]),
            ("1.42", &["digits/1", "letters/dollar_", "and", "digits/40", "digits/2", "cents"]),
            ("2", &["digits/2", "dollars"]),
            ("-2.01", &["digits/minus", "digits/2", "dollars", "and", "digits/1", "cent"]),
            ("0", &["digits/0", "cents"]),
        ] {
            assert_eq!(english.money(amount.parse().unwrap()), prompts, "{amount}");
        }
    }

    #[test]
    fn euros_in_french() {
        let french = Language::of("fr");
        let euros = |hundredths| french.text(&french.money(Money { hundredths, currency: Currency::Euro }));
        assert_eq!(euros(101), "un euro et un centime");
        assert_eq!(euros(2_180), "vingt et un euros et quatre-vingt centimes");
    }

    #[test]
    fn amounts_are_rounded_to_cents() {
        for (text, wanted) in [
            ("1.005", Some(101)),
            ("-1.004", Some(-100)),
            (".5", Some(50)),
            ("7.", Some(700)),
            ("1.999", Some(200)),
        ] {
            assert_eq!(hundredths(text), wanted, "{text}");
        }
        for text in ["", ".", "-", "1,50", "1.5.0", "one", "99999999999999999999", "1e3"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
