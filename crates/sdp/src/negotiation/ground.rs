//! What every stream needs, whatever it carries: where it goes, which way, and how it is protected.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::NegotiationError;
use super::protection::{self, AgreedProtection, CryptoLine, Protection};
use super::remote::Remote;
use crate::direction::Direction;
use crate::media::Media;

/// How a stream travels, once the peer's description of it is read.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) remote: Remote,
    pub(super) rtcp_mux: bool,
    /// What the peer does.
    pub(super) theirs: Direction,
    /// What we do.
    pub(super) direction: Direction,
    pub(super) protection: Option<AgreedProtection>,
    /// What an answer of ours tells of our keys.
    pub(super) keys: Vec<CryptoLine>,
}

/// Our side of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) address: IpAddr,
    pub(super) direction: Direction,
    pub(super) rtcp_mux: bool,
    pub(super) protection: Option<&'a Protection>,
}

impl Ground {
    /// For a stream that the peer offers.
    pub(super) fn answer(media: &Media<'_>, own: Own<'_>) -> Result<Self, NegotiationError> {
        let (keys, protection) = protection::answer(media, own.protection)?.unzip();
        let ground = Self::of(media, own, protection)?;
        Ok(Self { keys: keys.into_iter().collect(), ..ground })
    }

    /// For a stream of ours that the peer accepts. We told it the keys `offered`.
    pub(super) fn accept(
        media: &Media<'_>,
        own: Own<'_>,
        offered: &[CryptoLine],
    ) -> Result<Self, NegotiationError> {
        let protection = protection::accept(media, offered, own.protection)?;
        Self::of(media, own, protection)
    }

    fn of(
        media: &Media<'_>,
        own: Own<'_>,
        protection: Option<AgreedProtection>,
    ) -> Result<Self, NegotiationError> {
        let rtcp_mux = own.rtcp_mux && media.rtcp_mux();
        let remote = Remote::of(media, own.address, rtcp_mux)?;
        let theirs = media.direction().and(Direction::new(true, !remote.is_black_hole()));
        let direction = own.direction.and(theirs.reversed());
        Ok(Self { remote, rtcp_mux, theirs, direction, protection, keys: Vec::new() })
    }
}
