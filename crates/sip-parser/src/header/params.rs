//! Parameters after a value: `;name=value;flag`.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::scan::find_outside;

/// The parameters of a header value, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(pub(crate) &'a str);

impl<'a> Params<'a> {
    /// The parameter of that name, in any case: `None` when it is absent, `Some(None)` when it has no value. A quoted
    /// value is given without its quotes, its escapes untouched.
    pub fn get(&self, name: &str) -> Option<Option<&'a str>> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            loop {
                let tail = rest.trim_start().strip_prefix(';')?;
                let end = find_outside(tail, b';').unwrap_or(tail.len());
                let (parameter, next) = tail.split_at(end);
                rest = next;
                if !parameter.trim().is_empty() {
                    return Some(pair(parameter));
                }
            }
        })
    }
}

fn pair(parameter: &str) -> (&str, Option<&str>) {
    match parameter.split_once('=') {
        None => (parameter.trim(), None),
        Some((name, value)) => {
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            (name.trim(), Some(bare))
        }
    }
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
}
