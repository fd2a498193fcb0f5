//! URIs: `sip:`, `sips:` and `tel:` taken apart, others kept whole (RFC 3261 §19.1, RFC 3966).

mod equivalence;
mod tel;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Write as _};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire_text::{Address, Found, Places, Sixteen, all, find, ipv4};

pub use self::tel::TelUri;
use crate::error::HeaderError;
use crate::header::Params;
use crate::scan::number;

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
        let first = text.as_bytes().first()?;
        if let Some(address) = first.is_ascii_digit().then(|| ipv4(text)).flatten() {
            return Some(Self::Ipv4(address));
        }
        match first {
            b'[' => ipv6(text.strip_prefix('[')?.strip_suffix(']')?).map(Self::Ipv6),
            _ => all(text.as_bytes(), of_name).then_some(Self::Name(text)),
        }
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
            Self::Ipv4(address) => f.write_str(Address::of((*address).into()).as_str()),
            Self::Ipv6(address) => f.write_str(Address::in_uri((*address).into()).as_str()),
        }
    }
}

/// Reads an IPv6 address. The grammar of RFC 3261 asks for a colon too many before an IPv4 address at its end, which is
/// passed over (RFC 5118 §4.10).
fn ipv6(text: &str) -> Option<Ipv6Addr> {
    let repaired = || text.contains(":::").then(|| text.replacen(":::", "::", 1).parse().ok()).flatten();
    text.parse().ok().or_else(repaired)
}

/// Reads `host[:port]`; blanks are allowed around the colon.
pub(crate) fn host_and_port(text: &str) -> Option<(Host<'_>, Option<u16>)> {
    let host_end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => find(text.as_bytes(), b':').unwrap_or(text.len()),
    };
    divided(text, host_end)
}

/// The same where it is known where the host ends.
#[inline]
fn divided(text: &str, host_end: usize) -> Option<(Host<'_>, Option<u16>)> {
    let (host, rest) = text.split_at_checked(host_end)?;
    let port = match rest.is_empty() {
        true => None,
        false => port_behind(rest)?,
    };
    Some((Host::parse(host.trim_ascii_end())?, port))
}

/// The port behind its colon, if there is one; blanks are allowed around both.
fn port_behind(rest: &str) -> Option<Option<u16>> {
    let rest = rest.trim_ascii();
    match rest.strip_prefix(':') {
        Some(port) => number(port.trim_ascii_start()).map(Some),
        None => rest.is_empty().then_some(None),
    }
}

/// Octets that may stand in a host name, or between labels.
#[inline]
fn of_name(octets: Sixteen) -> Found {
    let letters = octets.lower().within(b'a', b'z');
    letters | octets.within(b'0', b'9') | octets.within(b'-', b'.') | octets.equal(b'_')
}

/// Octets that divide the parts of a SIP URI, or may stand in no URI; the equals sign, which does neither, is among them.
#[inline]
fn dividing(octets: Sixteen) -> Found {
    octets.within(b':', b'@') | octets.up_to(b' ') | octets.equal(b'"') | octets.equal(0x7f)
}

/// Where the scheme ends: before the first colon.
#[inline]
fn scheme_end(text: &str) -> Option<usize> {
    let octets = text.as_bytes();
    if octets.starts_with(b"sip:") {
        return Some(3);
    }
    let of_scheme = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'+');
    let end = octets.iter().position(|octet| !of_scheme(octet))?;
    (octets[0].is_ascii_alphabetic() && octets[end] == b':').then_some(end)
}

/// A URI. A `sip:` or `sips:` one is taken apart; of any other scheme only scheme and text are known, and the
/// [telephone](Uri::telephone) number of `tel:`.
///
/// ```
/// use sip_parser::Uri;
/// let uri = Uri::parse("sip:%61lice:pw@example.com:5070;transport=tcp?subject=hi")?;
/// assert_eq!(uri.user_unescaped().as_deref(), Some("alice"));
/// assert_eq!((uri.port(), uri.param("transport")), (Some(5070), Some(Some("tcp"))));
/// # Ok::<(), sip_parser::HeaderError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Uri<'a> {
    text: &'a str,
    host: Host<'a>,
    port: Option<u16>,
    /// Octets of the scheme.
    scheme: u32,
    /// Where the other parts meet; of another scheme than SIP none do.
    marks: Marks,
}

