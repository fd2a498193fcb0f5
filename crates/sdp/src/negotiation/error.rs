//! Why two sides could not agree.

use alloc::string::String;
use core::net::IpAddr;

use crate::error::SdpError;

/// Why an offer or an answer could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NegotiationError {
    /// The peer sent no session description.
    #[error("malformed session description: {0}")]
    Malformed(#[from] SdpError),
    /// No audio stream with a port other than 0.
    #[error("the session description has no open audio stream")]
    NoAudio,
    /// Both sides have codecs, and none is the same.
    #[error("no codec in common: the peer has {theirs}; allowed here: {ours}")]
    NoCommonCodec {
        /// What the peer listed.
        theirs: String,
        /// What we allow.
        ours: String,
    },
    /// Encryption is demanded, and not allowed on our side.
    #[error("{protocol} demands encrypted media, which is not allowed here; offer RTP/AVP")]
    SecureTransport {
        /// The transport as written.
        protocol: String,
    },
    /// Encryption with keys made by DTLS (RFC 5764).
    #[error(
        "{protocol} demands keys made by DTLS, which are not available here; offer RTP/SAVP with a=crypto, or RTP/AVP"
    )]
    Dtls {
        /// The transport as written.
        protocol: String,
    },
    /// Our side demands encryption.
    #[error("media has to be encrypted here, and {protocol} is not; offer RTP/SAVP with a=crypto")]
    Unprotected {
        /// The transport as written.
        protocol: String,
    },
    /// No `a=crypto` that our side could follow (RFC 4568 §5.1.2).
    #[error("no a=crypto that is allowed here, with one key of the right length; the peer has {theirs}")]
    NoCommonSuite {
        /// The suites that the peer listed.
        theirs: String,
    },
    /// Audio over something else than RTP.
    #[error("audio over {protocol} is not available here; offer RTP/AVP")]
    Transport {
        /// The transport as written.
        protocol: String,
    },
    /// No `c=` line that could be read for an open stream (RFC 8866 §5.7).
    #[error("the audio stream has no usable c= line; add one such as c=IN IP4 192.0.2.1")]
    NoConnection,
    /// A `c=` line with a name. Looking it up is not for a media path to do.
    #[error("the c= line names the host {name}; an IP address is needed there")]
    HostName {
        /// The name.
        name: String,
    },
    /// IPv6 is offered where our media is at IPv4, or the other way round.
    #[error("the peer's media is at {remote}, ours at {local}: both must be IPv4 or both IPv6")]
    AddressFamily {
        /// The peer's address.
        remote: IpAddr,
        /// Ours.
        local: IpAddr,
    },
    /// A multicast or broadcast address, to which no call sends.
    #[error("media cannot be sent to {address}, which is no address of one host")]
    NotUnicast {
        /// The peer's address.
        address: IpAddr,
    },
    /// The answer refuses our audio stream with port 0 (RFC 3264 §6).
    #[error("the answer refuses our audio stream")]
    Refused,
    /// The answer has no audio stream in the place of ours (RFC 3264 §6).
    #[error("the answer does not fit our offer: it has no audio at media line {0}")]
    Unaligned(usize),
    /// [`accept`](super::Negotiator::accept) without an offer of ours before it.
    #[error("there is no offer of ours that this could answer")]
    NoOffer,
    /// Our own port is 0.
    #[error("our own media has no port: open it before answering")]
    NoLocalPort,
}

impl NegotiationError {
    /// The status that an INVITE with this description deserves (RFC 3261 §21.4.1, §21.4.26, §21.5.1).
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::NoOffer | Self::NoLocalPort => 500,
            _ => 488,
        }
    }

    /// The code for a `Warning` header beside the status (RFC 3261 §20.43).
    pub fn warning_code(&self) -> u16 {
        match self {
            Self::HostName { .. } | Self::AddressFamily { .. } => 301,
            Self::SecureTransport { .. }
            | Self::Dtls { .. }
            | Self::Unprotected { .. }
            | Self::Transport { .. } => 302,
            Self::NoAudio => 304,
            Self::NoCommonSuite { .. } => 306,
            Self::NoCommonCodec { .. } => 305,
            Self::NotUnicast { .. } => 330,
            _ => 399,
        }
    }
}

/// The part of a peer's word that may stand in a message: printable, and not long.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(64).collect()
}
