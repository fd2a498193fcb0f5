//! Strings that nobody can guess: tags, branches, Call-IDs, and the dice for waiting times.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// What every branch of RFC 3261 begins with (section 8.1.1.7).
const MAGIC_COOKIE: &str = "z9hG4bK";

/// A stream of random strings drawn from one seed, so that a test with a fixed seed sees the same
/// strings each time.
pub(super) struct Tokens {
    seed: [u8; 32],
    drawn: u64,
}

impl Tokens {
    /// From the operating system's randomness.
    ///
    /// # Panics
    /// When the operating system has none to give, which no system we run on does.
    pub(super) fn from_system() -> Tokens {
        let mut seed = [0; 32];
        #[expect(clippy::expect_used, reason = "without randomness no tag or branch would be safe to send")]
        getrandom::fill(&mut seed).expect("the operating system gives random octets");
        Tokens::from_seed(seed)
    }

    pub(super) fn from_seed(seed: [u8; 32]) -> Tokens {
        Tokens { seed, drawn: 0 }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize().into()
    }

    fn text(&mut self, octets: usize) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 0x0f)]);
        self.draw().iter().take(octets).flat_map(|octet| [digit(octet >> 4), digit(*octet)]).collect()
    }

    /// A From or To tag: 64 random bits (section 19.3 asks for 32).
    pub(super) fn tag(&mut self) -> String {
        self.text(8)
    }

    /// A branch for Via.
    pub(super) fn branch(&mut self) -> String {
        let mut branch = MAGIC_COOKIE.to_owned();
        branch.push_str(&self.text(12));
        branch
    }

    /// A Call-ID; also a cnonce.
    pub(super) fn call_id(&mut self) -> String {
        self.text(16)
    }

    /// A number, such as a first RSeq.
    pub(super) fn number(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.draw();
        u32::from_be_bytes([a, b, c, d])
    }

    /// One of the multiples of 10 ms from `least` to `most`, each as likely (section 14.1).
    pub(super) fn wait(&mut self, least: Duration, most: Duration) -> Duration {
        let steps = most.saturating_sub(least).as_millis() / 10 + 1;
        let dice = self.draw().iter().take(8).fold(0u128, |sum, octet| sum << 8 | u128::from(*octet));
        let step = u64::try_from(dice % steps).unwrap_or_default();
        least + Duration::from_millis(step * 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_follow_their_seed() {
        let (mut one, mut same) = (Tokens::from_seed([1; 32]), Tokens::from_seed([1; 32]));
        let first = one.tag();
        assert_eq!(first, same.tag());
        assert_ne!(first, one.tag());
        assert_ne!(Tokens::from_seed([2; 32]).tag(), first);
        assert_eq!(one.branch().len(), MAGIC_COOKIE.len() + 24);
    }

    #[test]
    fn waits_stay_in_their_range() {
        let mut tokens = Tokens::from_seed([1; 32]);
        let (least, most) = (Duration::from_millis(2100), Duration::from_secs(4));
        let waits: Vec<_> = (0..500).map(|_| tokens.wait(least, most)).collect();
        assert!(waits.iter().all(|wait| (least..=most).contains(wait) && wait.as_millis() % 10 == 0));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(3500)));
        assert_eq!(tokens.wait(Duration::ZERO, Duration::ZERO), Duration::ZERO);
    }
}
