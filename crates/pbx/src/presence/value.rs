//! What somebody says about itself: the presence of dialplans.

use sip_ua::event_package::{Activity, Presence as Document};

/// The word for it (`PRESENCE_STATE(provider,value)`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PresenceState {
    /// Nothing was said.
    #[default]
    NotSet,
    /// Not to be reached.
    Unavailable,
    /// To be reached.
    Available,
    /// Away for a while.
    Away,
    /// Away for long.
    ExtendedAway,
    /// Eager to talk.
    Chat,
    /// Not to be disturbed.
    DoNotDisturb,
}

impl PresenceState {
    const ALL: [Self; 7] = [
        Self::NotSet,
        Self::Unavailable,
        Self::Available,
        Self::Away,
        Self::ExtendedAway,
        Self::Chat,
        Self::DoNotDisturb,
    ];

    /// The word that dialplans know: `not_set`, `away`, `dnd`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotSet => "not_set",
            Self::Unavailable => "unavailable",
            Self::Available => "available",
            Self::Away => "away",
            Self::ExtendedAway => "xa",
            Self::Chat => "chat",
            Self::DoNotDisturb => "dnd",
        }
    }

    /// The state of that word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

/// A presence with what was said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceValue {
    /// The word.
    pub state: PresenceState,
    /// One more word, free: `lunch`.
    pub subtype: String,
    /// A line for people.
    pub message: String,
}

impl PresenceValue {
    /// Reads `state[,subtype[,message]]`; `None` when there is no such state.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ',').map(str::trim);
        let state = PresenceState::from_name(parts.next()?)?;
        let mut next = || parts.next().unwrap_or_default().to_owned();
        Some(Self { state, subtype: next(), message: next() })
    }

    /// As [`parse`](Self::parse) reads it.
    pub fn text(&self) -> String {
        format!("{},{},{}", self.state.name(), self.subtype, self.message)
    }

    /// What a published document comes to.
    pub(super) fn of_document(document: &Document) -> Self {
        let does = |activity: Activity| document.activities.contains(&activity);
        let state = match () {
            () if !document.is_open() => PresenceState::Unavailable,
            () if does(Activity::Busy) => PresenceState::DoNotDisturb,
            () if does(Activity::Away) => PresenceState::Away,
            () if does(Activity::Other("permanent-absence".to_owned())) => PresenceState::ExtendedAway,
            () => PresenceState::Available,
        };
        let word = document.activities.first().map(|activity| activity.as_str().to_owned());
        let notes = document.tuples.iter().find_map(|tuple| tuple.note.clone());
        let message = document.note.clone().or(notes).unwrap_or_default();
        Self { state, subtype: word.unwrap_or_default(), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_written() {
        let value = PresenceValue::parse("away,lunch,Back at 2, or 3").unwrap();
        assert_eq!((value.state, value.subtype.as_str()), (PresenceState::Away, "lunch"));
        assert_eq!(value.message, "Back at 2, or 3");
        assert_eq!(PresenceValue::parse(&value.text()), Some(value));
        assert_eq!(PresenceValue::parse("DND").map(|v| v.state), Some(PresenceState::DoNotDisturb));
        assert_eq!(PresenceValue::parse("asleep"), None);
    }
}
