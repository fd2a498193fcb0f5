//! The `name=value` list after the word `Digest` in a challenge or an answer (RFC 7616 section 3.3).

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use smallvec::SmallVec;

/// Fields of one header; more than this is nobody's digest.
const FIELD_LIMIT: usize = 32;

/// Fields that are held without an allocation: those of an answer.
const USUAL_FIELDS: usize = 12;

/// The fields of one header value, borrowed from it. Names are compared in any case; the first of a
/// repeated name counts.
pub(super) struct Fields<'a>(SmallVec<[(&'a str, Cow<'a, str>); USUAL_FIELDS]>);

impl<'a> Fields<'a> {
    /// Reads `Digest name=value, name="value", ...`; `None` for another scheme or broken syntax.
    pub(super) fn parse(value: &'a str) -> Option<Fields<'a>> {
        let mut fields = SmallVec::new();
        for field in Reader::begin(value)? {
            if fields.len() >= FIELD_LIMIT {
                return None;
            }
            fields.push(field?);
        }
        Some(Fields(fields))
    }

    /// The value of a field, unquoted.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.cow(name).map(Cow::as_ref)
    }

    /// The same; what needed no unquoting can be kept as long as the header.
    pub(super) fn cow(&self, name: &str) -> Option<&Cow<'a, str>> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Reads one field after the other; `None` where the syntax is broken.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// What follows the word `Digest`; `None` for another scheme.
    fn begin(value: &'a str) -> Option<Self> {
        let value = value.trim();
        let (scheme, rest) = value.split_at(value.bytes().position(is_blank)?);
        scheme.eq_ignore_ascii_case("Digest").then_some(Self { rest })
    }

    fn read(&mut self) -> Option<(&'a str, Cow<'a, str>)> {
        let (name, after) = self.rest.split_at(memchr(b'=', self.rest.as_bytes())?);
        let (value, after) = value_of(after[1..].trim_ascii_start())?;
        self.rest = after.trim_ascii_start();
        let ends = self.rest.is_empty() || self.rest.starts_with(',');
        ends.then_some((name.trim_ascii(), value))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Option<(&'a str, Cow<'a, str>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let between = self.rest.bytes().position(|octet| !is_blank(octet) && octet != b',')?;
        self.rest = &self.rest[between..];
        Some(self.read())
    }
}

/// The user that an Authorization or Proxy-Authorization value claims to be; nothing is proven by it, and what comes behind it
/// is not looked at.
///
/// ```
/// let value = r#"Digest username="alice", realm="pbx", nonce="n", uri="sip:pbx", response="r""#;
/// assert_eq!(sip_ua::digest::claimed_username(value).as_deref(), Some("alice"));
/// ```
#[must_use]
pub fn claimed_username(authorization: &str) -> Option<String> {
    let mut fields = Reader::begin(authorization)?.map_while(|field| field);
    fields.find(|(name, _)| name.eq_ignore_ascii_case("username")).map(|(_, user)| user.into_owned())
}

/// A token or a quoted string, and what comes after it.
fn value_of(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.bytes().position(|octet| is_blank(octet) || octet == b',').unwrap_or(text.len());
        let (token, after) = text.split_at(end);
        return Some((Cow::Borrowed(token), after));
    };
    let first = memchr2(b'"', b'\\', quoted.as_bytes())?;
    if quoted.as_bytes()[first] == b'"' {
        return Some((Cow::Borrowed(&quoted[..first]), &quoted[first + 1..]));
    }
    let mut escaped = false;
    let end = quoted.bytes().position(|octet| {
        let closes = octet == b'"' && !escaped;
        escaped = octet == b'\\' && !escaped;
        closes
    })?;
    Some((Cow::Owned(unescape(&quoted[..end])), &quoted[end + 1..]))
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(if letter == '\\' { letters.next().unwrap_or(letter) } else { letter });
    }
    plain
}

/// Appends a value in double quotes, with what would break them escaped.
pub(super) fn write_quoted(value: &str, text: &mut String) {
    text.push('"');
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|octet| matches!(octet, b'"' | b'\\')) {
        let (plain, breaking) = rest.split_at(at);
        text.extend([plain, "\\"]);
        // Both are one octet.
        text.push_str(&breaking[..1]);
        rest = &breaking[1..];
    }
    text.push_str(rest);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_quoted_and_bare() {
        let fields = Fields::parse(r#"Digest username="al \"ice\"", NC=00000001,qop=auth , uri="sip:a,b""#);
        let fields = fields.expect("well formed");
        assert_eq!(fields.get("username"), Some(r#"al "ice""#));
        assert_eq!(fields.get("nc"), Some("00000001"));
        assert_eq!(fields.get("qop"), Some("auth"));
        assert_eq!(fields.get("URI"), Some("sip:a,b"));
        assert_eq!(fields.get("realm"), None);
    }

    #[test]
    fn what_is_broken_is_refused() {
        for text in
            ["", "Digest", "Basic abc=", "Digest a", r#"Digest a="b"#, r#"Digest a="b" c="d""#, "Digest é"]
        {
            assert!(Fields::parse(text).is_none(), "{text}");
        }
        let many: String = (0..100).map(|n| format!("a{n}=b,")).collect();
        assert!(Fields::parse(&format!("Digest {many}")).is_none());
    }

    #[test]
    fn quoting_survives_reading() {
        let mut header = "Digest a=".to_owned();
        write_quoted(r#"b"\c"#, &mut header);
        assert_eq!(
            Fields::parse(&header).and_then(|f| f.get("a").map(str::to_owned)),
            Some(r#"b"\c"#.into())
        );
    }
}
