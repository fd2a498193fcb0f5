//! From bytes to an index of lines.

use alloc::vec::Vec;

use bytes::{Buf, Bytes};
use bytestring::ByteString;
use memchr::{memchr, memchr_iter, memmem};
use wire_text::{Places, Sixteen};

use super::lines::{HeaderLines, Line, Place};
use super::{Message, StartIndex, StartKind};
use crate::error::ParseError;
use crate::header::{HeaderName, LineName};
use crate::limits::Limits;
use crate::method::Method;
use crate::scan::{crlf_lines, has_control, is_token};

/// Longer messages are refused whatever the limits say: their places would not fit the index.
const LONGEST: usize = (1 << 24) - 1;

impl Message {
    /// Parses one datagram, or one message that a [`Framer`](crate::Framer) cut.
    ///
    /// Empty lines before the first line are passed over (RFC 3261 §7.5). Octets behind the body that Content-Length
    /// announces are ignored (§18.3); without the header the body runs to the end. A message whose first line ends with a
    /// bare LF, as some telephones and test tools write, is kept with CRLF behind each line of its head. One that ends with
    /// its last header line, without the empty line that has to follow, is kept with it: telephony of Home Assistant writes
    /// its ACK so.
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
        let mut bytes = without_empty_lines(bytes);
        if bytes.is_empty() {
            return Err(ParseError::Empty);
        }
        if bytes.len() > limits.max_message.min(LONGEST) {
            return Err(ParseError::TooLong(bytes.len()));
        }
        let (head, index) = match indexed(&mut bytes, limits) {
            Err(ParseError::Truncated(_)) if bytes.ends_with(b"\r\n") => {
                bytes = [&bytes[..], b"\r\n"].concat().into();
                indexed(&mut bytes, limits)?
            }
            read => read?,
        };
        let head = ByteString::try_from(head).map_err(|error| ParseError::Encoding(error.valid_up_to()))?;
        let start = start_line(head.get(..index.start_end).ok_or(ParseError::StartLine)?)?;
        let body = body(&bytes, index.head_end + 2, index.announced)?;
        Ok(Self { bytes, head, lines: index.lines, start, body, noted: None })
    }
}

impl Message {
    /// The same message with another body, and the Content-Length of that. What was noted in its topmost Via is left out.
    ///
    /// # Errors
    /// [`ParseError::TooLong`] where it would be longer than a message may be.
    pub fn with_body(&self, body: &[u8]) -> Result<Self, ParseError> {
        let head = self.head.as_bytes();
        let mut whole = Vec::with_capacity(head.len() + body.len() + 32);
        let mut leaves_out = false;
        let mut lines = crlf_lines(head);
        whole.extend_from_slice(lines.next().unwrap_or_default());
        for line in lines {
            let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
            leaves_out = match LineName::read(line) {
                _ if goes_on => leaves_out,
                name => name.is_some_and(|name| name.number == HeaderName::CONTENT_LENGTH),
            };
            if !leaves_out {
                whole.extend_from_slice(line);
            }
        }
        let length = alloc::format!("Content-Length: {}\r\n\r\n", body.len());
        whole.extend_from_slice(length.as_bytes());
        whole.extend_from_slice(body);
        Self::parse(whole.into())
    }
}

impl Place {
    /// From `start` to `end` of a message, which is shorter than [`LONGEST`].
    #[inline]
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }
}

/// What a first look at a head finds.
struct Index {
    /// Where the start line ends.
    start_end: usize,
    lines: HeaderLines,
    /// Where the head ends: before the blank line.
    head_end: usize,
    announced: Announced,
}

/// What the Content-Length headers say about the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    Nothing,
    Octets(usize),
    /// One of them is no number, or two differ.
    Nonsense,
}