impl<'a> Uri<'a> {
    /// Reads a URI.
    ///
    /// # Errors
    /// [`HeaderError`] when there is no scheme, or a SIP URI has no usable host or port.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        if text.len() >= ABSENT as usize {
            return Err(malformed("it is longer than any message", 0));
        }
        let scheme = scheme_end(text).ok_or(malformed("write scheme:user@host", 0))?;
        let marks = Marks::find(text.as_bytes(), scheme + 1)?;
        let mut uri = Self { text, host: Host::Name(""), port: None, scheme: scheme as u32, marks: NO_MARKS };
        if uri.is_sip() {
            uri.marks = marks;
            (uri.host, uri.port) = uri.read_host()?;
        }
        Ok(uri)
    }

    /// Reads host and port of `user:password@host:port;params?headers`. The user part may hold `;` and `?` itself.
    fn read_host(&self) -> Result<(Host<'a>, Option<u16>), HeaderError> {
        let marks = &self.marks;
        let mut host_at = self.scheme as usize + 1;
        if marks.at != ABSENT {
            if marks.password.min(marks.at) as usize == host_at {
                return Err(malformed("the user before '@' is empty", host_at));
            }
            if marks.second_at != ABSENT {
                let problem = "a second '@' in the user part, where it has to be written %40";
                return Err(malformed(problem, marks.second_at as usize));
            }
            host_at = marks.at as usize + 1;
        }
        let host = self.part(host_at, self.host_end());
        let read = match marks.colon {
            // A colon between brackets is one of the address.
            _ if host.as_bytes().first() == Some(&b'[') => host_and_port(host),
            colon if (colon as usize) < self.host_end() => divided(host, colon as usize - host_at),
            _ => divided(host, host.len()),
        };
        read.ok_or(malformed("no usable host and port", host_at))
    }

    /// The text from `start` to `end`, both of which are marks, and ASCII characters therefore.
    #[inline]
    fn part(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where the parameters end.
    #[inline]
    fn params_end(&self) -> usize {
        self.text.len().min(self.marks.question as usize)
    }

    /// Where host and port end.
    #[inline]
    fn host_end(&self) -> usize {
        self.params_end().min(self.marks.semicolon as usize)
    }

    /// Whether it is a `sip:` or `sips:` URI.
    pub fn is_sip(&self) -> bool {
        let scheme = self.scheme();
        scheme == "sip" || scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
    }

    /// The URI as written.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme as written.
    pub fn scheme(&self) -> &'a str {
        self.part(0, self.scheme as usize)
    }

    /// The user part as written, escapes and all.
    pub fn user(&self) -> Option<&'a str> {
        let end = self.marks.at.min(self.marks.password) as usize;
        (self.marks.at != ABSENT).then(|| self.part(self.scheme as usize + 1, end))
    }

    /// The user part with its escapes undone; octets that are no UTF-8 become replacement characters.
    pub fn user_unescaped(&self) -> Option<Cow<'a, str>> {
        self.user().map(unescape)
    }

    /// The password as written.
    pub fn password(&self) -> Option<&'a str> {
        let Marks { at, password, .. } = self.marks;
        (password != ABSENT).then(|| self.part(password as usize + 1, at as usize))
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
        Params(self.part(self.host_end(), self.params_end()))
    }

    /// One parameter, see [`Params::get`]; its name may be written with escapes, and its value is given as written.
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params().get(name).or_else(|| self.escaped_param(name))
    }

    /// One parameter with the escapes of its value undone.
    pub fn param_unescaped(&self, name: &str) -> Option<Option<Cow<'a, str>>> {
        self.param(name).map(|value| value.map(unescape))
    }

    fn escaped_param(&self, wanted: &str) -> Option<Option<&'a str>> {
        if !self.params().0.contains('%') {
            return None;
        }
        let named = |(name, _): &(&str, _)| name.contains('%') && unescape(name).eq_ignore_ascii_case(wanted);
        self.params().iter().find(named).map(|(_, value)| value)
    }

    /// The telephone number that it holds: a `tel:` URI is one, and a SIP URI with `user=phone` has one in its user part
    /// (RFC 3261 §19.1.6).
    pub fn telephone(&self) -> Option<TelUri<'a>> {
        if self.scheme().eq_ignore_ascii_case("tel") {
            return TelUri::parse(self.text).ok();
        }
        let phone = self.param("user").flatten().is_some_and(|kind| kind.eq_ignore_ascii_case("phone"));
        TelUri::subscriber(self.user().filter(|_| phone)?).ok()
    }

    /// Who is called: the user part of a SIP URI with its escapes undone, or the digits of a `tel:` URI.
    pub fn dialed(&self) -> Option<Cow<'a, str>> {
        match self.is_sip() {
            true => self.user_unescaped(),
            false => self.telephone().map(|number| number.digits()),
        }
    }

    /// What follows `?`, as written.
    pub fn headers(&self) -> &'a str {
        match self.marks.question {
            ABSENT => "",
            question => self.part(question as usize + 1, self.text.len()),
        }
    }

    /// The URI as written, without its headers: what may stand in a request line, and in a Contact or Route that is used
    /// as one (RFC 3261 §19.1.1).
    pub fn without_headers(&self) -> &'a str {
        // The headers are the end of the text, behind the question mark.
        let tail = self.text.len() - self.headers().len();
        let bare = self.text.get(..tail).unwrap_or(self.text);
        if self.is_sip() { bare.strip_suffix('?').unwrap_or(bare) } else { self.text }
    }

    /// The value of one header behind `?` by its name in any case, its escapes undone: the Replaces of a Refer-To.
    pub fn header(&self, wanted: &str) -> Option<Cow<'a, str>> {
        let field = |field: &'a str| field.split_once('=').unwrap_or((field, ""));
        let named = |(name, _): &(&str, _)| unescape(name).eq_ignore_ascii_case(wanted);
        self.headers().split('&').map(field).find(named).map(|(_, value)| unescape(value))
    }

    /// Whether both mean the same: by the rules of RFC 3261 §19.1.4 for SIP URIs, by those of RFC 3966 §5 for `tel:`, and
    /// otherwise as they are written. It is not handed on: two URIs may mean the same as a third and not as each other.
    pub fn equivalent(&self, other: &Uri<'_>) -> bool {
        if self.is_sip() && other.is_sip() {
            return equivalence::same(self, other);
        }
        match (TelUri::parse(self.text), TelUri::parse(other.text)) {
            (Ok(a), Ok(b)) => a.equivalent(&b),
            _ => {
                self.scheme().eq_ignore_ascii_case(other.scheme())
                    && self.text[self.scheme as usize..] == other.text[other.scheme as usize..]
            }
        }
    }
}

