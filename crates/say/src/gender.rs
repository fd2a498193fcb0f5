/// The gender of what is counted, for languages whose numbers follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gender {
    /// `m`.
    Masculine,
    /// `f`.
    Feminine,
    /// `n`.
    Neuter,
    /// `c`, and where nothing is said: the number as one counts.
    #[default]
    Common,
}

impl Gender {
    /// The gender that a text begins with, in any case: `f`, `Feminine`. `None` for what begins with no such letter.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().chars().next()?.to_ascii_lowercase() {
            'm' => Some(Self::Masculine),
            'f' => Some(Self::Feminine),
            'n' => Some(Self::Neuter),
            'c' => Some(Self::Common),
            _ => None,
        }
    }
}
