//! What keys do in a room.

use call_control::{CallError, PlayEnd};

use super::entrance::say;
use super::visit::{End, Visit};
use crate::configuration::MenuAction;

impl Visit<'_> {
    /// Does what a key means.
    pub(super) async fn act(&mut self, action: &MenuAction) -> Result<Option<End>, CallError> {
        let (room, number) = (self.attendance.room.clone(), self.attendance.number);
        let admin = self.profiles.user.admin;
        let prompt = match action {
            MenuAction::Leave => return Ok(Some(End::Left)),
            MenuAction::ToggleMute if room.toggle_mute(number) => "muted",
            MenuAction::ToggleMute => "unmuted",
            MenuAction::ListeningVolume(steps) => {
                room.turn_listening(number, *steps);
                return Ok(None);
            }
            MenuAction::TalkingVolume(steps) => {
                room.turn_talking(number, *steps);
                return Ok(None);
            }
            MenuAction::Playback { files, reads_keys } => {
                self.play(files, *reads_keys).await?;
                return Ok(None);
            }
            MenuAction::ParticipantCount => {
                self.say_count(room.count().saturating_sub(1)).await?;
                return Ok(None);
            }
            MenuAction::Nothing => return Ok(None),
            MenuAction::KickLast | MenuAction::ToggleLock | MenuAction::ToggleMuteParticipants if !admin => {
                let name = self.channel.call.name();
                self.channel
                    .warning(format!("ConfBridge: {name} is no admin, and its menu has an admin's keys"));
                "error_menu"
            }
            MenuAction::KickLast if room.kick_last() => return Ok(None),
            MenuAction::KickLast => "error_menu",
            MenuAction::ToggleLock if room.toggle_lock() => "locked_now",
            MenuAction::ToggleLock => "unlocked_now",
            MenuAction::ToggleMuteParticipants => {
                let muted = room.toggle_participants();
                let key = if muted { "participants_muted" } else { "participants_unmuted" };
                room.say(vec![room.sound(key)]);
                return Ok(None);
            }
        };
        say(self.channel, &room.sound(prompt)).await?;
        Ok(None)
    }

    /// Plays prompts of the menu; where keys are read, one ends them and begins another entry.
    async fn play(&mut self, files: &[String], reads_keys: bool) -> Result<(), CallError> {
        for file in files {
            match self.channel.call.play_until_key(file, |_| reads_keys).await {
                Ok(PlayEnd::Interrupted(key)) => {
                    self.begin_entry(key);
                    return Ok(());
                }
                Ok(PlayEnd::Finished) => {}
                Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                    self.channel.warning(format!("ConfBridge: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
