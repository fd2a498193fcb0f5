//! Writing descriptions: lines in the order of RFC 8866 §5, and no way to slip a line in.

use alloc::string::String;
use core::fmt::{self, Write};
use core::net::IpAddr;

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
}

impl Writer {
    /// Begins with `v=`, `o=`, `s=`, `c=` (unless every media description gets its own) and `t=0 0`.
    pub fn new(origin: &OwnOrigin<'_>, name: &str, connection: Option<IpAddr>) -> Self {
        let mut writer = Self { text: String::with_capacity(400) };
        writer.line('v', 0);
        writer.line('o', origin);
        writer.line('s', if name.is_empty() { "-" } else { name });
        if let Some(address) = connection {
            writer.connection(address);
        }
        writer.line('t', "0 0");
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
        self.put(format_args!("{kind} {port} {protocol}"));
        formats.into_iter().for_each(|format| self.put(format_args!(" {format}")));
        self.close();
    }

    /// `c=` of the media description that was begun last.
    pub fn connection(&mut self, address: IpAddr) {
        self.line('c', format_args!("IN {} {address}", family(&address)));
    }

    /// `b=AS:` of the media description that was begun last, in kbit/s (RFC 8866 §5.8).
    pub fn bandwidth(&mut self, kilobits: u32) {
        self.line('b', format_args!("AS:{kilobits}"));
    }

    /// `a=name:value`.
    pub fn attribute(&mut self, name: &str, value: impl fmt::Display) {
        self.line('a', format_args!("{name}:{value}"));
    }

    /// `a=name`.
    pub fn property(&mut self, name: &str) {
        self.line('a', name);
    }

    /// The description.
    pub fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, kind: char, value: impl fmt::Display) {
        self.open(kind);
        self.put(format_args!("{value}"));
        self.close();
    }

    fn open(&mut self, kind: char) {
        self.text.push(kind);
        self.text.push('=');
    }

    fn put(&mut self, value: fmt::Arguments<'_>) {
        // A string takes all that it is given; only a Display of the caller's could fail, and then there is no more.
        let _ = OneLine(&mut self.text).write_fmt(value);
    }

    fn close(&mut self) {
        self.text.push_str("\r\n");
    }
}

/// Turns what would end a line into a blank.
struct OneLine<'a>(&'a mut String);

impl Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().any(ends_line) {
            self.0.extend(text.chars().map(|c| if u8::try_from(c).is_ok_and(ends_line) { ' ' } else { c }));
        } else {
            self.0.push_str(text);
        }
        Ok(())
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
