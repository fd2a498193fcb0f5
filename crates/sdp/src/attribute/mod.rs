//! `a=`: attributes, typed when somebody asks (RFC 8866 §5.13 and §6).

mod crypto;
mod fmtp;
mod ptime;
mod rtcp;
mod rtcp_xr;
mod rtpmap;

pub use crypto::{Crypto, InlineKey};
pub use fmtp::Fmtp;
pub(crate) use fmtp::parameter;
pub use ptime::{MaxPtime, Ptime};
pub use rtcp::Rtcp;
pub use rtcp_xr::RtcpXr;
pub use rtpmap::RtpMap;

use memchr::memchr;

use crate::error::ValueError;
use crate::line::{Line, Lines};

/// One `a=` line: a property (`a=rtcp-mux`) or a value (`a=ptime:20`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The name, before the colon.
    pub name: &'a str,
    /// What follows the colon, without blanks around it; `None` where there is no colon.
    pub value: Option<&'a str>,
}

impl<'a> Attribute<'a> {
    fn of(line: Line<'a>) -> Option<Self> {
        if line.kind != b'a' {
            return None;
        }
        let text = line.value;
        let colon = memchr(b':', text.as_bytes()).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(colon)?;
        Some(match rest.strip_prefix(':') {
            Some(value) => Self { name, value: Some(value.trim_ascii()) },
            None => Self { name: name.trim_ascii(), value: None },
        })
    }

    /// True when this is the attribute `name`. Names are compared without regard to case: RFC 8866 §6
    /// has them sensitive, phones do not all know it.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// An attribute whose value has a type.
pub trait TypedAttribute<'a>: Sized {
    /// The name before the colon.
    const NAME: &'static str;

    /// Reads the text after the colon.
    ///
    /// # Errors
    /// [`ValueError`] when it is not what the definition of the attribute allows.
    fn parse(value: &'a str) -> Result<Self, ValueError>;
}

/// The attributes of a session or of one media description, in order.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    lines: Lines<'a>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn new(lines: Lines<'a>) -> Self {
        Self { lines }
    }

    /// True when the property `name` is there.
    pub fn has(mut self, name: &str) -> bool {
        self.any(|attribute| attribute.is(name))
    }

    /// All attributes of type `T`, those that cannot be read left out.
    pub fn typed<T: TypedAttribute<'a>>(self) -> impl Iterator<Item = T> + use<'a, T> {
        let values = self.lines.attributes(T::NAME, |_| true);
        values.filter_map(|value| T::parse(value.trim_ascii()).ok())
    }

    /// Attributes without a value and with so many letters, by what they say.
    pub(crate) fn words(self, length: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        self.lines.words(b'a', length)
    }

    /// What the attributes of this name say.
    pub(crate) fn texts_of(self, name: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.lines.attributes(name, |_| true).map(str::trim_ascii)
    }

    /// The first of a type that is about one payload type.
    pub(crate) fn of_format<T: TypedAttribute<'a>>(self, payload_type: u8) -> Option<T> {
        let mut own = self.lines.attributes(T::NAME, |value| is_of_format(value, payload_type));
        own.find_map(|value| T::parse(value.trim_ascii()).ok())
    }
}

/// Whether the value of `rtpmap` or `fmtp` begins with this payload type. Those of other formats need not be read.
#[inline]
fn is_of_format(value: &[u8], payload_type: u8) -> bool {
    let digits = value.trim_ascii_start().iter().map(|octet| octet.wrapping_sub(b'0'));
    let digits = digits.take_while(|digit| *digit < 10).take(4);
    let (number, count) =
        digits.fold((0, 0), |(number, count), digit| (number * 10 + u32::from(digit), count + 1));
    (1..=3).contains(&count) && number == u32::from(payload_type)
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        self.lines.by_ref().find_map(Attribute::of)
    }
}