/// Equal when they are written alike; see [`Uri::equivalent`] for what they mean.
impl PartialEq for Uri<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Uri<'_> {}

/// A mark that is not there: a place beyond every text.
const ABSENT: u32 = u32::MAX;

/// Nothing is there.
const NO_MARKS: Marks = Marks {
    at: ABSENT,
    password: ABSENT,
    colon: ABSENT,
    second_at: ABSENT,
    semicolon: ABSENT,
    question: ABSENT,
};

/// Where the parts of a SIP URI meet. They are handed on with every address, and kept small for that.
#[derive(Clone, Copy, Debug)]
struct Marks {
    at: u32,
    /// The colon between user and password.
    password: u32,
    /// The first colon behind the `@`, or the first of all.
    colon: u32,
    /// An `@` that should not be there.
    second_at: u32,
    /// The semicolon behind host and port.
    semicolon: u32,
    /// The question mark behind the parameters.
    question: u32,
}

impl Marks {
    /// Goes once over the text behind the scheme. The text is shorter than [`ABSENT`].
    #[inline]
    fn find(text: &[u8], from: usize) -> Result<Self, HeaderError> {
        let mut marks = NO_MARKS;
        let rest = text.get(from..).unwrap_or_default();
        for place in Places::of(rest, dividing) {
            let at = (from + place) as u32;
            match rest[place] {
                b'=' => {}
                // The first of each counts, and all others are behind it.
                b':' => marks.colon = marks.colon.min(at),
                // Headers hold others: RFC 3515 §2.1 writes them so, against the grammar.
                b'@' if marks.question != ABSENT && marks.at != ABSENT => {}
                b'@' if marks.at != ABSENT => marks.second_at = marks.second_at.min(at),
                b'@' => marks = Self { at, password: marks.colon, ..NO_MARKS },
                b';' if marks.question == ABSENT => marks.semicolon = marks.semicolon.min(at),
                b'?' => marks.question = marks.question.min(at),
                b';' => {}
                _ => return Err(malformed("a blank, a bracket or a quote stands in it", at as usize)),
            }
        }
        Ok(marks)
    }
}

