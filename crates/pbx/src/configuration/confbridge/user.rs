use std::time::Duration;

use super::{Profile, ProfileProblem, bad, flag, number, pending};

/// One who enters a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// May lock the room, send others out, and enter locked and full ones.
    pub admin: bool,
    /// Leads the room: those who wait for it are let in.
    pub marked: bool,
    /// Is muted at first.
    pub starts_muted: bool,
    /// Neither its coming nor its going is heard.
    pub quiet: bool,
    /// Hears the sound of its own coming.
    pub hears_own_join_sound: bool,
    /// Hears music while it waits, or nobody else is there.
    pub music_when_empty: bool,
    /// The class of that music.
    pub music_class: Option<String>,
    /// Is told how many there are.
    pub announce_user_count: bool,
    /// All are told how many there are.
    pub announce_user_count_all: CountForAll,
    /// Is told that nobody else is there.
    pub announce_only_user: bool,
    /// Waits outside for one who leads.
    pub wait_marked: bool,
    /// Leaves with the last one who leads.
    pub end_marked: bool,
    /// Leaves with any who leads.
    pub end_marked_any: bool,
    /// Its talking is told.
    pub talk_events: bool,
    /// Its keys are heard by the others.
    pub passes_keys: bool,
    /// What it must enter to be let in.
    pub pin: Option<String>,
    /// Played to it as it enters.
    pub announcement: Option<String>,
    /// It is heard only while it talks.
    pub drop_silence: bool,
    /// Average level that is talk.
    pub talking_threshold: u16,
    /// Silence after talk that is its end.
    pub silence_threshold: Duration,
    /// It says its name before it enters, and others hear it come and go by that.
    pub announce_join_leave: bool,
    /// The same, and it may hear its name and say it again.
    pub announce_join_leave_review: bool,
    /// Noise is taken out of what it says.
    pub denoise: bool,
    /// What it says is evened out.
    pub jitter_buffer: bool,
    /// How long it may stay.
    pub timeout: Option<Duration>,
    /// The channel is answered first.
    pub answer: bool,
}

/// When all are told how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountForAll {
    /// Each time somebody comes.
    Always,
    /// Never.
    Never,
    /// Where there are more than so many.
    Above(usize),
}

impl Default for UserProfile {
    fn default() -> Self {
        Self {
            admin: false,
            marked: false,
            starts_muted: false,
            quiet: false,
            hears_own_join_sound: true,
            music_when_empty: false,
            music_class: None,
            announce_user_count: false,
            announce_user_count_all: CountForAll::Never,
            announce_only_user: true,
            wait_marked: false,
            end_marked: false,
            end_marked_any: false,
            talk_events: false,
            passes_keys: false,
            pin: None,
            announcement: None,
            drop_silence: false,
            talking_threshold: 160,
            silence_threshold: Duration::from_millis(2_500),
            announce_join_leave: false,
            announce_join_leave_review: false,
            denoise: false,
            jitter_buffer: false,
            timeout: None,
            answer: true,
        }
    }
}

impl Profile for UserProfile {
    fn set(&mut self, key: &str, value: &str) -> Result<(), ProfileProblem> {
        let key = key.trim().to_ascii_lowercase();
        let key = key.as_str();
        let text = || Some(value.to_owned()).filter(|text| !text.is_empty());
        match key {
            "admin" => self.admin = flag(key, value)?,
            "marked" => self.marked = flag(key, value)?,
            "startmuted" => self.starts_muted = flag(key, value)?,
            "quiet" => self.quiet = flag(key, value)?,
            "hear_own_join_sound" => self.hears_own_join_sound = flag(key, value)?,
            "announce_user_count" => self.announce_user_count = flag(key, value)?,
            "announce_user_count_all" => self.announce_user_count_all = count_for_all(key, value)?,
            "announce_only_user" => self.announce_only_user = flag(key, value)?,
            "wait_marked" => self.wait_marked = flag(key, value)?,
            "end_marked" => self.end_marked = flag(key, value)?,
            "end_marked_any" => self.end_marked_any = flag(key, value)?,
            "talk_detection_events" => self.talk_events = flag(key, value)?,
            "dtmf_passthrough" => self.passes_keys = flag(key, value)?,
            "pin" => self.pin = text(),
            "announcement" => self.announcement = text(),
            "dsp_drop_silence" => self.drop_silence = flag(key, value)?,
            "dsp_talking_threshold" => self.talking_threshold = number(key, value)?,
            "dsp_silence_threshold" => self.silence_threshold = Duration::from_millis(number(key, value)?),
            "jitterbuffer" => self.jitter_buffer = flag(key, value)?,
            "timeout" => {
                let seconds: u32 = number(key, value)?;
                self.timeout = Some(Duration::from_secs(seconds.into())).filter(|time| !time.is_zero());
            }
            "answer_channel" => self.answer = flag(key, value)?,
            "music_on_hold_when_empty" => self.music_when_empty = flag(key, value)?,
            "music_on_hold_class" => self.music_class = text(),
            "announce_join_leave" => self.announce_join_leave = flag(key, value)?,
            "announce_join_leave_review" => self.announce_join_leave_review = flag(key, value)?,
            "denoise" => self.denoise = flag(key, value)?,
            "send_events" => {
                return pending(key, flag(key, value)?, "phones are sent no events of conferences");
            }
            "text_messaging" => {
                return pending(key, flag(key, value)?, "phones are sent no texts of conferences");
            }
            "echo_events" => {
                flag(key, value)?;
            }
            _ => return Err(ProfileProblem::UnknownKey(key.to_owned())),
        }
        Ok(())
    }
}

fn count_for_all(key: &str, value: &str) -> Result<CountForAll, ProfileProblem> {
    if let Ok(most) = value.parse() {
        return Ok(CountForAll::Above(most));
    }
    match asterisk_conf::boolean(value) {
        Some(true) => Ok(CountForAll::Always),
        Some(false) => Ok(CountForAll::Never),
        None => Err(bad(key, value, "yes, no or a number")),
    }
}
