//! URIs: `sip:`, `sips:` and `tel:` taken apart, others kept whole (RFC 3261 §19.1, RFC 3966).

mod equivalence;
mod escapes;
mod host;
mod marks;
mod tel;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

pub use self::escapes::escape_user;
use self::escapes::unescape;
pub use self::host::Host;
use self::host::divided;
pub(crate) use self::host::host_and_port;
use self::marks::{ABSENT, Marks, NO_MARKS};
pub use self::tel::TelUri;
use crate::error::HeaderError;
use crate::header::Params;

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

    /// Scheme, user and host as written, without port, parameters and headers; of another scheme than SIP the whole.
    pub fn without_port(&self) -> &'a str {
        if !self.is_sip() {
            return self.text;
        }
        let bare = self.part(0, self.host_end());
        let port = self.port.and_then(|_| bare.rfind(':'));
        port.and_then(|colon| bare.get(..colon)).unwrap_or(bare).trim_ascii_end()
    }

    /// The URI as a request to it has it in its request line: without its headers, and without the parameter that says
    /// which method that is (RFC 3261 §19.1.5).
    pub fn in_request_line(&self) -> Cow<'a, str> {
        let bare = self.without_headers();
        if !self.is_sip() || self.param("method").is_none() {
            return bare.into();
        }
        let params = self.params_without(&["method"]);
        [self.part(0, self.host_end()), &params].concat().into()
    }

    /// The parameters as written, the first semicolon included, but for those of these names in any case.
    pub fn params_without(&self, names: &[&str]) -> Cow<'a, str> {
        let params = self.params();
        let is_left_out = |name: &str| names.iter().any(|known| unescape(name).eq_ignore_ascii_case(known));
        if !params.iter().any(|(name, _)| is_left_out(name)) {
            return params.0.into();
        }
        let mut kept = String::with_capacity(params.0.len());
        for (name, value) in params.iter().filter(|(name, _)| !is_left_out(name)) {
            kept.extend([";", name]);
            kept.extend(value.into_iter().flat_map(|value| ["=", value]));
        }
        kept.into()
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

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
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

const fn malformed(problem: &'static str, at: usize) -> HeaderError {
    HeaderError::malformed_at("URI", problem, at)
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
    fn a_request_line_has_neither_method_nor_headers() {
        for text in [
            "sip:a@b:5070;x=1;method=INVITE;lr?Subject=x",
            "sip:a@b:5070;Method=BYE;x=1;lr",
            "sip:a@b:5070;x=1;m%65thod=A;lr",
        ] {
            assert_eq!(Uri::parse(text).unwrap().in_request_line(), "sip:a@b:5070;x=1;lr", "{text}");
        }
        assert_eq!(Uri::parse("sip:a;method=b@c;x?d=e").unwrap().in_request_line(), "sip:a;method=b@c;x");
        assert_eq!(Uri::parse("tel:1;method=2").unwrap().in_request_line(), "tel:1;method=2");
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
        assert_eq!(uri.in_request_line(), "sip:a@b;%6Cr;n%61me=v%20w;x");
        for plain in ["sip:a@b", "sip:a?b@c;d", "http://a/?b=c", "tel:1"] {
            assert_eq!(Uri::parse(plain).unwrap().without_headers(), plain);
        }
        let bare = |text| Uri::parse(text).unwrap().without_port();
        assert_eq!(bare("sip:a:pw@b:5070;lr?x=y"), "sip:a:pw@b");
        assert_eq!(bare("sips:a@[2001:db8::1]:5061;x=1:2"), "sips:a@[2001:db8::1]");
        assert_eq!(
            (bare("sip:[::1]"), bare("sip:b;x"), bare("tel:+1;x=y")),
            ("sip:[::1]", "sip:b", "tel:+1;x=y")
        );
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
