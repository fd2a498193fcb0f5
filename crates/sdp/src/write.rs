//! Writing descriptions: lines in the order of RFC 8866 §5, and no way to slip a line in.

use alloc::string::String;
use core::convert::Infallible;
use core::fmt::{self, Write};
use core::net::IpAddr;

use wire_text::{Address, Decimal, Sixteen, position};

use crate::connection::family;
use crate::origin::OwnOrigin;

/// Writes a session description into a string.
///
/// The session comes first, then each media description with what belongs to it. A line end inside a value
/// becomes a blank, so that no value can make a line of its own.
///
/// ```
/// use sdp::{OwnOrigin, Writer};
///
/// let address = "192.0.2.1".parse()?;
/// let mut writer = Writer::new(&OwnOrigin { user: "-", session_id: 1, version: 1, address }, "-", Some(address));
/// writer.media("audio", 4000, "RTP/AVP", [0, 8]);
/// writer.attribute("ptime", 20);
/// writer.property("sendrecv");
/// assert!(writer.finish().ends_with("m=audio 4000 RTP/AVP 0 8\r\na=ptime:20\r\na=sendrecv\r\n"));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Writer {
    text: String,
    /// Where the value of the line begins that is written.
    value: usize,
}

impl Writer {
    /// Begins with `v=`, `o=`, `s=`, `c=` (unless every media description gets its own) and `t=0 0`.
    pub fn new(origin: &OwnOrigin<'_>, name: &str, connection: Option<IpAddr>) -> Self {
        let mut writer = Self { text: String::with_capacity(400), value: 0 };
        writer.texts('v', &["0"]);
        writer.origin(origin);
        writer.texts('s', &[if name.is_empty() { "-" } else { name }]);
        if let Some(address) = connection {
            writer.connection(address);
        }
        writer.texts('t', &["0 0"]);
        writer
    }

    /// Begins a media description. `formats` must not be empty.
    pub fn media<F: fmt::Display>(
        &mut self,
        kind: &str,
        port: u16,
        protocol: &str,
        formats: impl IntoIterator<Item = F>,
    ) {
        self.open('m');
        self.text.extend([kind, " ", Decimal::of(port).as_str(), " ", protocol]);
        for format in formats {
            self.text.push(' ');
            self.put(format);
        }
        self.close();
    }

    /// `c=` of the media description that was begun last.
    pub fn connection(&mut self, address: IpAddr) {
        self.texts('c', &["IN ", family(&address), " ", Address::of(address).as_str()]);
    }

    /// `b=AS:` of the media description that was begun last, in kbit/s (RFC 8866 §5.8).
    pub fn bandwidth(&mut self, kilobits: u32) {
        self.texts('b', &["AS:", Decimal::of(kilobits).as_str()]);
    }

    /// `a=name:value`.
    pub fn attribute(&mut self, name: &str, value: impl fmt::Display) {
        self.open('a');
        self.text.extend([name, ":"]);
        self.put(value);
        self.close();
    }

    /// `a=name:value`, where the value is these texts one after the other: what [`attribute`](Self::attribute) does for any
    /// value, sooner.
    pub fn attribute_text(&mut self, name: &str, texts: &[&str]) {
        self.open('a');
        self.push(&[name, ":"]);
        self.push(texts);
        self.close();
    }

    /// `a=name`.
    pub fn property(&mut self, name: &str) {
        self.texts('a', &[name]);
    }

    /// The description.
    pub fn finish(self) -> String {
        self.text
    }

    /// Begins a media description whose formats are payload types.
    pub(crate) fn media_of(
        &mut self,
        kind: &str,
        port: u16,
        protocol: &str,
        payload_types: impl Iterator<Item = u8>,
    ) {
        self.open('m');
        self.push(&[kind, " ", Decimal::of(port).as_str(), " ", protocol]);
        for payload_type in payload_types {
            self.push(&[" ", Decimal::of(payload_type).as_str()]);
        }
        self.close();
    }

    fn origin(&mut self, origin: &OwnOrigin<'_>) {
        self.open('o');
        let Ok(()) = origin.pieces(|piece| {
            self.text.push_str(piece);
            Ok::<(), Infallible>(())
        });
        self.close();
    }

    fn texts(&mut self, kind: char, texts: &[&str]) {
        self.open(kind);
        self.push(texts);
        self.close();
    }

    #[inline]
    fn push(&mut self, texts: &[&str]) {
        for text in texts {
            self.text.push_str(text);
        }
    }

    fn open(&mut self, kind: char) {
        self.text.push(kind);
        self.text.push('=');
        self.value = self.text.len();
    }

    fn put(&mut self, value: impl fmt::Display) {
        // A string takes all that it is given; only a Display of the caller's could fail, and then there is no more.
        let _ = write!(self.text, "{value}");
    }

    /// Turns what would end the line before its end into blanks.
    fn close(&mut self) {
        let value = self.text.get(self.value..).unwrap_or_default();
        let ends = |octets: Sixteen| octets.equal(b'\r') | octets.equal(b'\n') | octets.equal(0);
        if position(value.as_bytes(), ends).is_some() {
            let value = self.text.split_off(self.value);
            let is_end = |c: char| u8::try_from(c).is_ok_and(ends_line);
            self.text.extend(value.chars().map(|c| if is_end(c) { ' ' } else { c }));
        }
        self.text.push_str("\r\n");
    }
}

/// The octets that RFC 8866 §9 keeps out of a value.
fn ends_line(octet: u8) -> bool {
    matches!(octet, b'\r' | b'\n' | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_makes_a_line() {
        let address = "192.0.2.1".parse().unwrap();
        let origin = OwnOrigin { user: "x", session_id: 1, version: 2, address };
        let mut writer = Writer::new(&origin, "a\r\nb=1", Some(address));
        writer.attribute("x", "y\nm=audio 1 RTP/AVP 0");
        assert_eq!(
            writer.finish(),
            "v=0\r\no=x 1 2 IN IP4 192.0.2.1\r\ns=a  b=1\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=x:y m=audio 1 RTP/AVP 0\r\n"
        );
    }
}
