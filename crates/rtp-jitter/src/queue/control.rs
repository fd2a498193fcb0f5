use crate::packet::Stretch;

/// When sound is stretched, so that the delay comes to its aim.
///
/// A packet's level is by how much longer it waited than the fastest one had to, when its turn came. Its turn comes with a
/// tick of the caller's, when what is buffered there does not fill it. So a change of the delay changes the level by whole
/// ticks, and only where it is more than what is buffered:
///
/// ```text
/// buffered:    0   2   4   6   8   0   2      ms of a tick of 10 ms, each time lengthened by 2 ms
/// level:      12  12  12  12  12  22  22      ms
/// ```
///
/// What is buffered is delay that helps nobody; without it the level stays what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct LevelControl {
    /// Ticks of the stream's clock in a millisecond.
    millisecond: i64,
    /// The least level of the last packets, and what was buffered with it.
    least: i64,
    buffered: i64,
    packets: u32,
}

/// Packets over which the least level is taken: they may lie to the ticks of the caller in turns.
const PACKETS: u32 = 3;

/// Milliseconds above the target that a level should be; one that is lower is raised.
const LEAST: i64 = 2;

/// Milliseconds above that which it keeps when it is lowered.
const KEPT: i64 = 3;

/// Beyond this many milliseconds sound may suffer, so that the delay comes down.
const FAR_TOO_LONG: i64 = 45;

/// Few pitch periods are shorter than this many milliseconds, so that less is not worth looking for.
const SHORTEST: i64 = 5;

impl LevelControl {
    pub(super) fn new(clock_rate: u32) -> Self {
        Self { millisecond: i64::from(clock_rate / 1_000).max(1), least: i64::MAX, buffered: 0, packets: 0 }
    }

    /// The delay has changed: what was seen before means nothing any more.
    pub(super) fn reset(&mut self) {
        (self.least, self.packets) = (i64::MAX, 0);
    }

    /// A packet's turn comes at `level`; `target` is aimed at. The caller's ticks have `tick` ticks of the stream's clock, of
    /// which `buffered` were there before.
    pub(super) fn observe(&mut self, level: i64, target: i64, buffered: i64, tick: i64) -> Stretch {
        if level < self.least {
            (self.least, self.buffered) = (level, buffered);
        }
        self.packets += 1;
        let asked = self.ask(target, tick);
        // Until sound is fit for what is asked, the next packets are asked too; but not for ever by the same level.
        if self.packets >= 4 * PACKETS {
            self.reset();
        }
        asked
    }

    fn ask(&self, target: i64, tick: i64) -> Stretch {
        let ticks = |ticks: i64| u32::try_from(ticks).unwrap_or(u32::MAX);
        let excess = self.least.saturating_sub(target).saturating_sub(LEAST * self.millisecond);
        if excess < 0 {
            let is_short = -excess > tick;
            return match is_short || self.packets >= PACKETS {
                true => Stretch::Expand { about: ticks((tick - self.buffered).max(-excess)) },
                false => Stretch::Keep,
            };
        }
        let urgent = excess > FAR_TOO_LONG * self.millisecond;
        if self.packets < PACKETS && !urgent {
            return Stretch::Keep;
        }
        let spare = excess - KEPT * self.millisecond;
        let most = self.buffered + spare / tick * tick;
        if spare > 0 && most >= SHORTEST * self.millisecond {
            return Stretch::Accelerate { most: ticks(most), urgent };
        }
        Stretch::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last of some packets in a row of the same level, in milliseconds, with ticks of 10 ms.
    fn observe(control: &mut LevelControl, packets: u32, level: i64, buffered: i64) -> Stretch {
        let mut asked = Stretch::Keep;
        (0..packets).for_each(|_| asked = control.observe(8 * level, 320, 8 * buffered, 80));
        asked
    }

    #[test]
    fn a_level_a_little_above_the_target_is_left_alone() {
        let mut control = LevelControl::new(8_000);
        for level in [42, 45, 54] {
            assert_eq!(observe(&mut control, 100, level, 0), Stretch::Keep, "{level}");
            control.reset();
        }
    }

    #[test]
    fn what_is_buffered_is_left_out() {
        let mut control = LevelControl::new(8_000);
        assert_eq!(observe(&mut control, 2, 48, 6), Stretch::Keep);
        assert_eq!(observe(&mut control, 1, 48, 6), Stretch::Accelerate { most: 48, urgent: false });
        control.reset();
        assert_eq!(observe(&mut control, 9, 44, 6), Stretch::Keep); // it would have to be put in again soon
        control.reset();
        assert_eq!(observe(&mut control, 9, 48, 4), Stretch::Keep); // too short for a period
    }

    #[test]
    fn a_level_is_lowered_by_whole_ticks() {
        let mut control = LevelControl::new(8_000);
        assert_eq!(observe(&mut control, 3, 68, 0), Stretch::Accelerate { most: 160, urgent: false });
        control.reset();
        assert_eq!(observe(&mut control, 1, 95, 5), Stretch::Accelerate { most: 440, urgent: true });
    }

    #[test]
    fn a_level_is_raised_to_the_next_tick() {
        let mut control = LevelControl::new(8_000);
        assert_eq!(observe(&mut control, 3, 41, 4), Stretch::Expand { about: 48 });
        control.reset();
        assert_eq!(observe(&mut control, 1, 20, 0), Stretch::Expand { about: 176 });
    }
}
