/// How commands and events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ControlFormat {
    /// A line of words. Asterisk's older one, and its default still.
    #[default]
    PlainText,
    /// An object of JSON.
    Json,
}

impl ControlFormat {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::PlainText, Self::Json];

    /// What configurations and dialplans call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlainText => "plain-text",
            Self::Json => "json",
        }
    }

    /// The format of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name))
    }
}
