//! From bytes to an index of lines.

use alloc::vec::Vec;

use bytes::Bytes;
use bytestring::ByteString;
use memchr::{memchr, memchr_iter, memmem};

use super::{HeaderLine, Message, Place, StartIndex};
use crate::error::ParseError;
use crate::header::{HeaderName, number_of};
use crate::limits::Limits;
use crate::method::Method;
use crate::scan::is_token;

/// Headers that a message has room for before its index grows.
const USUAL_HEADERS: usize = 24;

impl Message {
    /// Parses one datagram, or one message that a [`Framer`](crate::Framer) cut.
    ///
    /// Empty lines before the first line are passed over (RFC 3261 §7.5). Octets behind the body that Content-Length
    /// announces are ignored (§18.3); without the header the body runs to the end.
    ///
    /// # Errors
    /// [`ParseError`]; its [`status`](ParseError::status) is the answer owed, where one is.
    pub fn parse(bytes: Bytes) -> Result<Self, ParseError> {
        Self::parse_within(bytes, &Limits::DEFAULT)
    }

    /// As [`Message::parse`], with limits of its own.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse_within(bytes: Bytes, limits: &Limits) -> Result<Self, ParseError> {
        let blank = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let bytes = bytes.slice(blank..);
        if bytes.is_empty() {
            return Err(ParseError::Empty);
        }
        if bytes.len() > limits.max_message {
            return Err(ParseError::TooLong(bytes.len()));
        }
        let (head, lines, head_end) = match index(&bytes, limits)? {
            Index::Whole { lines, head_end } => (bytes.slice(..head_end), lines, head_end),
            Index::Folded => {
                let head_end = head_end(&bytes)?;
                let head = unfold(&bytes[..head_end + 2]);
                match index(&head, limits)? {
                    Index::Whole { lines, head_end } => (head.slice(..head_end), lines, head_end),
                    // Nothing is folded any more, and the blank line is still there.
                    Index::Folded => return Err(ParseError::Truncated(bytes.len())),
                }
            }
        };
        let head = ByteString::try_from(head).map_err(|error| ParseError::Encoding(error.valid_up_to()))?;
        let text: &str = &head;
        let start = start_line(&text[..line_end(text.as_bytes(), 0)])?;
        let after = bytes.slice(head_end + 2..);
        let body = match announced_length(text, &lines)? {
            None => after,
            Some(length) if length <= after.len() => after.slice(..length),
            Some(announced) => return Err(ParseError::BodyTooShort { announced, present: after.len() }),
        };
        Ok(Self { bytes, head, start, lines, body })
    }
}

impl Place {
    fn new(start: usize, end: usize) -> Self {
        // A message is bounded far below four gigabytes; a caller's larger limit would only cut its own offsets.
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }
}

/// What a first look at a head finds.
enum Index {
    /// All its lines, and where it ends: before the blank line.
    Whole { lines: Vec<HeaderLine>, head_end: usize },
    /// A line that goes on in the next one.
    Folded,
}

/// Finds the header lines.
fn index(bytes: &[u8], limits: &Limits) -> Result<Index, ParseError> {
    let mut lines = Vec::with_capacity(USUAL_HEADERS);
    let mut at = line_end(bytes, 0) + 2;
    loop {
        match bytes.get(at) {
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => {
                return Ok(Index::Whole { lines, head_end: at });
            }
            Some(b' ' | b'\t') => return Ok(Index::Folded),
            Some(_) => {}
            None => return Err(ParseError::Truncated(bytes.len())),
        }
        let end = line_end(bytes, at);
        if lines.len() >= limits.max_headers {
            head_end(bytes)?;
            return Err(ParseError::TooManyHeaders(at));
        }
        match header_line(bytes, at, end) {
            Some(line) => lines.push(line),
            // Bytes without an end of headers are no message at all, whatever their lines look like.
            None => return head_end(bytes).and(Err(ParseError::HeaderLine(at))),
        }
        at = end + 2;
    }
}

/// Where the headers end: before the blank line.
fn head_end(bytes: &[u8]) -> Result<usize, ParseError> {
    let blank = memmem::find(bytes, b"\r\n\r\n").ok_or(ParseError::Truncated(bytes.len()))?;
    Ok(blank + 2)
}

