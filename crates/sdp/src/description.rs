//! A whole session description, as a view over its octets.

use core::fmt;

use crate::attribute::Attributes;
use crate::connection::Connection;
use crate::direction::Direction;
use crate::error::{SdpError, ValueError};
use crate::line::{Index, Lines, RawLine, Text, scan};
use crate::media::{self, MediaIter, MediaLine};
use crate::origin::Origin;

/// The most octets that a description may have: what fits into a datagram.
pub const MAX_BYTES: usize = 65_535;

/// The most lines that a description may have. A browser with many candidates writes some hundreds.
pub const MAX_LINES: usize = 2048;

/// The most `m=` lines that a description may have.
pub const MAX_MEDIA: usize = 64;

/// A session description (RFC 8866), read where it lies.
///
/// [`parse`](Self::parse) looks at every line once, checks the form of the whole, and notes where each line lies;
/// it copies nothing, and allocates only for more than 32 lines. Values are read when they are asked for. Unknown lines and attributes are
/// passed over, as are `o=`, `s=` and `t=` lines that are missing; what media needs is demanded when media is
/// negotiated.
///
/// [`Display`](fmt::Display) writes it again, every line ended by CR LF.
#[derive(Clone, Debug)]
pub struct SessionDescription<'a> {
    text: Text<'a>,
    index: Index,
    media_count: usize,
}

impl<'a> SessionDescription<'a> {
    /// Checks the form of a description.
    ///
    /// # Errors
    /// [`SdpError`] when it does not begin with `v=0`, when a line has not the form `x=value`, when an `m=` line
    /// is not complete, or when a limit is passed ([`MAX_BYTES`], [`MAX_LINES`], [`MAX_MEDIA`]).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SdpError> {
        if bytes.len() > MAX_BYTES {
            return Err(SdpError::TooLong { octets: bytes.len(), limit: MAX_BYTES });
        }
        let text = Text::new(bytes);
        let (mut index, mut number, mut media_count) = (Index::new(), 0, 0);
        for raw in scan(bytes, text) {
            number += 1;
            if number > MAX_LINES {
                return Err(SdpError::TooManyLines { limit: MAX_LINES });
            }
            media_count += usize::from(check(&raw, text, number)?);
            if media_count > MAX_MEDIA {
                return Err(SdpError::TooManyMedia { limit: MAX_MEDIA });
            }
            if let RawLine::Line(span) = raw {
                index.push(span);
            }
        }
        if number == 0 {
            return Err(SdpError::Version);
        }
        Ok(Self { text, index, media_count })
    }

    /// Every line, in order.
    pub fn lines(&self) -> Lines<'_> {
        self.index.lines(self.text)
    }

    /// The lines before the first `m=`.
    pub fn session(&self) -> Lines<'_> {
        self.lines().section()
    }

    /// `o=`: who made it, and which version it is. `None` when it is missing or not readable.
    pub fn origin(&self) -> Option<Origin<'_>> {
        self.value(b'o').and_then(|value| Origin::parse(value).ok())
    }

    /// `s=`: the name of the session, `-` for most.
    pub fn name(&self) -> Option<&str> {
        self.value(b's')
    }

    /// `c=` of the session. [`Media::connection`](crate::Media::connection) knows which one holds for a stream.
    ///
    /// # Errors
    /// [`ValueError`] when the line is there but not readable.
    pub fn connection(&self) -> Result<Option<Connection<'_>>, ValueError> {
        self.value(b'c').map(Connection::parse).transpose()
    }

    /// The attributes of the session.
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes::new(self.session())
    }

    /// The direction of the session, which holds for streams that have none of their own.
    pub fn direction(&self) -> Option<Direction> {
        media::direction(self.attributes())
    }

    /// The media descriptions, in order.
    pub fn media(&self) -> MediaIter<'_> {
        MediaIter::new(self.lines())
    }

    /// How many media descriptions there are.
    pub fn media_count(&self) -> usize {
        self.media_count
    }

    fn value(&self, kind: u8) -> Option<&str> {
        self.session().value(kind)
    }
}

/// Checks one line; true for an `m=` line.
fn check(raw: &RawLine<'_>, text: Text<'_>, number: usize) -> Result<bool, SdpError> {
    match raw {
        RawLine::Line(span) if number == 1 => {
            match span.kind == b'v' && text.value(*span).trim_ascii() == "0" {
                true => Ok(false),
                false => Err(SdpError::Version),
            }
        }
        _ if number == 1 => Err(SdpError::Version),
        RawLine::Line(span) if span.kind == b'm' => match MediaLine::parse(text.value(*span)) {
            Some(_) => Ok(true),
            None => Err(SdpError::Media { line: number }),
        },
        // An m= line that is passed over would shift the others in the answer.
        RawLine::NotText(octets) if octets.starts_with(b"m=") => Err(SdpError::Media { line: number }),
        RawLine::Line(_) | RawLine::NotText(_) => Ok(false),
        RawLine::Malformed => Err(SdpError::NotALine { line: number }),
    }
}

/// Equal when the lines are equal; line ends do not count.
impl PartialEq for SessionDescription<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.lines().eq(other.lines())
    }
}

impl Eq for SessionDescription<'_> {}

impl fmt::Display for SessionDescription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| write!(f, "{}={}\r\n", char::from(line.kind), line.value))
    }
}
