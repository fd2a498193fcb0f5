use super::Suite;
use crate::PacketError;

/// Why octets were refused as a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Key and salt together have another length than the suite wants.
    #[error("{suite} wants {} octets of key and salt, these are {octets}", suite.master_length())]
    Length {
        /// The suite.
        suite: Suite,
        /// What there was.
        octets: usize,
    },
    /// A master key identifier is longer than a number can be, or has no octets (RFC 4568 §6.1).
    #[error("a master key identifier has 1 to 128 octets, and its number must fit in; not {length} octets")]
    Mki {
        /// Its length.
        length: u8,
    },
}

/// Why a packet was not protected: it must not be sent. The packet and the context are as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// It is no RTP packet.
    #[error(transparent)]
    NotRtp(#[from] PacketError),
    /// It is no RTCP packet: fewer octets than the first of a compound has.
    #[error("{0} octets are too few for an RTCP packet of 8")]
    TooShort(usize),
    /// The buffer ends before the tag does.
    #[error("a protected packet of {needed} octets does not fit into the buffer")]
    NoRoom {
        /// Octets of the protected packet.
        needed: usize,
    },
    /// A packet with this number went out before, or it is so old that nobody knows. The same number under the same key
    /// would give both away (RFC 3711 §9.1).
    #[error("a packet with this number may have been protected under the same key before")]
    Repeated,
    /// More streams than one key is kept for.
    #[error("one key protects {0} streams at most")]
    TooManyStreams(usize),
    /// Every number of this key has been used (RFC 3711 §9.2): agree on another.
    #[error("the key has protected all the packets that it may, agree on another one")]
    WornOut,
}

/// Why a packet was refused. The packet and the context are as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnprotectError {
    /// Its header is none of RTP.
    #[error(transparent)]
    NotRtp(#[from] PacketError),
    /// Fewer octets than header, tag and what else belongs to it.
    #[error("{0} octets are too few for a protected packet")]
    TooShort(usize),
    /// It names another master key than was agreed on.
    #[error("the master key identifier of the packet is not the agreed one")]
    AnotherKey,
    /// Its number was heard before, or is too old to say.
    #[error("a packet with this number was heard before, or is too old")]
    Replayed,
    /// RTCP that is not encrypted, though the suite says so.
    #[error("the RTCP packet is not encrypted")]
    NotEncrypted,
    /// The tag is not that of this packet under this key: altered, forged, or another key was meant.
    #[error("the authentication tag does not fit the packet")]
    Forged,
}
