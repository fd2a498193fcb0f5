/// What of one side of a leg is left out: `FRAME_DROP()` of dialplans. What is left out on its way in is heard by nobody, and no
/// tap has it; on its way out it is not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Sound; on a leg that passes on what comes, all of it.
    pub media: bool,
    /// Keys, as events and in the sound.
    pub keys: bool,
    /// Descriptions of pauses (comfort noise).
    pub noise: bool,
}
