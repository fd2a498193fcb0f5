use core::fmt;

/// A crypto suite (RFC 4568 §6.2): cipher, authentication and the lengths of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// AES in counter mode with 128 bits, tags of 80 (RFC 3711): what every phone has.
    AesCm128HmacSha1_80,
    /// The same, tags of 32 bits for RTP; those of RTCP keep 80.
    AesCm128HmacSha1_32,
    /// AES in counter mode with 256 bits, tags of 80 (RFC 6188).
    AesCm256HmacSha1_80,
    /// The same, tags of 32 bits for RTP; those of RTCP keep 80.
    AesCm256HmacSha1_32,
    /// AES-GCM with 128 bits, tags of 128 (RFC 7714).
    AeadAes128Gcm,
    /// AES-GCM with 256 bits, tags of 128 (RFC 7714).
    AeadAes256Gcm,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 6] = [
        Self::AesCm128HmacSha1_80,
        Self::AesCm128HmacSha1_32,
        Self::AesCm256HmacSha1_80,
        Self::AesCm256HmacSha1_32,
        Self::AeadAes128Gcm,
        Self::AeadAes256Gcm,
    ];

    /// The most octets that protection adds to a packet, RTP or RTCP.
    pub const MOST_ADDED: usize = 20;

    /// Octets of the longest master key with its salt.
    pub(super) const LONGEST_MASTER: usize = 32 + 14;

    /// The name that SDP knows it by (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AesCm256HmacSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::AesCm256HmacSha1_32 => "AES_256_CM_HMAC_SHA1_32",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// The suite of that name, in whatever case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Octets of the master key.
    pub const fn key_length(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 | Self::AeadAes128Gcm => 16,
            Self::AesCm256HmacSha1_80 | Self::AesCm256HmacSha1_32 | Self::AeadAes256Gcm => 32,
        }
    }

    /// Octets of the master salt.
    pub const fn salt_length(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    /// Octets of master key and salt, as they follow each other in SDP.
    pub const fn master_length(self) -> usize {
        self.key_length() + self.salt_length()
    }

    /// Octets of the tag of an RTP packet.
    pub const fn rtp_tag_length(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm256HmacSha1_80 => 10,
            Self::AesCm128HmacSha1_32 | Self::AesCm256HmacSha1_32 => 4,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }

    /// Octets of the tag of an RTCP packet. A short one is for RTP alone (RFC 4568 §6.2.2): of RTCP there is little, and
    /// what it says counts for long.
    pub const fn rtcp_tag_length(self) -> usize {
        if self.is_aead() { 16 } else { 10 }
    }

    /// Whether one algorithm encrypts and authenticates.
    pub(super) const fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes128Gcm | Self::AeadAes256Gcm)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Suite;

    #[test]
    fn names_are_those_of_the_registry() {
        for suite in Suite::ALL {
            assert_eq!(Suite::from_name(suite.name()), Some(suite));
            assert!(suite.master_length() <= Suite::LONGEST_MASTER);
            assert!(suite.rtcp_tag_length() + 4 <= Suite::MOST_ADDED);
        }
        assert_eq!(Suite::from_name("aes_cm_128_hmac_sha1_32"), Some(Suite::AesCm128HmacSha1_32));
        assert_eq!(Suite::from_name("F8_128_HMAC_SHA1_80"), None);
    }
}
