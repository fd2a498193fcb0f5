use super::{Profile, ProfileProblem, bad, pending};

/// What keys do in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuProfile {
    entries: Vec<(String, Vec<MenuAction>)>,
}

/// One thing that a key does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuAction {
    /// Is heard no more, or again.
    ToggleMute,
    /// Others are louder for it by so many steps; `None`: as they are.
    ListeningVolume(Option<i8>),
    /// It is louder for others by so many steps; `None`: as it is.
    TalkingVolume(Option<i8>),
    /// Hears prompts; where keys are read meanwhile, they end them.
    Playback {
        /// The prompts.
        files: Vec<String>,
        /// Whether keys are read.
        reads_keys: bool,
    },
    /// Leaves the room.
    Leave,
    /// Sends the one out who came last.
    KickLast,
    /// Lets nobody in any more, or again.
    ToggleLock,
    /// Mutes all who are no admins, or lets them speak again.
    ToggleMuteParticipants,
    /// Hears how many there are.
    ParticipantCount,
    /// Nothing.
    Nothing,
}

/// What keys come to so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed<'m> {
    /// This, and nothing else that begins so.
    Entry(&'m [MenuAction]),
    /// More keys could mean something; without them, this.
    MayGoOn(Option<&'m [MenuAction]>),
    /// Nothing.
    Nothing,
}

impl MenuProfile {
    /// What these keys mean.
    pub(crate) fn typed(&self, keys: &str) -> Typed<'_> {
        let exact =
            self.entries.iter().find(|(known, _)| known == keys).map(|(_, actions)| actions.as_slice());
        let longer =
            self.entries.iter().any(|(known, _)| known.len() > keys.len() && known.starts_with(keys));
        match (exact, longer) {
            (exact, true) => Typed::MayGoOn(exact),
            (Some(actions), false) => Typed::Entry(actions),
            (None, false) => Typed::Nothing,
        }
    }
}

impl Profile for MenuProfile {
    fn set(&mut self, key: &str, value: &str) -> Result<(), ProfileProblem> {
        let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | 'A'..='D');
        if key.is_empty() || !key.chars().all(is_key) {
            return Err(bad(key, value, "written with keys of a telephone (0-9, *, #, A-D)"));
        }
        let (mut actions, mut waits) = (Vec::new(), None);
        for word in words(value) {
            match action(word) {
                Ok(action) => actions.push(action),
                Err(Some(pending)) => waits = Some(pending),
                Err(None) => return Err(bad(key, word, "an action of a menu")),
            }
        }
        self.entries.retain(|(known, _)| known != key);
        self.entries.push((key.to_owned(), actions));
        match waits {
            Some(waits) => pending(key, true, waits),
            None => Ok(()),
        }
    }
}

/// The actions between commas; those in parentheses do not count.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|word| !word.is_empty())
}

/// An action; or why it has no effect yet; or nothing, where there is none of that name.
fn action(word: &str) -> Result<MenuAction, Option<&'static str>> {
    let (name, arguments) = match word.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim_end().trim_end_matches(')')),
        None => (word, ""),
    };
    let files =
        || arguments.split('&').map(str::trim).filter(|file| !file.is_empty()).map(str::to_owned).collect();
    Ok(match name.to_ascii_lowercase().as_str() {
        "toggle_mute" => MenuAction::ToggleMute,
        "increase_listening_volume" => MenuAction::ListeningVolume(Some(1)),
        "decrease_listening_volume" => MenuAction::ListeningVolume(Some(-1)),
        "reset_listening_volume" => MenuAction::ListeningVolume(None),
        "increase_talking_volume" => MenuAction::TalkingVolume(Some(1)),
        "decrease_talking_volume" => MenuAction::TalkingVolume(Some(-1)),
        "reset_talking_volume" => MenuAction::TalkingVolume(None),
        "playback" => MenuAction::Playback { files: files(), reads_keys: false },
        "playback_and_continue" => MenuAction::Playback { files: files(), reads_keys: true },
        "leave_conference" => MenuAction::Leave,
        "admin_kick_last" => MenuAction::KickLast,
        "admin_toggle_conference_lock" => MenuAction::ToggleLock,
        "admin_toggle_mute_participants" => MenuAction::ToggleMuteParticipants,
        "participant_count" => MenuAction::ParticipantCount,
        "no_op" => MenuAction::Nothing,
        "dialplan_exec" => return Err(Some("a menu cannot run the dialplan and come back (dialplan_exec)")),
        "toggle_binaural" => return Err(Some("conferences have one channel (toggle_binaural)")),
        "set_as_single_video_src" | "release_as_single_video_src" => {
            return Err(Some("conferences have no video (set_as_single_video_src)"));
        }
        _ => return Err(None),
    })
}
