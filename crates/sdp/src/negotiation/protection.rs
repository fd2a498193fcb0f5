//! Keys for Secure RTP in offers and answers (RFC 4568), and without them (RFC 8643).

use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use smol_str::SmolStr;
use zeroize::Zeroizing;

use super::NegotiationError;
use super::error::excerpt;
use crate::attribute::Crypto;
use crate::media::{Media, Profile};

/// Some leave the padding out, and some do not clear what follows the last bit.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How a stream of ours is to be protected, with keys of our own that nobody else has seen.
///
/// A key protects what we send. It is told to the peer; the peer tells its own. The same keys have to be given again for as long
/// as they hold, and others for another session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// A key for each crypto suite that we accept, best first. An answer takes the first of the offerer's that is among them.
    pub keys: Vec<StreamKey>,
    /// There is no stream without protection. Off, we offer it and do without where the peer does (RFC 8643).
    pub demanded: bool,
}

/// A crypto suite, with a master key and its salt for what one side sends. `Debug` shows the suite alone.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey {
    /// The name of the crypto suite, as `AES_CM_128_HMAC_SHA1_80`.
    pub suite: &'static str,
    /// The key followed by the salt; overwritten when dropped.
    pub key_and_salt: Zeroizing<Vec<u8>>,
}

/// What protects an agreed stream: both keys have the same suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedProtection {
    /// Our key, for what we send.
    pub send: StreamKey,
    /// The peer's, for what we receive.
    pub receive: StreamKey,
    /// What names the peer's key in each of its packets: a number, and its octets.
    pub receive_mki: Option<(u64, u8)>,
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamKey({})", self.suite)
    }
}

/// A key of ours as a description tells it.
#[derive(Clone, Debug)]
pub(super) struct CryptoLine {
    pub(super) tag: u32,
    pub(super) key: StreamKey,
}

/// Without the name of the attribute.
impl fmt::Display for CryptoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = Zeroizing::new(BASE64.encode(&*self.key.key_and_salt));
        write!(f, "{} {} inline:{}", self.tag, self.key.suite, *key)
    }
}

/// Our keys in an offer, numbered from 1.
pub(super) fn offered_lines(protection: Option<&Protection>) -> Vec<CryptoLine> {
    let keys = protection.map(|protection| protection.keys.as_slice()).unwrap_or_default();
    (1..).zip(keys).map(|(tag, key)| CryptoLine { tag, key: key.clone() }).collect()
}

/// The transport that an offer of ours names, in the place of a stream that had `before`: with feedback where the peer had it.
pub(super) fn offered_protocol(before: &str, is_protected: bool) -> SmolStr {
    let end = before.len().checked_sub("AVPF".len()).and_then(|start| before.get(start..));
    let feedback = end.is_some_and(|end| end.eq_ignore_ascii_case("AVPF"));
    SmolStr::new_static(match (is_protected, feedback) {
        (false, false) => "RTP/AVP",
        (false, true) => "RTP/AVPF",
        (true, false) => "RTP/SAVP",
        (true, true) => "RTP/SAVPF",
    })
}

/// What an answer of ours to an offered stream tells, and what is agreed then; nothing for a stream without protection.
///
/// The first line of the offerer's that we can follow is chosen (RFC 4568 §5.1.2), and answered under its tag.
pub(super) fn answer(
    media: &Media<'_>,
    protection: Option<&Protection>,
) -> Result<Option<(CryptoLine, AgreedProtection)>, NegotiationError> {
    let is_secure = check_profile(media, protection)?;
    let Some(protection) = protection else { return Ok(None) };
    let ours = |suite: &str| protection.keys.iter().find(|key| key.suite.eq_ignore_ascii_case(suite));
    let chosen = media.attributes().typed::<Crypto<'_>>().find_map(|crypto| {
        let send = ours(crypto.suite)?;
        let agreed = agree(&crypto, send)?;
        Some((CryptoLine { tag: crypto.tag, key: send.clone() }, agreed))
    });
    if chosen.is_none() && (is_secure || protection.demanded) {
        return Err(no_common_suite(media));
    }
    Ok(chosen)
}

/// What is agreed by the answer to an offer of ours, which told `offered`.
pub(super) fn accept(
    media: &Media<'_>,
    offered: &[CryptoLine],
    protection: Option<&Protection>,
) -> Result<Option<AgreedProtection>, NegotiationError> {
    let is_secure = check_profile(media, protection)?;
    let agreed = media.attributes().typed::<Crypto<'_>>().find_map(|crypto| {
        let same = |line: &&CryptoLine| line.key.suite.eq_ignore_ascii_case(crypto.suite);
        // The tag says the same as the suite, of which each is offered once; some answer under a tag of their own.
        agree(&crypto, &offered.iter().find(same)?.key)
    });
    if agreed.is_none() && (is_secure || protection.is_some_and(|protection| protection.demanded)) {
        return Err(no_common_suite(media));
    }
    Ok(agreed)
}

/// Refuses transports that we cannot speak, or do not want to. `true`: the stream is to be protected.
pub(super) fn check_profile(
    media: &Media<'_>,
    protection: Option<&Protection>,
) -> Result<bool, NegotiationError> {
    let protocol = || excerpt(media.protocol());
    let demanded = protection.is_some_and(|protection| protection.demanded);
    match media.profile() {
        Profile::Avp | Profile::Avpf if demanded => {
            Err(NegotiationError::Unprotected { protocol: protocol() })
        }
        Profile::Avp | Profile::Avpf => Ok(false),
        Profile::Savp | Profile::Savpf if protection.is_some() => Ok(true),
        Profile::Savp | Profile::Savpf => Err(NegotiationError::SecureTransport { protocol: protocol() }),
        Profile::Dtls => Err(NegotiationError::Dtls { protocol: protocol() }),
        Profile::Other => Err(NegotiationError::Transport { protocol: protocol() }),
    }
}

/// The keys of both, where the peer's line can be followed: one key, of the right length, and no wish that changes how packets
/// are protected.
fn agree(crypto: &Crypto<'_>, send: &StreamKey) -> Option<AgreedProtection> {
    let mut keys = crypto.keys();
    let (key, None) = (keys.next()??, keys.next()) else { return None };
    if !crypto.session_parameters().all(may_be_passed_over) {
        return None;
    }
    let key_and_salt = Zeroizing::new(BASE64.decode(key.key_and_salt).ok()?);
    if key_and_salt.len() != send.key_and_salt.len() {
        return None;
    }
    let receive = StreamKey { suite: send.suite, key_and_salt };
    Some(AgreedProtection { send: send.clone(), receive, receive_mki: key.mki })
}

/// A hint on the replay window, and what says itself that it may be passed over (RFC 4568 §6.3.6, §6.3.7).
fn may_be_passed_over(parameter: &str) -> bool {
    parameter.starts_with('-') || parameter.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("WSH="))
}

fn no_common_suite(media: &Media<'_>) -> NegotiationError {
    // In a line that is not in order a key may stand where the suite should.
    let is_name = |suite: &&str| suite.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
    let suites = media.attributes().typed::<Crypto<'_>>().map(|crypto| crypto.suite).filter(is_name);
    let theirs = suites.take(8).map(excerpt).collect::<Vec<_>>().join(", ");
    NegotiationError::NoCommonSuite { theirs: if theirs.is_empty() { "none".into() } else { theirs } }
}
