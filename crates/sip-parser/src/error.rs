//! Why something is not SIP, and what answer is owed.

/// Why bytes are not a SIP message.
///
/// Offsets count octets from the start of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// There is nothing in it.
    #[error("the message is empty")]
    Empty,
    /// It is longer than [`Limits::max_message`](crate::Limits::max_message).
    #[error("the message has {0} octets, more than are taken")]
    TooLong(usize),
    /// It has more header lines than [`Limits::max_headers`](crate::Limits::max_headers).
    #[error("the message has too many header lines, at octet {0}")]
    TooManyHeaders(usize),
    /// No blank line ends the headers (RFC 3261 §7).
    #[error("no blank line ends the headers, in {0} octets")]
    Truncated(usize),
    /// The first line is neither a request line nor a status line (RFC 3261 §7.1, §7.2).
    #[error("the first line is neither 'METHOD uri SIP/2.0' nor 'SIP/2.0 status reason'")]
    StartLine,
    /// The version is not `SIP/2.0`.
    #[error("the version in the first line is not SIP/2.0")]
    Version,
    /// The status is not three digits from 100 to 699.
    #[error("the status code is not between 100 and 699")]
    Status,
    /// A header line has no colon, or a name that is no token.
    #[error("a header line without a name and a colon, at octet {0}")]
    HeaderLine(usize),
    /// The head is not UTF-8 (RFC 3261 §7).
    #[error("the headers are not UTF-8, at octet {0}")]
    Encoding(usize),
    /// Content-Length is no number, or there are several that differ.
    #[error("Content-Length is not one number")]
    ContentLength,
    /// The datagram ends before its body does (RFC 3261 §18.3).
    #[error("Content-Length announces {announced} octets of body and {present} are there")]
    BodyTooShort {
        /// What Content-Length says.
        announced: usize,
        /// What is there.
        present: usize,
    },
}

impl ParseError {
    /// The status owed to the sender if what it sent was a request; `None` where silence is right.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Empty | Self::Truncated(_) | Self::StartLine => None,
            Self::TooLong(_) | Self::TooManyHeaders(_) => Some(513),
            Self::Version => Some(505),
            _ => Some(400),
        }
    }
}

/// Why a header cannot be read as its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// A header that every message carries is absent (RFC 3261 §8.1.1).
    #[error("missing {0} header")]
    Missing(&'static str),
    /// A header is there and does not follow its grammar.
    #[error("{header}: {problem}, at octet {at}")]
    Malformed {
        /// The header or the part of it.
        header: &'static str,
        /// What is wrong, in a few words.
        problem: &'static str,
        /// Where: octets from the start of the message when a [`Message`](crate::Message) tells it, from the start of
        /// the text that was read otherwise.
        at: usize,
    },
    /// A URI of a scheme that cannot be used here (RFC 3261 §21.4.14).
    #[error("the URI has no scheme that is understood")]
    Scheme,
}

impl HeaderError {
    /// A fault at the start of what is read.
    pub(crate) const fn malformed(header: &'static str, problem: &'static str) -> Self {
        Self::malformed_at(header, problem, 0)
    }

    pub(crate) const fn malformed_at(header: &'static str, problem: &'static str, at: usize) -> Self {
        Self::Malformed { header, problem, at }
    }

    /// The fault as it is seen from further outside, where the text that was read stands behind `octets` others.
    pub(crate) fn behind(self, octets: usize) -> Self {
        match self {
            Self::Malformed { header, problem, at } => Self::malformed_at(header, problem, at + octets),
            other => other,
        }
    }

    /// The status owed to the sender of a request with this fault.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Scheme => Some(416),
            _ => Some(400),
        }
    }
}

/// Why a byte stream cannot be cut into messages any more. The connection has to be closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingError {
    /// A message of the stream is longer than [`Limits::max_message`](crate::Limits::max_message).
    #[error("a message on the stream is longer than {0} octets")]
    TooLong(usize),
    /// Content-Length is not one number: the end of the message is unknown.
    #[error("a message on the stream has no usable Content-Length")]
    ContentLength,
}
