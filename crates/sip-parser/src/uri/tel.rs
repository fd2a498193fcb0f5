//! Telephone numbers as URIs (RFC 3966).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use super::unescape;
use crate::error::HeaderError;
use crate::header::Params;
use crate::scan::split_before;

/// Parameters that are compared one by one, see [`TelUri::equivalent`].
const COMPARED: usize = 64;

/// A `tel:` URI, or the telephone number in the user part of a SIP URI with `user=phone` (RFC 3261 §19.1.6).
///
/// ```
/// use sip_parser::TelUri;
/// let number = TelUri::parse("tel:+1-201-555-0123;ext=12")?;
/// assert!(number.is_global());
/// assert_eq!((number.digits().as_ref(), number.extension().as_deref()), ("+12015550123", Some("12")));
/// assert!(number.equivalent(&TelUri::parse("TEL:+1(201)5550123;EXT=1-2")?));
/// # Ok::<(), sip_parser::HeaderError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelUri<'a> {
    number: &'a str,
    params: Params<'a>,
}

impl<'a> TelUri<'a> {
    /// Reads a `tel:` URI. A local number without `phone-context`, which the RFC asks for, is read too: emergency numbers
    /// are often written so.
    ///
    /// # Errors
    /// [`HeaderError`] when the scheme is another one, or what follows it is no telephone number.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        let (scheme, rest) = text.split_at_checked(4).ok_or(malformed("write tel:number"))?;
        match scheme.eq_ignore_ascii_case("tel:") {
            true => Self::subscriber(rest),
            false => Err(malformed("write tel:number")),
        }
    }

    /// Reads what follows `tel:`, which is also the user part of a SIP URI with `user=phone`.
    ///
    /// # Errors
    /// [`HeaderError`] when it is no telephone number.
    pub fn subscriber(text: &'a str) -> Result<Self, HeaderError> {
        let (number, params) = split_before(text, b';');
        let params = Params::new(params);
        if !is_number(&unescape(number)) {
            return Err(malformed("write digits, with - . ( ) between them and + before a global number"));
        }
        let word = |name: &str| {
            !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        };
        match params.iter().all(|(name, value)| word(name) && value != Some("")) {
            true => Ok(Self { number, params }),
            false => {
                Err(malformed("a parameter without a name of letters, digits and '-', or without a value"))
            }
        }
    }

    /// The number as written, with its separators.
    pub fn number(&self) -> &'a str {
        self.number
    }

    /// The number without separators, as it is dialled; a global one begins with `+`.
    pub fn digits(&self) -> Cow<'a, str> {
        let number = unescape(self.number);
        match number.contains(is_separator) {
            true => Cow::Owned(without_separators(&number).collect()),
            false => number,
        }
    }

    /// Whether the number is good everywhere in the world: it begins with `+` (E.164).
    pub fn is_global(&self) -> bool {
        self.number.starts_with('+') || unescape(self.number).starts_with('+')
    }

    /// Where a local number is good: a domain, or the beginning of a global number (`phone-context`).
    pub fn context(&self) -> Option<&'a str> {
        self.params.get("phone-context").flatten()
    }

    /// The extension behind the number, without separators (`ext`).
    pub fn extension(&self) -> Option<String> {
        let text = self.params.get("ext").flatten()?;
        Some(without_separators(&unescape(text)).collect())
    }

    /// The ISDN subaddress (`isub`), its escapes undone.
    pub fn subaddress(&self) -> Option<Cow<'a, str>> {
        self.params.get("isub").flatten().map(unescape)
    }

    /// All parameters.
    pub fn params(&self) -> Params<'a> {
        self.params
    }

    /// Whether both are the same number, by the rules of RFC 3966 §5: case, separators and the order of parameters do not
    /// count, everything else does. With more than 64 parameters, only numbers written alike are the same.
    pub fn equivalent(&self, other: &TelUri<'_>) -> bool {
        let (mine, theirs) = (self.params, other.params);
        if !same_number(self.number, other.number) {
            return false;
        }
        if [mine, theirs].iter().any(|params| params.iter().nth(COMPARED).is_some()) {
            return mine == theirs;
        }
        let alike = |(name, value): (&str, Option<&str>), (other, its): (&str, Option<&str>)| {
            let values = match (value, its) {
                (Some(a), Some(b)) => same_value(name, a, b),
                (None, None) => true,
                _ => false,
            };
            name.eq_ignore_ascii_case(other) && values
        };
        let within =
            |a: Params<'_>, b: Params<'_>| a.iter().all(|one| b.iter().any(|other| alike(one, other)));
        mine.iter().count() == theirs.iter().count() && within(mine, theirs) && within(theirs, mine)
    }
}

impl fmt::Display for TelUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tel:{}{}", self.number, self.params)
    }
}

