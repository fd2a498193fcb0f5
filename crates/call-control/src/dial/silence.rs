//! A branch that rings behind its early audio: networks that end their announcement there leave the tone to the caller's side,
//! others play one themselves, and the 180 is the same (RFC 3960 section 3.2).

use std::time::Duration;

use tokio::time::Instant;

/// How long a branch that rings says nothing before the caller hears a tone.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same where it has sent something while it rang: a tone with its pauses left out, which are four seconds in many countries.
const PATIENCE_WITH_TONES: Duration = Duration::from_secs(6);

/// Packets that come so soon after the ringing may belong to what was played before it.
const TAIL: Duration = Duration::from_millis(500);

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// What the caller hears from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    /// A ringing tone of ours.
    Tone,
    /// What the branch sends.
    Branch,
}

/// Watches one branch, from its ringing on.
///
/// ```text
/// Branch --no packet for a while--> Tone
///    ^---------a packet-------------/
/// ```
#[derive(Debug)]
pub(super) struct RingWatch {
    /// The branch.
    pub(super) index: usize,
    /// When to call [`look`](Self::look).
    pub(super) look_at: Instant,
    packets: u64,
    began: Instant,
    heard_at: Instant,
    patience: Duration,
    hears: Hears,
}

impl RingWatch {
    /// The branch rings `now`, and has sent so many packets.
    pub(super) fn begin(index: usize, now: Instant, packets: u64) -> Self {
        let (look_at, patience) = (now + EVERY, PATIENCE);
        Self { index, look_at, packets, began: now, heard_at: now, patience, hears: Hears::Branch }
    }

    /// Takes in how many packets the branch has sent by now, which is nothing to go by where its audio does not pass here
    /// (`None`). Tells what the caller hears otherwise than before.
    pub(super) fn look(&mut self, now: Instant, packets: Option<u64>) -> Option<Hears> {
        self.look_at = now + EVERY;
        if packets.is_none_or(|packets| packets != self.packets) {
            self.heard_at = now;
            self.packets = packets.unwrap_or(self.packets);
            if now - self.began > TAIL {
                self.patience = PATIENCE_WITH_TONES;
            }
        }
        let hears = if now - self.heard_at < self.patience { Hears::Branch } else { Hears::Tone };
        (std::mem::replace(&mut self.hears, hears) != hears).then_some(hears)
    }

    /// Whether the caller hears our tone.
    pub(super) fn is_tone(&self) -> bool {
        self.hears == Hears::Tone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_hears_a_tone_while_the_branch_says_nothing() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut watch = RingWatch::begin(0, start, 50);
        assert_eq!(watch.look(at(200), Some(60)), None);
        assert_eq!(watch.look(at(1_000), Some(60)), None);
        assert_eq!(watch.look(at(1_200), Some(60)), Some(Hears::Tone));
        assert_eq!(watch.look(at(1_400), Some(60)), None);
        assert!(watch.is_tone());
        assert_eq!(watch.look(at(1_600), Some(61)), Some(Hears::Branch));
        assert_eq!(watch.look_at, at(1_800));
        // It has a tone of its own, and sends nothing in the pauses.
        assert_eq!(watch.look(at(6_000), Some(61)), None);
        assert_eq!(watch.look(at(7_600), Some(61)), Some(Hears::Tone));
    }

    #[test]
    fn audio_that_does_not_pass_here_is_no_silence() {
        let start = Instant::now();
        let mut watch = RingWatch::begin(0, start, 0);
        for seconds in 1..60 {
            assert_eq!(watch.look(start + Duration::from_secs(seconds), None), None);
        }
    }
}
