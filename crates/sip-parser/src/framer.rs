//! Cutting a byte stream into messages (RFC 3261 §18.3), with the keep-alives of RFC 5626 §3.5.1.

use alloc::vec::Vec;

use bytes::Bytes;
use memchr::memmem;

use crate::error::FramingError;
use crate::header::HeaderName;
use crate::limits::Limits;
use crate::scan::number;

/// One thing that a stream carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A whole message, not parsed yet.
    Message(Bytes),
    /// A double CRLF: the peer asks whether we live, and a single CRLF answers it.
    Ping,
    /// A single CRLF: the answer to our own ping.
    Pong,
}

/// Cuts a stream into [`Frame`]s: push what was read, then take frames until there is none.
///
/// ```
/// use sip_parser::{Frame, Framer};
/// let mut framer = Framer::new();
/// framer.push(b"\r\n\r\nBYE sip:a@b SIP/2.0\r\nContent-Le");
/// assert_eq!(framer.next()?, Some(Frame::Ping));
/// assert_eq!(framer.next()?, None);
/// framer.push(b"ngth: 2\r\n\r\nhi");
/// assert!(matches!(framer.next()?, Some(Frame::Message(message)) if message.ends_with(b"hi")));
/// # Ok::<(), sip_parser::FramingError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    limits: Limits,
    /// Octets at the start of the buffer that are known to hold no end of headers.
    searched: usize,
    /// Whether an LF alone ends the lines of the message that begins the buffer, once its first line is there.
    is_bare: Option<bool>,
}

impl Framer {
    /// A framer with the usual limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// A framer with limits of its own.
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes in what was read from the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether nothing is left over: a stream that ends here ends between messages.
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next frame, or `None` until more is pushed.
    ///
    /// # Errors
    /// [`FramingError`] when the stream cannot be followed any further; it has to be closed.
    #[expect(
        clippy::should_implement_trait,
        reason = "a stream that failed does not go on, as an iterator could"
    )]
    pub fn next(&mut self) -> Result<Option<Frame>, FramingError> {
        self.skip_bare_line_ends();
        if let Some(frame) = self.keep_alive() {
            return Ok(Some(frame));
        }
        if self.buffer.starts_with(b"\r") && self.buffer.len() < 4 {
            return Ok(None);
        }
        let Some(head) = self.head_length()? else { return Ok(None) };
        let length = head + content_length(&self.buffer[..head])?;
        if length > self.limits.max_message {
            return Err(FramingError::TooLong(self.limits.max_message));
        }
        if self.buffer.len() < length {
            return Ok(None);
        }
        let rest = self.buffer.split_off(length);
        let message = core::mem::replace(&mut self.buffer, rest);
        (self.searched, self.is_bare) = (0, None);
        Ok(Some(Frame::Message(Bytes::from(message))))
    }

    /// An LF alone in front of a message says nothing: whoever ends lines so means an empty one by it (RFC 3261 §7.5).
    fn skip_bare_line_ends(&mut self) {
        let ends = self.buffer.iter().take_while(|octet| **octet == b'\n').count();
        if ends > 0 {
            self.buffer.drain(..ends);
            (self.searched, self.is_bare) = (0, None);
        }
    }

    /// CRLF CRLF is a ping, a CRLF before anything else a pong.
    fn keep_alive(&mut self) -> Option<Frame> {
        let frame = if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.drain(..4);
            Frame::Ping
        } else if self.buffer.starts_with(b"\r\n") && self.buffer.get(2).is_some_and(|b| *b != b'\r') {
            self.buffer.drain(..2);
            Frame::Pong
        } else {
            return None;
        };
        (self.searched, self.is_bare) = (0, None);
        Some(frame)
    }

    /// What was pushed and is in no frame yet. After an error it begins with the message that is at fault, so that its
    /// sender can be told.
    pub fn leftover(&self) -> &[u8] {
        &self.buffer
    }

    /// A single CRLF with nothing behind it is a pong once the reader has no more to read for now.
    ///
    /// A ping may arrive in two halves, so this is asked when the stream has been quiet for a moment.
    pub fn take_pong(&mut self) -> bool {
        let pong = self.buffer == b"\r\n";
        if pong {
            self.buffer.clear();
        }
        pong
    }

    /// Octets of the head with its blank line, once it is all there.
    fn head_length(&mut self) -> Result<Option<usize>, FramingError> {
        let from = self.searched.saturating_sub(3).min(self.buffer.len());
        self.is_bare = self.is_bare.or_else(|| first_line_is_bare(&self.buffer, self.searched));
        let blank: &[u8] = if self.is_bare == Some(true) { b"\n\n" } else { b"\r\n\r\n" };
        match memmem::find(&self.buffer[from..], blank) {
            Some(at) => Ok(Some(from + at + blank.len())),
            None if self.buffer.len() > self.limits.max_message => {
                Err(FramingError::TooLong(self.limits.max_message))
            }
            None => {
                self.searched = self.buffer.len();
                Ok(None)
            }
        }
    }
}

/// Whether an LF alone ends the first line of a message that ends behind `from`; `None` while it is not all there.
/// Empty lines before it say nothing.
fn first_line_is_bare(buffer: &[u8], from: usize) -> Option<bool> {
    memchr::memchr_iter(b'\n', buffer.get(from..)?).find_map(|at| match &buffer[..from + at] {
        [] | [.., b'\n'] | [b'\r'] | [.., b'\n', b'\r'] => None,
        [.., b'\r'] => Some(false),
        _ => Some(true),
    })
}