/// Finds the header lines; `None` where one goes on in the next line, or the first one ends with a bare LF.
fn index(bytes: &[u8], limits: &Limits) -> Result<Option<Index>, ParseError> {
    let mut ends = LineEnds::of(bytes);
    let mut lines = HeaderLines::new();
    let mut announced = Announced::Nothing;
    let Some(start_end) = ends.first() else { return Ok(None) };
    let mut at = start_end + 2;
    let mut count = 0;
    loop {
        match bytes.get(at) {
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => {
                return Ok(Some(Index { start_end, lines, head_end: at, announced }));
            }
            Some(b' ' | b'\t') => return Ok(None),
            Some(_) => {}
            None => return Err(ParseError::Truncated(bytes.len())),
        }
        if count >= limits.max_headers {
            return head_end(bytes).and(Err(ParseError::TooManyHeaders(at)));
        }
        let end = ends.next();
        let Some(name) = LineName::read(&bytes[at..]) else {
            // Bytes without an end of headers are no message at all, whatever their lines look like.
            return head_end(bytes).and(Err(ParseError::HeaderLine(at)));
        };
        let (start, value) = trimmed(bytes, at + name.colon + 1, end);
        if name.number == HeaderName::CONTENT_LENGTH {
            announced = announced.and(value);
        }
        lines.push(Line { number: name.number, value: Place::new(start, start + value.len()) });
        (at, count) = (end + 2, count + 1);
    }
}

/// What stands from `start` to `end`, without the blanks around it, and where it begins.
#[inline]
fn trimmed(bytes: &[u8], start: usize, end: usize) -> (usize, &[u8]) {
    // Nearly all write one blank before a value, and none behind it.
    if let Some(value @ [first, .., last]) = bytes.get(start + 1..end)
        && bytes[start] == b' '
        && *first > b' '
        && *last > b' '
    {
        return (start + 1, value);
    }
    let value = bytes[start..end].trim_ascii_start();
    (end - value.len(), value.trim_ascii_end())
}

/// Where the lines of a message end, one after the other.
struct LineEnds<'b, F> {
    bytes: &'b [u8],
    feeds: F,
}

impl<'b> LineEnds<'b, ()> {
    #[inline]
    fn of(bytes: &'b [u8]) -> LineEnds<'b, impl Iterator<Item = usize>> {
        LineEnds { bytes, feeds: Places::of(bytes, |octets: Sixteen| octets.equal(b'\n')) }
    }
}

impl<F: Iterator<Item = usize>> LineEnds<'_, F> {
    /// Where the first line ends with CRLF, or the end of the bytes; `None` where a bare LF ends it.
    #[inline(always)]
    fn first(&mut self) -> Option<usize> {
        match self.feeds.next() {
            Some(feed) => (feed > 0 && self.bytes[feed - 1] == b'\r').then(|| feed - 1),
            None => Some(self.bytes.len()),
        }
    }

    /// The next place where CRLF stands; the end of the bytes when there is none.
    #[inline(always)]
    fn next(&mut self) -> usize {
        for feed in self.feeds.by_ref() {
            if feed > 0 && self.bytes[feed - 1] == b'\r' {
                return feed - 1;
            }
        }
        self.bytes.len()
    }
}

impl Announced {
    /// Takes the value of one more Content-Length into account.
    fn and(self, value: &[u8]) -> Self {
        let digit = |octet: &u8| octet.is_ascii_digit().then(|| usize::from(octet - b'0'));
        let length = value
            .iter()
            .try_fold(0_usize, |number, octet| number.checked_mul(10)?.checked_add(digit(octet)?));
        match (self, length) {
            (Self::Nothing, Some(length)) if !value.is_empty() => Self::Octets(length),
            (Self::Octets(other), Some(length)) if other == length && !value.is_empty() => self,
            _ => Self::Nonsense,
        }
    }
}

/// The octets behind the head, as many as were announced.
fn body(bytes: &Bytes, from: usize, announced: Announced) -> Result<Place, ParseError> {
    let present = bytes.len() - from;
    match announced {
        Announced::Nonsense => Err(ParseError::ContentLength),
        Announced::Octets(announced) if announced > present => {
            Err(ParseError::BodyTooShort { announced, present })
        }
        Announced::Octets(length) => Ok(Place::new(from, from + length)),
        Announced::Nothing => Ok(Place::new(from, bytes.len())),
    }
}

