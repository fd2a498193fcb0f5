use zeroize::Zeroizing;

use super::counter_mode::{self, CounterMode};
use super::derivation::{Label, derive};
use super::gcm::{self, Gcm};
use super::{MasterKey, Suite};

/// What the session keys of one direction do to packets, those of RTP or those of RTCP.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives as long as a call, and packets need not look behind a pointer"
)]
pub(super) enum Transform {
    /// Encrypted, then tagged.
    Counter(CounterMode),
    /// Both in one.
    Aead(Gcm),
}

/// Which packets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocol {
    Rtp,
    Rtcp,
}

impl Transform {
    /// Derives the session keys.
    pub(super) fn new(master: &MasterKey, protocol: Protocol) -> Self {
        let [encryption, authentication, salting] = match protocol {
            Protocol::Rtp => [Label::RtpEncryption, Label::RtpAuthentication, Label::RtpSalt],
            Protocol::Rtcp => [Label::RtcpEncryption, Label::RtcpAuthentication, Label::RtcpSalt],
        };
        let suite = master.suite();
        let mut key = Zeroizing::new([0; 32]);
        let key = &mut key[..suite.key_length()];
        derive(master, encryption, key);
        if suite.is_aead() {
            let mut salt = [0; gcm::SALT];
            derive(master, salting, &mut salt);
            return Self::aead(key, salt);
        }
        let mut mac = Zeroizing::new([0; counter_mode::AUTHENTICATION_KEY]);
        derive(master, authentication, &mut mac[..]);
        let mut salt = [0; counter_mode::SALT];
        derive(master, salting, &mut salt);
        Self::counter(key, &mac[..], salt, tag_length(suite, protocol))
    }

    #[expect(
        clippy::expect_used,
        reason = "a suite's keys have 16 or 32 octets, the only lengths that are asked for"
    )]
    fn aead(key: &[u8], salt: [u8; gcm::SALT]) -> Self {
        Self::Aead(Gcm::new(key, salt).expect("the key has the length that its suite says"))
    }

    #[expect(
        clippy::expect_used,
        reason = "a suite's keys have 16 or 32 octets, the only lengths that are asked for"
    )]
    fn counter(key: &[u8], mac: &[u8], salt: [u8; counter_mode::SALT], tag: usize) -> Self {
        let mode = CounterMode::new(key, mac, salt, tag);
        Self::Counter(mode.expect("the key has the length that its suite says"))
    }

    /// Octets of a tag.
    pub(super) fn tag_length(&self) -> usize {
        match self {
            Self::Counter(mode) => mode.tag_length(),
            Self::Aead(_) => gcm::TAG,
        }
    }
}

fn tag_length(suite: Suite, protocol: Protocol) -> usize {
    match protocol {
        Protocol::Rtp => suite.rtp_tag_length(),
        Protocol::Rtcp => suite.rtcp_tag_length(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    /// Octets written as the RFCs do, blanks between.
    pub(in crate::srtp) fn octets(hexadecimal: &str) -> Vec<u8> {
        let digits: Vec<char> = hexadecimal.chars().filter(|digit| !digit.is_whitespace()).collect();
        let octet = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
        digits.chunks(2).map(octet).collect()
    }
}
