use core::fmt;

/// A digit of a telephone: an event code of 0 to 15 (RFC 4733 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Digit {
    Zero,
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Seven,
    Eight,
    Nine,
    Star,
    Pound,
    A,
    B,
    C,
    D,
}

impl Digit {
    /// All digits, by their codes.
    pub const ALL: [Self; 16] = [
        Self::Zero,
        Self::One,
        Self::Two,
        Self::Three,
        Self::Four,
        Self::Five,
        Self::Six,
        Self::Seven,
        Self::Eight,
        Self::Nine,
        Self::Star,
        Self::Pound,
        Self::A,
        Self::B,
        Self::C,
        Self::D,
    ];

    /// The event code, 0 to 15.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The digit of an event code; `None` for the other events, such as 16, the hook flash.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// As it is dialled: `0` to `9`, `*`, `#`, `A` to `D`.
    pub const fn to_char(self) -> char {
        b"0123456789*#ABCD"[self as usize] as char
    }

    /// The digit of a character, in either case.
    ///
    /// ```
    /// use rtp::telephone_event::Digit;
    ///
    /// assert_eq!(Digit::from_char('#'), Some(Digit::Pound));
    /// assert_eq!(Digit::from_char('b'), Some(Digit::B));
    /// assert_eq!(Digit::from_char('w'), None); // a pause is no digit
    /// ```
    pub fn from_char(character: char) -> Option<Self> {
        Self::ALL.into_iter().find(|digit| digit.to_char() == character.to_ascii_uppercase())
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.to_char())
    }
}

#[cfg(test)]
mod tests {
    use super::Digit;

    #[test]
    fn codes_and_characters_go_both_ways() {
        for (code, digit) in Digit::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(digit.code()), code);
            assert_eq!(Digit::from_code(digit.code()), Some(digit));
            assert_eq!(Digit::from_char(digit.to_char()), Some(digit));
        }
        assert_eq!(Digit::from_code(16), None);
        assert_eq!(Digit::Star.to_string(), "*");
    }
}
