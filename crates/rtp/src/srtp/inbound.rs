use core::fmt;

use super::outbound::{ENCRYPTED, RTCP_CLEAR, rtcp_clear};
use super::streams::Streams;
use super::transform::{Protocol, Transform};
use super::{MasterKey, Mki, UnprotectError};
use crate::packet::payload_start;

/// Takes the protection off what the peer sends, RTP and RTCP, under its master key.
///
/// Nothing of a packet is believed before its tag is found right: one that is refused leaves no trace.
pub struct Inbound {
    rtp: Transform,
    rtcp: Transform,
    rtp_streams: Streams,
    rtcp_streams: Streams,
    mki: Option<Mki>,
}

impl Inbound {
    /// Begins under the peer's key; rollover counters start at 0.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            rtp: Transform::new(master, Protocol::Rtp),
            rtcp: Transform::new(master, Protocol::Rtcp),
            rtp_streams: Streams::new(),
            rtcp_streams: Streams::new(),
            mki: None,
        }
    }

    /// The same for a peer that names its key in each packet.
    #[must_use]
    pub fn with_mki(mut self, mki: Option<Mki>) -> Self {
        self.mki = mki;
        self
    }

    /// Takes the protection off the RTP packet that `packet` is, in place. Returns the octets of the plain one.
    ///
    /// # Errors
    /// [`UnprotectError`]: the packet is not to be heard, and nothing has changed.
    #[inline]
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let received = packet.len();
        let (header, body_at) = payload_start(packet)?;
        let (tag_length, mki_length) = (self.rtp.tag_length(), self.mki.map_or(0, Mki::len));
        let body_end = received.checked_sub(tag_length + mki_length).filter(|end| *end >= body_at);
        let body_end = body_end.ok_or(UnprotectError::TooShort(received))?;
        let mut window = self.rtp_streams.window(header.ssrc);
        let index = window.index_of(header.sequence).ok_or(UnprotectError::Replayed)?;
        if !window.is_new(index) {
            return Err(UnprotectError::Replayed);
        }
        let (plain, after) = packet.split_at_mut(body_end);
        let tag = self.tag_of(&self.rtp, after)?;
        let genuine = match &self.rtp {
            Transform::Counter(mode) => {
                let genuine = mode.verify(plain, ((index >> 16) as u32).to_be_bytes(), tag);
                if genuine {
                    mode.apply(header.ssrc, index, &mut plain[body_at..]);
                }
                genuine
            }
            Transform::Aead(gcm) => {
                let (clear, body) = plain.split_at_mut(body_at);
                tag.try_into().is_ok_and(|tag| gcm.open(header.ssrc, index, clear, body, tag))
            }
        };
        if !genuine {
            return Err(UnprotectError::Forged);
        }
        window.see(index);
        self.rtp_streams.keep(header.ssrc, window);
        Ok(body_end)
    }

    /// Takes the protection off the compound of RTCP that `packet` is, in place. Returns the octets of the plain one.
    ///
    /// # Errors
    /// [`UnprotectError`]: the packet is not to be heard, and nothing has changed.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, UnprotectError> {
        let received = packet.len();
        let (tag_length, mki_length) = (self.rtcp.tag_length(), self.mki.map_or(0, Mki::len));
        let body_end = received.checked_sub(tag_length + mki_length + 4).filter(|end| *end >= RTCP_CLEAR);
        let body_end = body_end.ok_or(UnprotectError::TooShort(received))?;
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let (plain, after) = packet.split_at_mut(body_end);
        // The word stands before what follows a packet in counter mode, and behind the tag of AES-GCM.
        let word_at = if matches!(self.rtcp, Transform::Aead(_)) { tag_length } else { 0 };
        let word = [after[word_at], after[word_at + 1], after[word_at + 2], after[word_at + 3]];
        let index = u32::from_be_bytes(word);
        if index & ENCRYPTED == 0 {
            return Err(UnprotectError::NotEncrypted);
        }
        let index = u64::from(index & !ENCRYPTED);
        let mut window = self.rtcp_streams.window(ssrc);
        if !window.is_new(index) {
            return Err(UnprotectError::Replayed);
        }
        let genuine = match &self.rtcp {
            Transform::Counter(mode) => {
                let genuine = mode.verify(plain, word, self.tag_of(&self.rtcp, &after[4..])?);
                if genuine {
                    mode.apply(ssrc, index, &mut plain[RTCP_CLEAR..]);
                }
                genuine
            }
            Transform::Aead(gcm) => {
                let clear = rtcp_clear(plain, word);
                let (tag, last) = after.split_at(tag_length);
                self.check_mki(&last[4..])?;
                tag.try_into().is_ok_and(|tag| gcm.open(ssrc, index, &clear, &mut plain[RTCP_CLEAR..], tag))
            }
        };
        if !genuine {
            return Err(UnprotectError::Forged);
        }
        window.see(index);
        self.rtcp_streams.keep(ssrc, window);
        Ok(body_end)
    }

    /// The tag among the octets behind a body, once the identifier beside it is found right: it stands before a tag in counter
    /// mode (RFC 3711 §3.1), behind one of AES-GCM (RFC 7714 §8.2).
    #[inline]
    fn tag_of<'a>(&self, transform: &Transform, after: &'a [u8]) -> Result<&'a [u8], UnprotectError> {
        let mki_length = self.mki.map_or(0, Mki::len);
        let (tag, mki) = match transform {
            Transform::Counter(_) => {
                let (mki, tag) = after.split_at(mki_length);
                (tag, mki)
            }
            Transform::Aead(_) => after.split_at(after.len() - mki_length),
        };
        self.check_mki(mki)?;
        Ok(tag)
    }

    #[inline]
    fn check_mki(&self, octets: &[u8]) -> Result<(), UnprotectError> {
        let right = self.mki.is_none_or(|mki| mki.is(octets));
        if right { Ok(()) } else { Err(UnprotectError::AnotherKey) }
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound").field("mki", &self.mki).finish_non_exhaustive()
    }
}