/// Makes folded lines one (RFC 3261 §7.3.1): the line end becomes blanks, so that no offset moves.
fn unfold(head: &[u8]) -> Bytes {
    let folded =
        |at: &usize| matches!(head.get(at + 1), Some(b' ' | b'\t')) && *at > 0 && head[at - 1] == b'\r';
    let mut copy = head.to_vec();
    for at in memchr_iter(b'\n', head).filter(folded) {
        copy[at - 1..=at].fill(b' ');
    }
    Bytes::from(copy)
}

/// Where the line that begins at `from` ends. The head ends with CRLF, so there is always one.
fn line_end(head: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr(b'\r', &head[at..]) {
        at += found;
        if head.get(at + 1) == Some(&b'\n') {
            return at;
        }
        at += 1;
    }
    head.len()
}

fn start_line(line: &str) -> Result<StartIndex, ParseError> {
    match line.strip_prefix("SIP/") {
        Some(rest) => status_line(line, rest),
        None if line.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("SIP/")) => {
            status_line(line, &line[4..])
        }
        None => request_line(line),
    }
}

fn status_line(line: &str, rest: &str) -> Result<StartIndex, ParseError> {
    let (version, rest) = rest.split_once(' ').ok_or(ParseError::StartLine)?;
    if version != "2.0" {
        return Err(ParseError::Version);
    }
    let code = rest.get(..3).ok_or(ParseError::Status)?;
    let reason = match rest[3..].strip_prefix(' ') {
        Some(reason) => reason,
        None if rest.len() == 3 => "",
        None => return Err(ParseError::Status),
    };
    let status = code.parse().ok().filter(|s| (100..=699).contains(s) && !code.starts_with('+'));
    let status = status.ok_or(ParseError::Status)?;
    Ok(StartIndex::Response { status, reason: Place::new(line.len() - reason.len(), line.len()) })
}

fn request_line(line: &str) -> Result<StartIndex, ParseError> {
    let method_end = memchr(b' ', line.as_bytes()).ok_or(ParseError::StartLine)?;
    let (method, rest) = line.split_at(method_end);
    if method.is_empty() || !method.bytes().all(is_token) {
        return Err(ParseError::StartLine);
    }
    let trimmed = rest.trim_ascii_end();
    let version_at = trimmed.rfind(' ').ok_or(ParseError::StartLine)?;
    let (uri, version) = trimmed.split_at(version_at);
    let number = version.trim_ascii_start().get(..4).filter(|p| p.eq_ignore_ascii_case("SIP/"));
    number.ok_or(ParseError::StartLine)?;
    if !version.trim_ascii_start()[4..].eq("2.0") {
        return Err(ParseError::Version);
    }
    let blanks = uri.len() - uri.trim_ascii_start().len();
    let place = Place::new(method_end + blanks, method_end + uri.trim_ascii_end().len());
    if place.start >= place.end {
        return Err(ParseError::StartLine);
    }
    Ok(StartIndex::Request { method: Method::from(method), uri: place })
}

/// Takes one line apart; `None` for one without a name and a colon.
fn header_line(bytes: &[u8], start: usize, end: usize) -> Option<HeaderLine> {
    let line = bytes.get(start..end)?;
    let colon = memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
        return None;
    }
    let value = &line[colon + 1..];
    let lead = value.len() - value.trim_ascii_start().len();
    let value_start = start + colon + 1 + lead;
    Some(HeaderLine {
        number: number_of(name),
        name: Place::new(start, start + name.len()),
        value: Place::new(value_start, value_start + value.trim_ascii().len()),
    })
}

/// What the Content-Length headers announce, if there are any.
fn announced_length(text: &str, lines: &[HeaderLine]) -> Result<Option<usize>, ParseError> {
    let mut announced = None;
    for line in lines.iter().filter(|line| line.number == HeaderName::ContentLength.number()) {
        let value = &text[line.value.start as usize..line.value.end as usize];
        let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let length: usize = digits.then(|| value.parse().ok()).flatten().ok_or(ParseError::ContentLength)?;
        if announced.is_some_and(|other| other != length) {
            return Err(ParseError::ContentLength);
        }
        announced = Some(length);
    }
    Ok(announced)
}
