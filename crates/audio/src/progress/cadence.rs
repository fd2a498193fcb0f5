use super::listener::STEP_MS;

/// Lengths that are remembered.
const MEMORY: usize = 16;
/// By how much a length may differ from its nominal one: this part of it, and what blocks of 40 ms cannot tell.
const TOLERANCE: f32 = 0.15;
const UNCERTAINTY_MS: u32 = 40;

/// What sounds at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sounding {
    Silence,
    /// The tone that is waited for.
    Tone,
    /// Something else.
    Other,
}

/// How long tone and silence followed each other.
#[derive(Clone, Debug)]
pub(super) struct Cadence {
    /// In ms, the newest last; it is that of a tone.
    lengths: [u32; MEMORY],
    count: usize,
    now: Sounding,
    length: u32,
    others: u32,
}

impl Cadence {
    pub(super) fn new() -> Cadence {
        Cadence { lengths: [0; MEMORY], count: 0, now: Sounding::Other, length: 0, others: 0 }
    }

    /// 20 ms further. Says whether a tone has just ended.
    pub(super) fn pass(&mut self, sounding: Sounding) -> bool {
        // Between tone and silence there may be one moment that is neither.
        self.others = if sounding == Sounding::Other { self.others.saturating_add(1) } else { 0 };
        let sounding = if self.others == 1 { self.now } else { sounding };
        if sounding == self.now {
            self.length = self.length.saturating_add(STEP_MS);
            return false;
        }
        let ended = std::mem::replace(&mut self.now, sounding);
        let length = std::mem::replace(&mut self.length, STEP_MS);
        if sounding == Sounding::Other || ended == Sounding::Other {
            self.count = 0;
            return false;
        }
        // The silence before the first tone tells nothing.
        if ended == Sounding::Silence && self.count == 0 {
            return false;
        }
        self.lengths.rotate_left(1);
        self.lengths[MEMORY - 1] = length;
        self.count = (self.count + 1).min(MEMORY);
        ended == Sounding::Tone
    }

    /// The last `tones` tones and the silences between them, or `None` while there were not as many.
    fn last(&self, tones: usize) -> Option<&[u32]> {
        let wanted = 2 * tones - 1;
        (wanted <= self.count).then(|| &self.lengths[MEMORY - wanted..])
    }

    /// Whether the last `tones` tones follow a pattern of tone, silence, tone, silence…, wherever it began.
    pub(super) fn follows(&self, pattern: &[u32], tones: usize) -> bool {
        let Some(lengths) = self.last(tones) else { return false };
        (0..pattern.len()).step_by(2).any(|start| {
            lengths
                .iter()
                .enumerate()
                .all(|(n, &length)| is_near(length, pattern[(start + n) % pattern.len()]))
        })
    }

    /// Whether the last `tones` tones, and the silences between them, were alike, and each from `shortest` to
    /// `longest` ms.
    pub(super) fn repeats(&self, tones: usize, shortest: u32, longest: u32) -> bool {
        let Some(lengths) = self.last(tones) else { return false };
        let alike = |start: usize| {
            lengths[start..]
                .iter()
                .step_by(2)
                .all(|&length| (shortest..=longest).contains(&length) && is_near(length, lengths[start]))
        };
        alike(0) && (lengths.len() < 2 || alike(1))
    }
}

fn is_near(length: u32, nominal: u32) -> bool {
    length.abs_diff(nominal) <= (nominal as f32 * TOLERANCE) as u32 + UNCERTAINTY_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tone (`#`), silence (`.`) and other sounds (`?`), 20 ms each.
    fn heard(moments: &str) -> Cadence {
        let mut cadence = Cadence::new();
        for moment in moments.chars() {
            cadence.pass(match moment {
                '#' => Sounding::Tone,
                '.' => Sounding::Silence,
                _ => Sounding::Other,
            });
        }
        cadence
    }

    fn beats(on: usize, off: usize, times: usize) -> String {
        ("#".repeat(on) + &".".repeat(off)).repeat(times)
    }

    #[test]
    fn a_rhythm_is_followed() {
        let busy = heard(&beats(25, 25, 3));
        assert!(busy.follows(&[500, 500], 3));
        assert!(!busy.follows(&[500, 500], 4));
        assert!(!busy.follows(&[250, 250], 3));
        assert!(busy.repeats(3, 100, 1_000));
        assert!(!busy.repeats(3, 100, 450));
        let british = heard(&format!("{}{}", beats(20, 10, 1), beats(20, 100, 1)).repeat(2));
        assert!(british.follows(&[400, 200, 400, 2_000], 3));
        assert!(!british.repeats(3, 100, 3_000));
    }

    #[test]
    fn one_odd_moment_does_no_harm_and_two_do() {
        assert!(heard(&beats(25, 25, 3).replace("#.", "?.")).follows(&[500, 500], 3));
        assert!(!heard(&beats(25, 25, 3).replace("##..", "??..")).follows(&[500, 500], 3));
    }
}
