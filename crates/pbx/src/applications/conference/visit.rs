//! While somebody is in the room.

use std::time::Duration;

use call_control::{CallError, JitterBuffer, JitterMode, Side, SoundEffects};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::entrance::say;
use super::numbers;
use crate::conference::{Attendance, Notice, Profiles};
use crate::configuration::{CountForAll, Typed};
use crate::dialplan::DialplanChannel;

/// How long it waits for a key that could go on with those before.
const NEXT_KEY_WITHIN: Duration = Duration::from_secs(3);

/// Nobody waits longer than this for anything.
const FOR_EVER: Duration = Duration::from_secs(86_400 * 365);

/// How a visit ends, but for a hang-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Kicked,
    Ended,
    Left,
    TimedOut,
}

impl End {
    /// What `CONFBRIDGE_RESULT` says.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Kicked => "KICKED",
            Self::Ended => "ENDMARKED",
            Self::Left => "DTMF",
            Self::TimedOut => "TIMEOUT",
        }
    }
}

/// Somebody's time in a room. Whatever ends it, the room is told as this is dropped.
pub(super) struct Visit<'c> {
    pub(super) channel: &'c DialplanChannel,
    pub(super) attendance: Attendance,
    notices: UnboundedReceiver<Notice>,
    pub(super) profiles: Profiles,
    /// Keys of an entry of the menu that have come so far.
    keys: String,
    ends_at: Instant,
    /// It hears music for want of company.
    hears_music: bool,
}

/// What comes next.
enum Next {
    Notice(Notice),
    Key(Option<char>),
    Timeout,
}

impl<'c> Visit<'c> {
    pub(super) fn new(
        channel: &'c DialplanChannel,
        attendance: Attendance,
        notices: UnboundedReceiver<Notice>,
        profiles: Profiles,
    ) -> Self {
        let ends_at = Instant::now() + profiles.user.timeout.unwrap_or(FOR_EVER);
        if profiles.user.jitter_buffer {
            channel.call.set_jitter_buffer(Some(JitterBuffer::new(JitterMode::Adaptive)));
        }
        if profiles.user.denoise {
            denoise(channel, true);
        }
        Self { channel, attendance, notices, profiles, keys: String::new(), ends_at, hears_music: false }
    }

    /// The whole of it.
    pub(super) async fn run(&mut self) -> Result<End, CallError> {
        self.enter().await?;
        self.seek_company().await?;
        loop {
            match self.next().await? {
                Next::Timeout => return Ok(End::TimedOut),
                Next::Notice(notice) => {
                    if let Some(end) = self.heed(notice).await? {
                        return Ok(end);
                    }
                    self.seek_company().await?;
                }
                Next::Key(key) => {
                    if let Some(end) = self.press(key).await? {
                        return Ok(end);
                    }
                }
            }
        }
    }

    /// Hears what there is to know, and joins the others or waits for one who leads.
    async fn enter(&mut self) -> Result<(), CallError> {
        let (user, room) = (self.profiles.user.clone(), self.attendance.room.clone());
        if let Some(announcement) = &user.announcement {
            say(self.channel, announcement).await?;
        }
        let others = room.count().saturating_sub(1);
        if !user.quiet && user.announce_user_count && others > 0 {
            self.say_count(others).await?;
        }
        let waits = room.has_to_wait(self.attendance.number);
        if !user.quiet && !waits && others == 0 && user.announce_only_user {
            say(self.channel, &room.sound("only_person")).await?;
        }
        if waits {
            say(self.channel, &room.sound("wait_for_leader")).await?;
        }
        if room.has_to_wait(self.attendance.number) { Ok(()) } else { self.join().await }
    }

