use core::fmt;

use super::streams::Streams;
use super::transform::{Protocol, Transform};
use super::{MasterKey, ProtectError};
use crate::packet::payload_start;

/// Octets at the start of a compound of RTCP that stay readable: the first header and the SSRC (RFC 3711 §3.4).
pub(super) const RTCP_CLEAR: usize = 8;
/// The bit that says that RTCP is encrypted.
pub(super) const ENCRYPTED: u32 = 1 << 31;

/// Protects what one side sends, RTP and RTCP, under one master key.
///
/// A number is never used twice under the key: what would do so is refused, as is a ninth SSRC.
pub struct Outbound {
    rtp: Transform,
    rtcp: Transform,
    streams: Streams,
    /// The index of the next RTCP packet. One for all SSRCs: to each of them it only grows.
    rtcp_index: u32,
}

impl Outbound {
    /// Begins under a key; rollover counters start at 0.
    ///
    /// A stream should start with a number below 2¹⁵: a receiver that misses its first packets cannot know that it has
    /// rolled over (RFC 3711 §3.3.1).
    pub fn new(master: &MasterKey) -> Self {
        Self {
            rtp: Transform::new(master, Protocol::Rtp),
            rtcp: Transform::new(master, Protocol::Rtcp),
            streams: Streams::new(),
            rtcp_index: 0,
        }
    }

    /// Protects the RTP packet in the first `length` octets of `buffer`, in place. Returns its new length, up to
    /// [`Suite::MOST_ADDED`](super::Suite::MOST_ADDED) octets more.
    ///
    /// # Errors
    /// [`ProtectError`]: the packet must not be sent, and nothing has changed.
    #[inline]
    pub fn protect_rtp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, ProtectError> {
        let needed = length + self.rtp.tag_length();
        let Some(octets) = buffer.get_mut(..needed) else { return Err(ProtectError::NoRoom { needed }) };
        let (packet, tag) = octets.split_at_mut(length);
        let (header, body_at) = payload_start(packet)?;
        let mut window = self.streams.window(header.ssrc);
        let index = window.index_of(header.sequence).ok_or(ProtectError::WornOut)?;
        if !window.is_new(index) {
            return Err(ProtectError::Repeated);
        }
        if !self.streams.has_place_for(header.ssrc) {
            return Err(ProtectError::TooManyStreams(Streams::MOST));
        }
        match &self.rtp {
            Transform::Counter(mode) => {
                mode.apply(header.ssrc, index, &mut packet[body_at..]);
                let rollover = ((index >> 16) as u32).to_be_bytes();
                tag.copy_from_slice(&mode.tag(packet, rollover)[..tag.len()]);
            }
            Transform::Aead(gcm) => {
                let (clear, body) = packet.split_at_mut(body_at);
                let sealed = gcm.seal(header.ssrc, index, clear, body);
                tag.copy_from_slice(&sealed.ok_or(ProtectError::NoRoom { needed })?);
            }
        }
        window.see(index);
        self.streams.keep(header.ssrc, window);
        Ok(needed)
    }

    /// Protects the compound of RTCP in the first `length` octets of `buffer`, in place. Returns its new length, up to
    /// [`Suite::MOST_ADDED`](super::Suite::MOST_ADDED) octets more.
    ///
    /// # Errors
    /// [`ProtectError`]: the packet must not be sent, and nothing has changed.
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, ProtectError> {
        if length < RTCP_CLEAR {
            return Err(ProtectError::TooShort(length));
        }
        let tag_length = self.rtcp.tag_length();
        let needed = length + 4 + tag_length;
        let Some(octets) = buffer.get_mut(..needed) else { return Err(ProtectError::NoRoom { needed }) };
        if self.rtcp_index & ENCRYPTED != 0 {
            return Err(ProtectError::WornOut);
        }
        let ssrc = u32::from_be_bytes([octets[4], octets[5], octets[6], octets[7]]);
        let (index, word) = (u64::from(self.rtcp_index), (self.rtcp_index | ENCRYPTED).to_be_bytes());
        match &self.rtcp {
            Transform::Counter(mode) => {
                let (packet, after) = octets.split_at_mut(length);
                mode.apply(ssrc, index, &mut packet[RTCP_CLEAR..]);
                after[..4].copy_from_slice(&word);
                after[4..].copy_from_slice(&mode.tag(packet, word)[..tag_length]);
            }
            Transform::Aead(gcm) => {
                let clear = rtcp_clear(octets, word);
                let (packet, after) = octets.split_at_mut(length);
                let sealed = gcm.seal(ssrc, index, &clear, &mut packet[RTCP_CLEAR..]);
                let (tag, last) = after.split_at_mut(tag_length);
                tag.copy_from_slice(&sealed.ok_or(ProtectError::NoRoom { needed })?);
                last.copy_from_slice(&word);
            }
        }
        self.rtcp_index += 1;
        Ok(needed)
    }
}

/// What AES-GCM authenticates of an RTCP packet beside its body (RFC 7714 §9.2). `packet` has at least 8 octets.
pub(super) fn rtcp_clear(packet: &[u8], word: [u8; 4]) -> [u8; RTCP_CLEAR + 4] {
    let mut clear = [0; RTCP_CLEAR + 4];
    clear[..RTCP_CLEAR].copy_from_slice(&packet[..RTCP_CLEAR]);
    clear[RTCP_CLEAR..].copy_from_slice(&word);
    clear
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("rtcp_index", &self.rtcp_index).finish_non_exhaustive()
    }
}