/// Passes over empty lines before the first line (RFC 3261 §7.5).
fn without_empty_lines(mut bytes: Bytes) -> Bytes {
    let empty = bytes.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
    if empty > 0 {
        bytes.advance(empty);
    }
    bytes
}

/// Whether the first line ends with an LF alone.
fn has_bare_line_end(bytes: &[u8]) -> bool {
    memchr(b'\n', bytes).is_some_and(|feed| feed == 0 || bytes[feed - 1] != b'\r')
}

/// The same message with CRLF behind each line of its head; the body stays as it is.
fn with_line_ends(bytes: &[u8]) -> Result<Bytes, ParseError> {
    let is_blank = |feed: &usize| matches!(bytes[feed + 1..], [b'\n', ..] | [b'\r', b'\n', ..]);
    let last = memchr_iter(b'\n', bytes).find(is_blank).ok_or(ParseError::Truncated(bytes.len()))?;
    let body = last + if bytes[last + 1] == b'\n' { 2 } else { 3 };
    let lines = memchr_iter(b'\n', &bytes[..body]).count();
    let mut whole = Vec::with_capacity(bytes.len() + lines);
    for line in bytes[..body].split_inclusive(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        whole.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        whole.extend_from_slice(b"\r\n");
    }
    whole.extend_from_slice(&bytes[body..]);
    Ok(whole.into())
}

/// The head, and where its lines are.
#[inline]
fn indexed(bytes: &mut Bytes, limits: &Limits) -> Result<(Bytes, Index), ParseError> {
    match index(bytes, limits)? {
        Some(index) => Ok((bytes.slice(..index.head_end), index)),
        None => repaired(bytes, limits),
    }
}

/// The head of what is written otherwise than nearly everybody does: with lines that are folded, or that a bare LF ends,
/// which `bytes` then no longer has.
#[cold]
fn repaired(bytes: &mut Bytes, limits: &Limits) -> Result<(Bytes, Index), ParseError> {
    if has_bare_line_end(bytes) {
        *bytes = with_line_ends(bytes)?;
    }
    if let Some(index) = index(bytes, limits)? {
        return Ok((bytes.slice(..index.head_end), index));
    }
    let head = unfold(&bytes[..head_end(bytes)? + 2]);
    // Nothing is folded any more, and the blank line is still there.
    let index = index(&head, limits)?.ok_or(ParseError::Truncated(bytes.len()))?;
    Ok((head.slice(..index.head_end), index))
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
    let kind = StartKind::Response(status);
    Ok(StartIndex { kind, text: Place::new(line.len() - reason.len(), line.len()) })
}

fn request_line(line: &str) -> Result<StartIndex, ParseError> {
    let (method, rest) = method_of(line).ok_or(ParseError::StartLine)?;
    let uri = match rest.strip_suffix(" SIP/2.0") {
        Some(uri) => uri,
        None => before_version(rest)?,
    };
    let blanks = uri.len() - uri.trim_ascii_start().len();
    let method_end = line.len() - rest.len();
    let text = Place::new(method_end + blanks, method_end + uri.trim_ascii_end().len());
    // A URI holds no controls (RFC 3986 §2), and with them the line could not be written as it came.
    if text.start >= text.end || has_control(uri.as_bytes()) {
        return Err(ParseError::StartLine);
    }
    Ok(StartIndex { kind: StartKind::Request(method.number()), text })
}

/// The method that a request begins with, and what follows it from the blank on.
fn method_of(line: &str) -> Option<(Method, &str)> {
    let (method, rest) = line.split_at(line.bytes().position(|octet| octet == b' ')?);
    match Method::from(method) {
        Method::Other(_) if method.is_empty() || !method.bytes().all(is_token) => None,
        method => Some((method, rest)),
    }
}

/// What stands before a version that is written in another way than the usual one.
fn before_version(rest: &str) -> Result<&str, ParseError> {
    let (uri, version) = rest.trim_ascii_end().rsplit_once(' ').ok_or(ParseError::StartLine)?;
    let scheme = version.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("SIP/"));
    scheme.ok_or(ParseError::StartLine)?;
    if version[4..] == *"2.0" { Ok(uri) } else { Err(ParseError::Version) }
}