    /// Becomes one of those who hear each other.
    async fn join(&mut self) -> Result<(), CallError> {
        let (user, room) = (self.profiles.user.clone(), self.attendance.room.clone());
        let sound = room.join_prompts(self.attendance.number);
        if !user.quiet && !user.hears_own_join_sound {
            self.channel.call.unless_hung_up(room.say_out(sound.clone())).await?;
        }
        room.connect(self.attendance.number)?;
        if !user.quiet && user.hears_own_join_sound {
            room.say(sound);
        }
        let count = room.count();
        let told = match user.announce_user_count_all {
            CountForAll::Always => true,
            CountForAll::Never => false,
            CountForAll::Above(most) => count > most,
        };
        if told && !user.quiet {
            room.say(self.count_prompts(count.saturating_sub(1)));
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Next, CallError> {
        let wait = if self.keys.is_empty() { FOR_EVER } else { NEXT_KEY_WITHIN };
        let call = &self.channel.call;
        tokio::select! {
            biased;
            Some(notice) = self.notices.recv() => Ok(Next::Notice(notice)),
            () = tokio::time::sleep_until(self.ends_at) => Ok(Next::Timeout),
            key = call.next_digit(wait) => Ok(Next::Key(key?)),
        }
    }

    /// Does what the room says.
    async fn heed(&mut self, notice: Notice) -> Result<Option<End>, CallError> {
        let (room, number) = (self.attendance.room.clone(), self.attendance.number);
        match notice {
            Notice::Kicked => {
                room.disconnect(number);
                say(self.channel, &room.sound("kicked")).await?;
                Ok(Some(End::Kicked))
            }
            Notice::LeaderLeft { ends: true } => {
                room.disconnect(number);
                say(self.channel, &room.sound("leader_has_left")).await?;
                Ok(Some(End::Ended))
            }
            Notice::LeaderLeft { ends: false } if room.has_to_wait(number) => {
                room.disconnect(number);
                say(self.channel, &room.sound("leader_has_left")).await?;
                say(self.channel, &room.sound("wait_for_leader")).await?;
                Ok(None)
            }
            Notice::LeaderCame if !room.has_to_wait(number) => {
                say(self.channel, &room.sound("place_into_conference")).await?;
                self.join().await?;
                Ok(None)
            }
            Notice::LeaderLeft { .. } | Notice::LeaderCame | Notice::Company => Ok(None),
        }
    }

    /// Music begins where nobody else is there, once all has been said, and ends where somebody is.
    async fn seek_company(&mut self) -> Result<(), CallError> {
        let (user, room, number) = (&self.profiles.user, &self.attendance.room, self.attendance.number);
        if !user.music_when_empty {
            return Ok(());
        }
        let call = &self.channel.call;
        if room.is_without_company(number) {
            call.unless_hung_up(room.has_said_all()).await?;
        }
        let wanted = room.is_without_company(number);
        match wanted {
            // A prompt may have ended what was heard before.
            true => drop(call.start_music(user.music_class.as_deref())),
            false if self.hears_music => call.stop_music(),
            false => {}
        }
        self.hears_music = wanted;
        Ok(())
    }

    /// A key, or none in time: does what an entry of the menu says once it is clear which is meant.
    async fn press(&mut self, key: Option<char>) -> Result<Option<End>, CallError> {
        self.keys.extend(key);
        let menu = self.profiles.menu.clone();
        let keys = std::mem::take(&mut self.keys);
        let actions = match (menu.typed(&keys), key) {
            (Typed::Entry(actions), _) | (Typed::MayGoOn(Some(actions)), None) => actions,
            (Typed::MayGoOn(_), Some(_)) => {
                self.keys = keys;
                return Ok(None);
            }
            (Typed::Nothing | Typed::MayGoOn(None), _) => return Ok(None),
        };
        for action in actions {
            if let Some(end) = self.act(action).await? {
                return Ok(Some(end));
            }
        }
        self.seek_company().await?;
        Ok(None)
    }

    /// A key that was pressed while a prompt of the menu played begins another entry.
    pub(super) fn begin_entry(&mut self, key: char) {
        self.keys.push(key);
    }

    /// Hears how many others there are.
    pub(super) async fn say_count(&self, others: usize) -> Result<(), CallError> {
        for prompt in self.count_prompts(others) {
            say(self.channel, &prompt).await?;
        }
        Ok(())
    }

    fn count_prompts(&self, others: usize) -> Vec<String> {
        let room = &self.attendance.room;
        match others {
            0 => vec![room.sound("only_person")],
            1 => vec![room.sound("only_one")],
            _ => {
                let mut prompts = vec![room.sound("there_are")];
                prompts.extend(numbers::prompts(others));
                prompts.push(room.sound("other_in_party"));
                prompts
            }
        }
    }
}

/// Takes noise out of what somebody says, or no more.
fn denoise(channel: &DialplanChannel, on: bool) {
    let effects = SoundEffects { denoise: on, ..channel.call.sound_effects(Side::Read) };
    channel.call.set_sound_effects(Side::Read, effects);
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if self.profiles.user.jitter_buffer {
            self.channel.call.set_jitter_buffer(None);
        }
        if self.profiles.user.denoise {
            denoise(self.channel, false);
        }
        if self.hears_music {
            self.channel.call.stop_music();
        }
    }
}
