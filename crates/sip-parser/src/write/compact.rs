//! Messages with the short names of their headers (RFC 3261 §7.3.3), for far ends behind narrow networks.

use alloc::vec::Vec;

use crate::header::HeaderName;
use crate::scan::crlf_lines;

/// The same message with each header name in its compact form, where it has one. What has no blank line is handed back as
/// it is.
///
/// ```
/// let message = b"BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b\r\nCSeq: 1 BYE\r\nContent-Length: 4\r\n\r\nTo: \n";
/// let short = b"BYE sip:a SIP/2.0\r\nv: SIP/2.0/UDP b\r\nCSeq: 1 BYE\r\nl: 4\r\n\r\nTo: \n";
/// assert_eq!(sip_parser::compact(message), short);
/// ```
pub fn compact(message: &[u8]) -> Vec<u8> {
    let mut short = Vec::with_capacity(message.len());
    let Some(end) = memchr::memmem::find(message, b"\r\n\r\n") else { return message.to_vec() };
    let (head, rest) = message.split_at(end);
    for line in crlf_lines(head) {
        let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
        let is_name =
            name.len() < line.len() && !name.is_empty() && name.iter().all(|octet| octet.is_ascii_graphic());
        let letter = core::str::from_utf8(name)
            .ok()
            .filter(|_| is_name)
            .and_then(|name| HeaderName::from(name).compact());
        match letter {
            Some(letter) => {
                short.push(letter);
                short.extend_from_slice(&line[name.len()..]);
            }
            None => short.extend_from_slice(line),
        }
    }
    short.extend_from_slice(rest);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;

    #[test]
    fn a_message_stays_what_it_is() {
        let text = "INVITE sip:a;b=c:d SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n\
            To: <sip:b>\r\nCall-ID: to: x\r\nCSeq: 1 INVITE\r\nSubject: from:\r\n to: them\r\nX-To: y\r\n\
            Content-Type: text/plain\r\nContent-Length: 9\r\n\r\nFrom: x\r\n";
        let short = compact(text.as_bytes());
        assert!(short.len() + 40 < text.len());
        let (long, short) = (Message::parse(text.into()).unwrap(), Message::parse(short.into()).unwrap());
        assert_eq!(long.headers().collect::<Vec<_>>(), short.headers().collect::<Vec<_>>());
        assert_eq!((long.body(), long.uri()), (short.body(), short.uri()));
        assert_eq!(compact(b"no message"), b"no message");
    }
}
