//! Who sends media: `sendrecv`, `sendonly`, `recvonly`, `inactive` (RFC 8866 §6.7).

use core::fmt;

/// The way that media flows, from the point of view of the side that says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways; what a description without the attribute means.
    #[default]
    SendRecv,
    /// This side sends and does not want to receive: hold with music.
    SendOnly,
    /// This side listens only.
    RecvOnly,
    /// Nobody sends: hold without music.
    Inactive,
}

impl Direction {
    /// The direction of a side that sends, receives, both or nothing.
    pub const fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The direction that an attribute name stands for; `None` for any other name.
    pub fn from_name(name: &str) -> Option<Self> {
        // Each has eight letters, and an octet that is a small letter with this bit is one in any case.
        let octets: &[u8; 8] = name.as_bytes().try_into().ok()?;
        match &octets.map(|octet| octet | 0x20) {
            b"sendrecv" => Some(Self::SendRecv),
            b"sendonly" => Some(Self::SendOnly),
            b"recvonly" => Some(Self::RecvOnly),
            b"inactive" => Some(Self::Inactive),
            _ => None,
        }
    }

    /// The name of the attribute.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// True where this side sends media.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// True where this side wants to receive media.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same flow as the other side sees it.
    pub const fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What is left when both limits hold.
    pub const fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Direction::{self, *};

    #[test]
    fn names_are_read_in_any_case() {
        for direction in [SendRecv, SendOnly, RecvOnly, Inactive] {
            assert_eq!(Direction::from_name(direction.name()), Some(direction));
            assert_eq!(Direction::from_name(&direction.name().to_uppercase()), Some(direction));
        }
        for other in ["sendreceive", "SENDRECV\0", "\u{13}endrecv", "sendrec", "rtcp-mux", ""] {
            assert_eq!(Direction::from_name(other), None, "{other:?}");
        }
    }

    #[test]
    fn an_answer_is_the_reverse_within_our_limits() {
        assert_eq!(SendRecv.and(SendOnly.reversed()), RecvOnly);
        assert_eq!(SendOnly.and(SendOnly.reversed()), Inactive);
        assert_eq!(SendRecv.and(Inactive.reversed()), Inactive);
        assert_eq!(SendRecv.and(RecvOnly.reversed()), SendOnly);
    }
}
