//! URIs: `sip:` and `sips:` taken apart, others kept whole (RFC 3261 §19.1).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Write as _};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::HeaderError;
use crate::header::Params;

/// The host of a URI or of a Via.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// A domain name, as written.
    Name(&'a str),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address; it stands in brackets.
    Ipv6(Ipv6Addr),
}

impl<'a> Host<'a> {
    /// Reads a host; IPv6 in brackets. `None` when it can be no host.
    pub fn parse(text: &'a str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return inner.parse().ok().map(Self::Ipv6);
        }
        if let Ok(address) = text.parse() {
            return Some(Self::Ipv4(address));
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        (!text.is_empty() && text.bytes().all(plain)).then_some(Self::Name(text))
    }

    /// The address, unless it is a name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Ipv4(address) => Some(IpAddr::V4(*address)),
            Self::Ipv6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// Whether both name the same host; names are compared without regard to case.
    fn same(&self, other: &Host<'_>) -> bool {
        match (self, other) {
            (Self::Name(a), Host::Name(b)) => a.eq_ignore_ascii_case(b),
            (Self::Ipv4(a), Host::Ipv4(b)) => a == b,
            (Self::Ipv6(a), Host::Ipv6(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ipv4(address) => address.fmt(f),
            Self::Ipv6(address) => write!(f, "[{address}]"),
        }
    }
}

/// Reads `host[:port]`; blanks are allowed around the colon.
pub(crate) fn host_and_port(text: &str) -> Option<(Host<'_>, Option<u16>)> {
    let host_end =
        if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
    let (host, rest) = text.split_at(host_end);
    let port = match rest.trim().strip_prefix(':') {
        Some(port) => Some(port.trim().parse().ok()?),
        None if rest.trim().is_empty() => None,
        None => return None,
    };
    Some((Host::parse(host.trim())?, port))
}

/// A URI. A `sip:` or `sips:` one is taken apart; of any other scheme only scheme and text are known.
///
/// ```
/// use sip_parser::Uri;
/// let uri = Uri::parse("sip:%61lice:pw@example.com:5070;transport=tcp?subject=hi")?;
/// assert_eq!(uri.user_unescaped().as_deref(), Some("alice"));
/// assert_eq!((uri.port(), uri.param("transport")), (Some(5070), Some(Some("tcp"))));
/// # Ok::<(), sip_parser::HeaderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    text: &'a str,
    scheme: &'a str,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: Host<'a>,
    port: Option<u16>,
    params: Params<'a>,
    headers: &'a str,
}

impl<'a> Uri<'a> {
    /// Reads a URI.
    ///
    /// # Errors
    /// [`HeaderError`] when there is no scheme, or a SIP URI has no usable host or port.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError = HeaderError::malformed("URI", "write scheme:user@host");
        let (scheme, rest) = text.split_once(':').ok_or(PROBLEM)?;
        let scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        if !scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) || !scheme.bytes().all(scheme_byte)
        {
            return Err(PROBLEM);
        }
        if text.bytes().any(|b| b <= b' ' || b == b'<' || b == b'>' || b == b'"' || b == 0x7f) {
            return Err(HeaderError::malformed("URI", "a blank, a bracket or a quote stands in it"));
        }
        let mut uri = Self {
            text,
            scheme,
            user: None,
            password: None,
            host: Host::Name(""),
            port: None,
            params: Params(""),
            headers: "",
        };
        if uri.is_sip() { uri.split(rest).map(|()| uri) } else { Ok(uri) }
    }

    /// Takes `user:password@host:port;params?headers` apart. The user part may hold `;` and `?` itself.
    fn split(&mut self, rest: &'a str) -> Result<(), HeaderError> {
        let tail = match rest.rfind('@') {
            Some(at) => {
                let (user, password) = match rest[..at].split_once(':') {
                    Some((user, password)) => (user, Some(password)),
                    None => (&rest[..at], None),
                };
                if user.is_empty() {
                    return Err(HeaderError::malformed("URI", "the user before '@' is empty"));
                }
                if rest[..at].contains('@') {
                    let problem = "a second '@' in the user part, where it has to be written %40";
                    return Err(HeaderError::malformed("URI", problem));
                }
                (self.user, self.password) = (Some(user), password);
                &rest[at + 1..]
            }
            None => rest,
        };
        let (address, headers) = tail.split_once('?').unwrap_or((tail, ""));
        let (host, params) = address.split_at(address.find(';').unwrap_or(address.len()));
        (self.host, self.port) =
            host_and_port(host).ok_or(HeaderError::malformed("URI", "no usable host and port"))?;
        (self.params, self.headers) = (Params(params), headers);
        Ok(())
    }

    /// Whether it is a `sip:` or `sips:` URI.
    pub fn is_sip(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("sip") || self.scheme.eq_ignore_ascii_case("sips")
    }

    /// The URI as written.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme as written.
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// The user part as written, escapes and all.
    pub fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// The user part with its escapes undone; octets that are no UTF-8 become replacement characters.
    pub fn user_unescaped(&self) -> Option<Cow<'a, str>> {
        self.user.map(unescape)
    }

    /// The password as written.
    pub fn password(&self) -> Option<&'a str> {
        self.password
    }

    /// The host; an empty name when the scheme has none.
    pub fn host(&self) -> Host<'a> {
        self.host
    }

    /// The port, if one is written.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The parameters.
    pub fn params(&self) -> Params<'a> {
        self.params
    }

    /// One parameter, see [`Params::get`].
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params.get(name)
    }

    /// What follows `?`, as written.
    pub fn headers(&self) -> &'a str {
        self.headers
    }

    /// Whether both mean the same, by the rules of RFC 3261 §19.1.4.
    pub fn equivalent(&self, other: &Uri<'_>) -> bool {
        if !(self.is_sip() && other.is_sip()) {
            return self.text == other.text;
        }
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.user_unescaped() == other.user_unescaped()
            && self.password.map(unescape) == other.password.map(unescape)
            && self.host.same(&other.host)
            && self.port == other.port
            && params_agree(self.params, other.params)
            && params_agree(other.params, self.params)
            && headers_agree(self.headers, other.headers)
            && headers_agree(other.headers, self.headers)
    }
}