/// What Content-Length of a head says; 0 without one, as a stream without it can carry no body.
fn content_length(head: &[u8]) -> Result<usize, FramingError> {
    let mut found = None;
    let mut lines = head.split(|b| *b == b'\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let name = core::str::from_utf8(&line[..colon]).unwrap_or_default().trim();
        if HeaderName::from(name) != HeaderName::ContentLength {
            continue;
        }
        // The number may stand in a line of its own (RFC 3261 §7.3.1).
        let mut value = line[colon + 1..].trim_ascii();
        while let Some(more) = lines.next_if(|next| matches!(next.first(), Some(b' ' | b'\t'))) {
            match (value, more.trim_ascii()) {
                (_, b"") => {}
                (b"", more) => value = more,
                _ => return Err(FramingError::ContentLength),
            }
        }
        let value = core::str::from_utf8(value).ok().and_then(number);
        let length: usize = value.ok_or(FramingError::ContentLength)?;
        if found.is_some_and(|other| other != length) {
            return Err(FramingError::ContentLength);
        }
        found = Some(length);
    }
    Ok(found.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(framer: &mut Framer) -> Vec<Frame> {
        core::iter::from_fn(|| framer.next().unwrap()).collect()
    }

    fn message(body: &str) -> Vec<u8> {
        alloc::format!("INFO sip:a SIP/2.0\r\nl: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn a_head_that_never_ends_is_refused() {
        let mut framer = Framer::with_limits(Limits { max_message: 100, ..Limits::DEFAULT });
        framer.push(&[b'x'; 101]);
        assert_eq!(framer.next(), Err(FramingError::TooLong(100)));
    }

    #[test]
    fn a_length_that_is_no_number_is_refused() {
        for length in ["-1", "+1", "1x", "", "99999999999999999999999", "1\r\n 2", "1\r\nl: 2"] {
            let mut framer = Framer::new();
            framer.push(alloc::format!("X sip:a SIP/2.0\r\nContent-Length: {length}\r\n\r\n").as_bytes());
            assert_eq!(framer.next(), Err(FramingError::ContentLength));
        }
    }

    #[test]
    fn a_length_in_a_line_of_its_own_is_read() {
        let mut framer = Framer::new();
        framer.push(b"X sip:a SIP/2.0\r\nSubject: l\r\n : 7\r\nContent-Length\t:\r\n \r\n\t2 \r\n\r\nhi");
        let Some(Frame::Message(message)) = framer.next().unwrap() else { panic!("a message") };
        assert_eq!(crate::Message::parse(message).unwrap().body(), b"hi");
        assert!(framer.is_empty());
    }

    #[test]
    fn a_huge_body_is_refused_before_it_arrives() {
        let mut framer = Framer::new();
        framer.push(b"X sip:a SIP/2.0\r\nContent-Length: 4000000000\r\n\r\n");
        assert_eq!(framer.next(), Err(FramingError::TooLong(Limits::DEFAULT.max_message)));
    }

    #[test]
    fn a_lone_crlf_is_a_pong_when_nothing_follows() {
        let mut framer = Framer::new();
        framer.push(b"\r\n");
        assert_eq!(framer.next(), Ok(None));
        assert!(framer.take_pong());
        framer.push(b"\r\n");
        framer.push(&message(""));
        assert_eq!(frames(&mut framer), [Frame::Pong, Frame::Message(message("").into())]);
    }

    #[test]
    fn a_message_with_bare_line_ends_is_cut_where_it_ends() {
        let text = "INFO sip:a SIP/2.0\nl: 4\n\na\n\nb";
        let mut framer = Framer::new();
        for octet in text.bytes() {
            assert_eq!(framer.next(), Ok(None));
            framer.push(&[octet]);
        }
        framer.push(&message("x"));
        assert_eq!(
            frames(&mut framer),
            [Frame::Message(text.as_bytes().to_vec().into()), Frame::Message(message("x").into())]
        );
        assert!(framer.is_empty());
    }

    #[test]
    fn bare_line_ends_between_messages_are_none() {
        let text = b"INFO sip:a SIP/2.0\nl: 0\n\n";
        let stream = [&text[..], b"\n\n\n\n\n", text, b"\n"].concat();
        let wanted = [Frame::Message(text.to_vec().into()), Frame::Message(text.to_vec().into())];
        for chunk in 1..=stream.len() {
            let (mut framer, mut found) = (Framer::new(), Vec::new());
            for part in stream.chunks(chunk) {
                framer.push(part);
                found.extend(frames(&mut framer));
            }
            assert_eq!(found, wanted, "in parts of {chunk}");
            assert!(framer.is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_line_ends_are_cut_alike_in_any_chunks(text in "([A-Z:\r\n]|\r\n|\n\n){0,60}", chunk in 1_usize..30) {
            let messages = |chunk: usize| {
                let (mut framer, mut found) = (Framer::new(), Vec::new());
                for part in text.as_bytes().chunks(chunk) {
                    framer.push(part);
                    while let Ok(Some(frame)) = framer.next() {
                        // A ping may come in two halves.
                        found.extend(Some(frame).filter(|frame| matches!(frame, Frame::Message(_))));
                    }
                }
                found
            };
            prop_assert_eq!(messages(chunk), messages(text.len().max(1)));
        }

        #[test]
        fn chunks_do_not_matter(sizes in proptest::collection::vec(1_usize..40, 1..60)) {
            let mut stream = b"\r\n\r\n".to_vec();
            for body in ["", "abc", "\r\n\r\n"] {
                stream.extend(message(body));
            }
            let (mut framer, mut found, mut rest) = (Framer::new(), Vec::new(), stream.as_slice());
            for size in sizes.iter().cycle() {
                let (chunk, tail) = rest.split_at((*size).min(rest.len()));
                framer.push(chunk);
                found.extend(frames(&mut framer));
                rest = tail;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(found.len(), 4);
            prop_assert!(framer.is_empty());
        }
    }
}
