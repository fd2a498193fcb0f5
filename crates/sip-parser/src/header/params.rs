//! Parameters after a value: `;name=value;flag`.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Write as _};

use wire_text::{Places, Sixteen};

use crate::scan::{find_outside, split_before};

/// The parameters of a header value, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(pub(crate) &'a str);

impl<'a> Params<'a> {
    /// The parameters in a text that begins with the first semicolon. What stands before it is passed over.
    pub fn new(text: &'a str) -> Self {
        Self(text.get(text.find(';').unwrap_or(text.len())..).unwrap_or_default().trim_ascii_end())
    }

    /// The parameter of that name, in any case: `None` when it is absent, `Some(None)` when it has no value. A quoted
    /// value is given without its quotes, its escapes untouched.
    pub fn get(&self, name: &str) -> Option<Option<&'a str>> {
        let [found] = self.get_each([name]);
        found
    }

    /// What [`get`](Self::get) finds for each of these names, looked for together.
    pub fn get_each<const N: usize>(&self, names: [&str; N]) -> [Option<Option<&'a str>>; N] {
        let slowly = |name: &str| {
            let named = |(n, _): &(&str, _)| n.eq_ignore_ascii_case(name);
            self.iter().find(named).map(|(_, value)| value)
        };
        self.find_plain(names).unwrap_or_else(|Odd| names.map(slowly))
    }

    /// The same where nothing but semicolons and equals signs divides the text: nearly always, up to what is looked for.
    fn find_plain<const N: usize>(&self, names: [&str; N]) -> Result<[Option<Option<&'a str>>; N], Odd> {
        let (mut found, mut missing) = ([None; N], N);
        let octets = self.0.as_bytes();
        let dividing = |octets: Sixteen| {
            octets.equal(b';')
                | octets.equal(b'=')
                | octets.equal(b'"')
                | octets.equal(b'<')
                | octets.up_to(b' ')
        };
        let mut places = Places::of(octets, dividing);
        match octets.first() {
            None => return Ok(found),
            Some(b';') if names.iter().all(|name| !name.is_empty()) => places.next(),
            Some(_) => return Err(Odd),
        };
        let (mut start, mut equals) = (1, None);
        loop {
            let end = places.next();
            match end.map(|end| octets[end]) {
                Some(b'=') => equals = equals.or(end),
                None | Some(b';') => {
                    let end = end.unwrap_or(octets.len());
                    let written = &octets[start..equals.unwrap_or(end)];
                    for (name, found) in names.iter().zip(&mut found) {
                        if found.is_none() && written.eq_ignore_ascii_case(name.as_bytes()) {
                            *found = Some(equals.and_then(|equals| self.0.get(equals + 1..end)));
                            missing -= 1;
                        }
                    }
                    if missing == 0 || end == octets.len() {
                        return Ok(found);
                    }
                    (start, equals) = (end + 1, None);
                }
                Some(_) => return Err(Odd),
            }
        }
    }

    /// The value of a parameter as it is meant: without quotes, and with the escapes between them undone.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.written().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        value.map(meant)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        self.written().map(|(name, value)| (name, value.map(|value| between_quotes(value).unwrap_or(value))))
    }

    /// Name and value of each, with the quotes.
    fn written(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            loop {
                let tail = rest.trim_ascii_start().strip_prefix(';')?;
                let (parameter, next) = tail.split_at(find_outside(tail, b';').unwrap_or(tail.len()));
                rest = next;
                let parameter = parameter.trim_ascii();
                if !parameter.is_empty() {
                    return Some(pair(parameter));
                }
            }
        })
    }
}

/// Quotes, brackets or blanks stand among parameters.
struct Odd;

/// As they were written.
impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The two sides of `name=value`.
pub(crate) fn pair(parameter: &str) -> (&str, Option<&str>) {
    let (name, value) = split_before(parameter, b'=');
    (name.trim_ascii_end(), value.strip_prefix('=').map(str::trim_ascii))
}

/// What a value says that may stand in quotes.
pub(crate) fn meant(value: &str) -> Cow<'_, str> {
    between_quotes(value).map_or(Cow::Borrowed(value), unquoted)
}

/// A quoted string (RFC 3261 §25.1), made of what it shall say.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

/// What stands between the quotes of a quoted string; `None` for any other text.
pub(crate) fn between_quotes(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// The text of a quoted string without its quotes: backslash escapes undone.
pub(crate) fn unquoted(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        text.push(if c == '\\' { characters.next().unwrap_or('\\') } else { c });
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_flags_and_quotes() {
        let params = Params(r#" ; tag=1 ;lr; X = "a;b" ;;y="#);
        assert_eq!(params.get("TAG"), Some(Some("1")));
        assert_eq!(params.get("lr"), Some(None));
        assert_eq!(params.get("x"), Some(Some("a;b")));
        assert_eq!(params.get("y"), Some(Some("")));
        assert_eq!(params.get("z"), None);
    }

    proptest::proptest! {
        #[test]
        fn plain_ones_are_found_as_all_are(text in "(;[xyXY=;<\"> ]{0,5}){0,12}[xy=; ]{0,3}", name in "[xyZ=]{0,2}") {
            let params = Params(&text);
            let slowly = params.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name)).map(|(_, value)| value);
            proptest::prop_assert_eq!(params.get(&name), slowly);
            proptest::prop_assert_eq!(params.get_each(["x", &name, "Y"]), [params.get("x"), slowly, params.get("y")]);
        }
    }
}