/// Every parameter that both have is equal, and those that must not stand alone do not.
fn params_agree(a: Params<'_>, b: Params<'_>) -> bool {
    const NEVER_ALONE: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
    a.iter().all(|(name, value)| match b.get(name) {
        Some(other) => match (value, other) {
            (Some(x), Some(y)) => unescape(x).eq_ignore_ascii_case(&unescape(y)),
            (x, y) => x == y,
        },
        None => !NEVER_ALONE.iter().any(|n| name.eq_ignore_ascii_case(n)),
    })
}

/// Headers are never ignored: each of `a` stands in `b` too.
fn headers_agree(a: &str, b: &str) -> bool {
    let fields = |text: &'_ str| {
        text.split('&').filter(|f| !f.is_empty()).map(String::from).collect::<alloc::vec::Vec<_>>()
    };
    let theirs = fields(b);
    fields(a).iter().all(|field| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        theirs.iter().any(|other| {
            let (n, v) = other.split_once('=').unwrap_or((other, ""));
            n.eq_ignore_ascii_case(name) && unescape(v) == unescape(value)
        })
    })
}

/// Undoes percent escapes; a `%` that begins none stays.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = alloc::vec::Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| tail.first_chunk::<2>()).flatten().and_then(hex);
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let digit = |d: u8| char::from(d).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Percent-escapes what may not stand in the user part of a URI (RFC 3261 §25.1).
///
/// ```
/// assert_eq!(sip_parser::escape_user("+33 1#"), "+33%201%23");
/// ```
pub fn escape_user(user: &str) -> Cow<'_, str> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(byte);
    if user.bytes().all(|byte| allowed(&byte)) {
        return Cow::Borrowed(user);
    }
    let mut escaped = String::with_capacity(user.len() + 6);
    for byte in user.bytes() {
        if allowed(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
        assert_eq!(a.equivalent(&b), b.equivalent(&a));
        a.equivalent(&b)
    }

    #[test]
    fn users_may_hold_nearly_anything() {
        let uri = Uri::parse("sip:user;par=u%40example.net@example.com").unwrap();
        assert_eq!(uri.user_unescaped().unwrap(), "user;par=u@example.net");
        let null = Uri::parse("sip:null-%00-null@example.com").unwrap();
        assert_eq!(null.user_unescaped().unwrap(), "null-\0-null");
        assert_eq!(Uri::parse("sip:a%4@b").unwrap().user_unescaped().unwrap(), "a%4");
    }

    #[test]
    fn hosts_of_every_kind() {
        let host = |t: &'static str| Uri::parse(t).map(|u| (u.host(), u.port()));
        assert_eq!(host("sip:[2001:db8::10]:5070;lr").unwrap().1, Some(5070));
        assert_eq!(host("sip:192.0.2.1").unwrap().0, Host::Ipv4([192, 0, 2, 1].into()));
        for broken in [
            "sip:",
            "sip:@a",
            "sip:2001:db8::10",
            "sip:a:99999",
            "sip:[::1",
            "sip:a b",
            "nothing",
            ":a",
            "sip:a@",
        ] {
            assert!(host(broken).is_err(), "{broken}");
        }
        assert_eq!(Uri::parse("tel:+1-201-555").unwrap().as_str(), "tel:+1-201-555");
    }

    #[test]
    fn equivalence_is_that_of_the_standard() {
        assert!(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
        assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
        assert!(same(
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
        ));
        assert!(!same("SIP:ALICE@AtLanTa.CoM", "sip:alice@atlanta.com"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
        assert!(!same("sip:carol@chicago.com?Subject=next%20meeting", "sip:carol@chicago.com"));
        assert!(!same("sip:a@b;security=on", "sip:a@b;security=off"));
    }
}