const fn malformed(problem: &'static str, at: usize) -> HeaderError {
    HeaderError::malformed_at("URI", problem, at)
}

/// Undoes percent escapes; a `%` that begins none stays.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = alloc::vec::Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((octet, length)) = octet_at(rest) {
        bytes.push(octet);
        rest = &rest[length..];
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first octet with its escape undone, and how many octets write it.
fn octet_at(text: &[u8]) -> Option<(u8, usize)> {
    let (first, tail) = text.split_first()?;
    let escaped = (*first == b'%').then(|| tail.first_chunk::<2>()).flatten().and_then(hex);
    Some(escaped.map_or((*first, 1), |octet| (octet, 3)))
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
    fn parameters_and_headers_are_found_behind_their_escapes() {
        let uri = Uri::parse("sip:a@b;%6Cr;n%61me=v%20w;x?Subject=a%20b&replaces=1%3Bto-tag%3D2&to").unwrap();
        assert_eq!((uri.param("LR"), uri.param("x"), uri.param("y")), (Some(None), Some(None), None));
        assert_eq!(uri.param("name"), Some(Some("v%20w")));
        assert_eq!(uri.param_unescaped("name").flatten().as_deref(), Some("v w"));
        assert_eq!(uri.header("subject").as_deref(), Some("a b"));
        assert_eq!(uri.header("Replaces").as_deref(), Some("1;to-tag=2"));
        assert_eq!(uri.without_headers(), "sip:a@b;%6Cr;n%61me=v%20w;x");
        for plain in ["sip:a@b", "sip:a?b@c;d", "http://a/?b=c", "tel:1"] {
            assert_eq!(Uri::parse(plain).unwrap().without_headers(), plain);
        }
        let refer = Uri::parse("sips:bob@b.example.com?Accept-Contact=sip:desk@b.example.com").unwrap();
        assert_eq!(refer.header("Accept-Contact").as_deref(), Some("sip:desk@b.example.com"));
        assert!(Uri::parse("sip:a@b;x=c@d").is_err() && Uri::parse("sip:a@b@c").is_err());
        assert_eq!((uri.header("to").as_deref(), uri.header("from")), (Some(""), None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(a in "\\PC{0,30}", b in "[ -~]{0,30}") {
            for (a, b) in [(a.as_str(), b.as_str()), (&b, &a), (&b, &b)] {
                crate::fuzzing::uri(alloc::format!("sip:{a}\nsip:{b}").as_bytes());
                crate::fuzzing::uri(alloc::format!("tel:{a}\nTEL:{b}").as_bytes());
            }
        }

        #[test]
        fn uris_that_are_made_are_read(
            user in "\\PC{1,12}",
            host in "[a-z][a-z0-9-]{0,8}(\\.[a-z]{1,5}){0,2}",
            port in proptest::option::of(1_u16..),
            name in "[a-z]{1,6}",
        ) {
            let port = port.map(|port| alloc::format!(":{port}")).unwrap_or_default();
            let text = alloc::format!("sips:{}@{host}{port};{name}=1", escape_user(&user));
            let uri = Uri::parse(&text).unwrap();
            proptest::prop_assert_eq!(uri.user_unescaped().unwrap(), user.as_str());
            proptest::prop_assert_eq!(uri.host(), Host::Name(&host));
            proptest::prop_assert_eq!(uri.param(&name), Some(Some("1")));
            let upper = text.replace(&host, &host.to_uppercase());
            if !user.contains(&host) {
                proptest::prop_assert!(uri.equivalent(&Uri::parse(&upper).unwrap()));
            }
        }

        #[test]
        fn telephone_numbers_are_the_same_without_their_separators(digits in "[0-9][0-9().-]{0,14}", ext in "[0-9]{1,4}") {
            let written = alloc::format!("tel:+{digits};ext={ext};isub=1");
            let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
            let plain = alloc::format!("TEL:+{plain};isub=1;ext={ext}");
            proptest::prop_assert!(Uri::parse(&written).unwrap().equivalent(&Uri::parse(&plain).unwrap()));
        }
    }
}
