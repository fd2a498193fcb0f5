//! What can be wrong with a session description as text.

/// Why bytes were refused as a session description. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// The first line is not `v=0` (RFC 8866 §5.1).
    #[error("a session description starts with the line v=0")]
    Version,
    /// A line does not have the form `x=value` (RFC 8866 §5).
    #[error("line {line} is not of the form x=value, with a letter and an equals sign at its start")]
    NotALine {
        /// The line.
        line: usize,
    },
    /// An `m=` line lacks a part, or its port is no number up to 65535 (RFC 8866 §5.14).
    #[error("line {line}: m= takes media, port, transport and formats, as in m=audio 49170 RTP/AVP 0")]
    Media {
        /// The line.
        line: usize,
    },
    /// More octets than [`MAX_BYTES`](crate::MAX_BYTES).
    #[error("a session description may have {limit} octets, this one has {octets}")]
    TooLong {
        /// What it has.
        octets: usize,
        /// What is allowed.
        limit: usize,
    },
    /// More lines than [`MAX_LINES`](crate::MAX_LINES).
    #[error("a session description may have {limit} lines, this one has more")]
    TooManyLines {
        /// What is allowed.
        limit: usize,
    },
    /// More `m=` lines than [`MAX_MEDIA`](crate::MAX_MEDIA).
    #[error("a session description may have {limit} media lines, this one has more")]
    TooManyMedia {
        /// What is allowed.
        limit: usize,
    },
}

/// A line or attribute is there, but its value is not what its definition allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line} expects {expected}")]
pub struct ValueError {
    /// Which line or attribute, for example `a=rtpmap`.
    pub line: &'static str,
    /// What its value looks like.
    pub expected: &'static str,
}
