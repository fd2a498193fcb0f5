use core::time::Duration;

/// What a codec takes from the quality of a call (ITU-T G.113 appendix I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impairment {
    /// Equipment impairment factor without loss (Ie).
    pub equipment: f32,
    /// How well it stands losses: packet-loss robustness factor (Bpl).
    pub robustness: f32,
}

/// What a call is rated without any impairment by the network, with telephones as they are (ITU-T G.107, default values).
const BEST: f32 = 93.2;
/// One way, in ms, from which on delay disturbs a conversation strongly.
const LONG: f32 = 177.3;

/// The rating of a call by the E-model (ITU-T G.107), 0 to 100: `loss` is the part of packets that is not heard, 0 to 1, here
/// taken to be random, and `delay` that from mouth to ear.
///
/// ```
/// use std::time::Duration;
/// use rtp::{Impairment, mean_opinion_score, r_factor};
///
/// let g711 = Impairment { equipment: 0.0, robustness: 25.1 };
/// let good = r_factor(g711, 0.0, Duration::ZERO);
/// assert!(good > 93.0 && mean_opinion_score(good) > 4.4);
/// let bad = r_factor(g711, 0.1, Duration::from_millis(300));
/// assert!(bad < 50.0 && mean_opinion_score(bad) < 2.6);
/// ```
pub fn r_factor(codec: Impairment, loss: f32, delay: Duration) -> f32 {
    let percent = 100.0 * loss.clamp(0.0, 1.0);
    let equipment =
        codec.equipment + (95.0 - codec.equipment) * percent / (percent + codec.robustness.max(0.1));
    let delay = delay.as_secs_f32() * 1_000.0;
    // The usual approximation of the impairment by delay (Cole and Rosenbluth, 2001).
    let late = if delay > LONG { 0.11 * (delay - LONG) } else { 0.0 };
    (BEST - 0.024 * delay - late - equipment).clamp(0.0, 100.0)
}

/// The mean opinion score that a rating stands for (ITU-T G.107 annex B): 1 to 4.5.
pub fn mean_opinion_score(r_factor: f32) -> f32 {
    let r = r_factor.clamp(0.0, 100.0);
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::{Impairment, mean_opinion_score, r_factor};
    use core::time::Duration;

    #[test]
    fn more_loss_and_more_delay_are_never_better() {
        for codec in [
            Impairment { equipment: 0.0, robustness: 25.1 },
            Impairment { equipment: 11.0, robustness: 19.0 },
        ] {
            let rate =
                |loss: u8, ms: u64| r_factor(codec, f32::from(loss) / 100.0, Duration::from_millis(ms));
            for loss in 0..100 {
                assert!(rate(loss + 1, 100) < rate(loss, 100));
            }
            for ms in (0..1_000).step_by(10) {
                assert!(rate(1, ms + 10) <= rate(1, ms));
            }
        }
    }

    #[test]
    fn scores_are_those_of_the_table() {
        // ITU-T G.107 table B.1.
        for (rating, score) in
            [(90.0, 4.34), (80.0, 4.03), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58), (0.0, 1.0)]
        {
            assert!((mean_opinion_score(rating) - score).abs() < 0.01, "{rating}");
        }
        assert!((mean_opinion_score(1_000.0) - 4.5).abs() < 0.01);
    }
}
