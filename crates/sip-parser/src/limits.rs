//! What a peer can make us hold, at most.

/// Bounds of a message. What exceeds them is refused with a defined answer, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one message, headers and body. RFC 3261 §18.1.1 asks for at least 65,535.
    pub max_message: usize,
    /// Header lines of one message.
    pub max_headers: usize,
}

impl Limits {
    /// 131,072 octets, 256 header lines: no datagram is longer, and streams get some room.
    pub const DEFAULT: Self = Self { max_message: 131_072, max_headers: 256 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
