//! Strings that nobody can guess: tags, branches, Call-IDs, and the dice for waiting times.

use std::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

/// What every branch of RFC 3261 begins with (section 8.1.1.7).
const MAGIC_COOKIE: &str = "z9hG4bK";

/// Random octets of a branch.
const BRANCH_OCTETS: usize = 12;

/// A stream of random strings drawn from one seed, so that a test with a fixed seed sees the same
/// strings each time.
///
/// ChaCha with twelve rounds is a generator fit for cryptography: who has seen any number of strings can guess no other. It
/// makes a store of them at a time, so that one costs little more than to write it.
pub(super) struct Tokens(ChaCha12Rng);

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
        Tokens(ChaCha12Rng::from_seed(seed))
    }

    /// Appends random octets as hex digits.
    fn write(&mut self, octets: usize, text: &mut String) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut left = octets;
        while left > 0 {
            let drawn = self.0.next_u64().to_be_bytes();
            let some = left.min(drawn.len());
            for octet in &drawn[..some] {
                text.push(char::from(DIGITS[usize::from(octet >> 4)]));
                text.push(char::from(DIGITS[usize::from(octet & 0x0f)]));
            }
            left -= some;
        }
    }

    fn text(&mut self, octets: usize) -> String {
        let mut text = String::with_capacity(2 * octets);
        self.write(octets, &mut text);
        text
    }

    /// A From or To tag: 64 random bits (section 19.3 asks for 32).
    pub(super) fn tag(&mut self) -> String {
        self.text(8)
    }

    /// Appends a branch for Via.
    pub(super) fn write_branch(&mut self, text: &mut String) {
        text.push_str(MAGIC_COOKIE);
        self.write(BRANCH_OCTETS, text);
    }

    /// A Call-ID; also a cnonce.
    pub(super) fn call_id(&mut self) -> String {
        self.text(16)
    }

    /// A number, such as a first RSeq.
    pub(super) fn number(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// One of the multiples of 10 ms from `least` to `most`, each as likely (section 14.1).
    pub(super) fn wait(&mut self, least: Duration, most: Duration) -> Duration {
        let steps = most.saturating_sub(least).as_millis() / 10 + 1;
        let dice = u128::from(self.0.next_u64());
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
        let mut branch = String::new();
        one.write_branch(&mut branch);
        assert_eq!(branch.len(), MAGIC_COOKIE.len() + 24);
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