/// Values of a parameter: numbers without their separators, others as text.
fn same_value(name: &str, a: &str, b: &str) -> bool {
    let context = name.eq_ignore_ascii_case("phone-context") && a.starts_with('+');
    if context || name.eq_ignore_ascii_case("ext") {
        return same_number(a, b);
    }
    unescape(a).eq_ignore_ascii_case(&unescape(b))
}

fn same_number(a: &str, b: &str) -> bool {
    let (a, b) = (unescape(a), unescape(b));
    let lower = |c: char| c.to_ascii_lowercase();
    without_separators(&a).map(lower).eq(without_separators(&b).map(lower))
}

/// `+` and digits, or the digits, letters and signs of a local number; one at least that is no separator.
fn is_number(text: &str) -> bool {
    let (digits, global) = match text.strip_prefix('+') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let allowed = |c: char| match global {
        true => c.is_ascii_digit(),
        false => c.is_ascii_hexdigit() || matches!(c, '*' | '#'),
    };
    without_separators(digits).next().is_some() && without_separators(digits).all(allowed)
}

fn without_separators(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !is_separator(*c))
}

/// What is written between digits for people (RFC 3966 §5.1.1).
fn is_separator(c: char) -> bool {
    matches!(c, '-' | '.' | '(' | ')')
}

const fn malformed(problem: &'static str) -> HeaderError {
    HeaderError::malformed("tel URI", problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uri;

    fn tel(text: &str) -> TelUri<'_> {
        TelUri::parse(text).unwrap()
    }

    fn same(a: &str, b: &str) -> bool {
        assert_eq!(tel(a).equivalent(&tel(b)), tel(b).equivalent(&tel(a)), "{a} and {b}");
        assert_eq!(
            tel(a).equivalent(&tel(b)),
            Uri::parse(a).unwrap().equivalent(&Uri::parse(b).unwrap()),
            "as URIs"
        );
        assert!(tel(a).equivalent(&tel(a)) && tel(b).equivalent(&tel(b)));
        tel(a).equivalent(&tel(b))
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let global = tel("tel:+1-201-555-0123");
        assert_eq!((global.digits().as_ref(), global.is_global()), ("+12015550123", true));
        let local = tel("tel:7042;phone-context=example.com");
        assert_eq!(
            (local.number(), local.context(), local.is_global()),
            ("7042", Some("example.com"), false)
        );
        let local = tel("tel:863-1234;phone-context=+1-914-555");
        assert_eq!((local.digits().as_ref(), local.context()), ("8631234", Some("+1-914-555")));
        let full = tel("tel:+358-555-1234567;ext=12.34;isub=a%20b;postd=pp22");
        assert_eq!(full.extension().as_deref(), Some("1234"));
        assert_eq!(full.subaddress().as_deref(), Some("a b"));
        assert_eq!(full.params().get("postd"), Some(Some("pp22")));
        assert_eq!(tel("tel:*21%23;phone-context=a.b").digits().as_ref(), "*21#");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "tel:",
            "tel:+",
            "tel:--",
            "tel:+12a",
            "tel:alice",
            "sip:1",
            "te",
            "tel:1;=2",
            "tel:1;ext=",
            "télé",
        ] {
            assert!(TelUri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_by_their_digits_and_parameters() {
        assert!(same("tel:+1-201-555-0123", "TEL:+1(201)555.0123"));
        assert!(same("tel:+1;ext=1-2;isub=9", "tel:+1;isub=9;ext=12"));
        assert!(same("tel:12af;phone-context=Example.COM", "tel:12AF;phone-context=example.com"));
        assert!(same("tel:1;phone-context=+1-914", "tel:1;phone-context=+1914"));
        assert!(!same("tel:+12015550123", "tel:12015550123"), "global and local");
        assert!(!same("tel:+1;ext=1", "tel:+1"), "a parameter of one alone");
        assert!(
            !same("tel:+1;x=1;x=2", "tel:+1;x=1;x=1"),
            "a parameter that stands twice is the same as itself"
        );
        assert!(!same("tel:+1;x", "tel:+1;x=1") && !same("tel:+1;x=1", "tel:+1;y=1"));
        assert!(!same("tel:1;phone-context=a", "tel:1;phone-context=b"));
    }

    #[test]
    fn the_number_in_a_sip_uri_is_found() {
        let uri = Uri::parse("sip:+358-555-1234567;ext=22@foo.com;user=phone").unwrap();
        let number = uri.telephone().unwrap();
        assert_eq!((number.digits().as_ref(), number.extension().as_deref()), ("+3585551234567", Some("22")));
        assert_eq!(Uri::parse("sip:12@foo.com").unwrap().telephone(), None);
        assert_eq!(Uri::parse("tel:+12").unwrap().telephone(), TelUri::parse("tel:+12").ok());
        assert_eq!(Uri::parse("tel:+1-2").unwrap().dialed().as_deref(), Some("+12"));
        assert_eq!(Uri::parse("sip:%61@b").unwrap().dialed().as_deref(), Some("a"));
        assert_eq!(Uri::parse("http://b").unwrap().dialed(), None);
    }
}
