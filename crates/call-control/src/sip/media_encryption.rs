//! Keys for the media of one session (RFC 4568).

use media_bridge::{LegKeys, MasterKey, Mki, Suite};
use sdp::negotiation::{AgreedProtection, Protection, StreamKey};
use zeroize::Zeroizing;

/// Whether the audio of an endpoint is encrypted, and how its keys are exchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaEncryption {
    /// It is not.
    #[default]
    None,
    /// Secure RTP, with keys in session descriptions.
    Sdes {
        /// Calls without encryption are taken as well, and offered (RFC 8643).
        optional: bool,
        /// Our offers prefer tags of 32 bits to those of 80.
        short_tags: bool,
    },
}

impl MediaEncryption {
    /// The suites of our offers, best first: those that every phone with Secure RTP knows. More lines would only make a message
    /// longer that may travel in one datagram.
    fn offered(self) -> &'static [Suite] {
        const LONG: Suite = Suite::AesCm128HmacSha1_80;
        const SHORT: Suite = Suite::AesCm128HmacSha1_32;
        match self {
            Self::None => &[],
            Self::Sdes { short_tags: false, .. } => &[LONG, SHORT],
            Self::Sdes { short_tags: true, .. } => &[SHORT, LONG],
        }
    }
}

/// Our keys for one session: another one for each suite, made when they are first needed.
pub(super) struct Keyring {
    terms: MediaEncryption,
    keys: Vec<StreamKey>,
    /// The suite whose key protects what we send.
    in_use: Option<&'static str>,
}

impl Keyring {
    pub(super) fn new(terms: MediaEncryption) -> Self {
        Self { terms, keys: Vec::new(), in_use: None }
    }

    /// Whether and how media is encrypted.
    pub(super) fn terms(&self) -> MediaEncryption {
        self.terms
    }

    /// Our keys in an offer: the one in use first, so that it stays.
    pub(super) fn for_offer(&mut self) -> Option<Protection> {
        let in_use = self.in_use.and_then(Suite::from_name);
        let others = self.terms.offered().iter().copied().filter(|suite| Some(*suite) != in_use);
        let suites: Vec<Suite> = in_use.into_iter().chain(others).collect();
        self.protection(&suites)
    }

    /// Our keys for an answer: whichever suite the offerer likes best.
    pub(super) fn for_answer(&mut self) -> Option<Protection> {
        self.protection(&Suite::ALL)
    }

    /// What both sides have agreed on. A key that is no longer in use is not used again: nobody would know any more which
    /// numbers it has protected.
    pub(super) fn agreed(&mut self, protection: Option<&AgreedProtection>) {
        let now = protection.map(|agreed| agreed.send.suite);
        if let Some(before) = self.in_use.filter(|before| Some(*before) != now) {
            self.keys.retain(|key| key.suite != before);
        }
        self.in_use = now;
    }

    fn protection(&mut self, suites: &[Suite]) -> Option<Protection> {
        let MediaEncryption::Sdes { optional, .. } = self.terms else { return None };
        let keys = suites.iter().filter_map(|suite| self.key(*suite)).collect();
        Some(Protection { keys, demanded: !optional })
    }

    /// `None` without random numbers, which no system lacks: then nothing is agreed on.
    fn key(&mut self, suite: Suite) -> Option<StreamKey> {
        if let Some(key) = self.keys.iter().find(|key| key.suite == suite.name()) {
            return Some(key.clone());
        }
        let mut key_and_salt = Zeroizing::new(vec![0; suite.master_length()]);
        getrandom::fill(&mut key_and_salt).ok()?;
        let key = StreamKey { suite: suite.name(), key_and_salt };
        self.keys.push(key.clone());
        Some(key)
    }
}

/// Agreed keys as a leg takes them. `None` where they cannot be meant, which a negotiation has ruled out.
pub(super) fn leg_keys(agreed: &AgreedProtection) -> Option<LegKeys> {
    let master = |key: &StreamKey| MasterKey::new(Suite::from_name(key.suite)?, &key.key_and_salt).ok();
    let receive_mki = match agreed.receive_mki {
        None => None,
        Some((number, length)) => Some(Mki::new(number, length).ok()?),
    };
    Some(LegKeys { send: master(&agreed.send)?, receive: master(&agreed.receive)?, receive_mki })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDES: MediaEncryption = MediaEncryption::Sdes { optional: false, short_tags: false };

    fn agree(keyring: &mut Keyring, nth: usize) -> StreamKey {
        let send = keyring.for_answer().unwrap().keys.swap_remove(nth);
        keyring.agreed(Some(&AgreedProtection {
            receive: send.clone(),
            send: send.clone(),
            receive_mki: None,
        }));
        send
    }

    #[test]
    fn a_key_stays_as_long_as_it_is_in_use() {
        let mut keyring = Keyring::new(SDES);
        assert_eq!(keyring.for_offer(), keyring.for_offer());
        let first = agree(&mut keyring, 4);
        assert_eq!(keyring.for_offer().unwrap().keys[0], first);
        assert_eq!(agree(&mut keyring, 4), first);
        agree(&mut keyring, 1);
        assert_ne!(agree(&mut keyring, 4), first, "it was out of use");
        let last = agree(&mut keyring, 4);
        keyring.agreed(None);
        assert_ne!(agree(&mut keyring, 4), last);
    }

    #[test]
    fn each_suite_has_a_key_of_its_own() {
        let keys = Keyring::new(SDES).for_answer().unwrap().keys;
        assert_eq!(keys.len(), Suite::ALL.len());
        assert!(keys.iter().all(|one| {
            keys.iter().filter(|other| other.key_and_salt[..16] == one.key_and_salt[..16]).count() == 1
        }));
        assert!(
            keys.iter()
                .all(|key| key.key_and_salt.len() == Suite::from_name(key.suite).unwrap().master_length())
        );
        let other = Keyring::new(SDES).for_answer().unwrap().keys;
        assert!(keys.iter().zip(&other).all(|(one, other)| one != other), "another session has others");
    }

    #[test]
    fn offers_follow_the_terms() {
        let suites = |terms| {
            let protection = Keyring::new(terms).for_offer()?;
            Some((protection.keys.into_iter().map(|key| key.suite).collect::<Vec<_>>(), protection.demanded))
        };
        let (long, short) = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32");
        assert_eq!(suites(MediaEncryption::None), None);
        assert_eq!(suites(SDES), Some((vec![long, short], true)));
        let other = MediaEncryption::Sdes { optional: true, short_tags: true };
        assert_eq!(suites(other), Some((vec![short, long], false)));
    }
}
