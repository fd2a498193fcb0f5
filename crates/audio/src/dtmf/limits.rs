/// What is taken for a digit. The [default](Limits::default) is ITU-T Q.24 as North America has it.
///
/// What no limit here says: a tone counts from 30 ms on (Q.24: 40 ms counts, 23 ms does not), it ends with a pause
/// of 26 ms (Q.24: 40 ms ends it), and breaks up to 19 ms are bridged (Q.24: 10 ms).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How much weaker than the low frequency the high one may be, in dB: 8. Long lines do that.
    pub normal_twist: f32,
    /// How much stronger than the low frequency the high one may be, in dB: 4.
    pub reverse_twist: f32,
    /// Weakest level of each frequency in dBm0: −36. Q.24 asks for −25, and leaves open what is below.
    pub minimum_level: f32,
    /// How far each frequency may be from its nominal one, as a part of it: 0.025, between the 1.5 % that must be
    /// taken and the 3.5 % that must not.
    pub frequency_tolerance: f32,
    /// How much of what sounds must be the two frequencies, as a part of the power: 0.9. A steady tone below
    /// 500 Hz that sounded before, as a dial tone does, does not count.
    pub purity: f32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            normal_twist: 8.0,
            reverse_twist: 4.0,
            minimum_level: -36.0,
            frequency_tolerance: 0.025,
            purity: 0.9,
        }
    }
}

impl Limits {
    /// For digits that came through poor codecs or speakerphones; takes speech for a digit more often. What
    /// Asterisk calls `relaxdtmf`.
    ///
    /// ```
    /// let limits = audio::dtmf::Limits::relaxed();
    /// assert_eq!((limits.normal_twist, limits.reverse_twist), (8.0, 6.0));
    /// ```
    pub fn relaxed() -> Limits {
        Limits { reverse_twist: 6.0, purity: 0.7, frequency_tolerance: 0.03, ..Limits::default() }
    }
}
