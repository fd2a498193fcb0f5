use std::collections::BTreeMap;

use super::{Profile, ProfileProblem, bad, flag, number, pending};

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeProfile {
    /// How many may be in it; `None` for as many as come.
    pub max_members: Option<usize>,
    /// Samples a second that nobody hears more of.
    pub highest_rate: Option<u32>,
    /// Language of what the room says to everybody.
    pub language: String,
    /// What is said in it is recorded.
    pub records: bool,
    /// The file; `None` for one that has the name of the room.
    pub record_file: Option<String>,
    /// A recording goes on at the end of a file that is there.
    pub record_append: bool,
    /// The name of the file gets the time at which it began.
    pub record_timestamp: bool,
    /// Options, as `MixMonitor` has them.
    pub record_options: String,
    /// Run when the file is whole.
    pub record_command: String,
    /// `sound_…`: prompts in place of those that are usual.
    sounds: BTreeMap<&'static str, String>,
}

impl Default for BridgeProfile {
    fn default() -> Self {
        Self {
            max_members: None,
            highest_rate: None,
            language: "en".to_owned(),
            records: false,
            record_file: None,
            record_append: true,
            record_timestamp: true,
            record_options: String::new(),
            record_command: String::new(),
            sounds: BTreeMap::new(),
        }
    }
}

/// Keys of prompts, and the prompts that are usual.
const SOUNDS: &[(&str, &str)] = &[
    ("sound_binaural_off", "confbridge-binaural-off"),
    ("sound_binaural_on", "confbridge-binaural-on"),
    ("sound_error_menu", "conf-errormenu"),
    ("sound_get_pin", "conf-getpin"),
    ("sound_has_joined", "conf-hasjoin"),
    ("sound_has_left", "conf-hasleft"),
    ("sound_invalid_pin", "conf-invalidpin"),
    ("sound_join", "confbridge-join"),
    ("sound_kicked", "conf-kicked"),
    ("sound_leader_has_left", "conf-leaderhasleft"),
    ("sound_leave", "confbridge-leave"),
    ("sound_locked", "conf-locked"),
    ("sound_locked_now", "conf-lockednow"),
    ("sound_muted", "conf-muted"),
    ("sound_only_one", "conf-onlyone"),
    ("sound_only_person", "conf-onlyperson"),
    ("sound_other_in_party", "conf-otherinparty"),
    ("sound_participants_muted", "conf-now-muted"),
    ("sound_participants_unmuted", "conf-now-unmuted"),
    ("sound_place_into_conference", "conf-placeintoconf"),
    ("sound_there_are", "conf-thereare"),
    ("sound_unlocked_now", "conf-unlockednow"),
    ("sound_unmuted", "conf-unmuted"),
    ("sound_wait_for_leader", "conf-waitforleader"),
];

impl BridgeProfile {
    /// The prompt of that key without `sound_`; empty where there is none.
    pub fn sound(&self, key: &str) -> &str {
        let known = SOUNDS.iter().find(|(name, _)| name.strip_prefix("sound_") == Some(key));
        let Some((name, usual)) = known else { return "" };
        self.sounds.get(name).map_or(usual, String::as_str)
    }

    /// A rate that others are lowered to.
    fn limit_rate(&mut self, rate: u32) {
        self.highest_rate = Some(self.highest_rate.map_or(rate, |known| known.min(rate)));
    }
}

impl Profile for BridgeProfile {
    fn set(&mut self, key: &str, value: &str) -> Result<(), ProfileProblem> {
        let key = key.trim().to_ascii_lowercase();
        let key = key.as_str();
        if let Some((name, _)) = SOUNDS.iter().find(|(name, _)| *name == key) {
            self.sounds.insert(name, value.to_owned());
            return Ok(());
        }
        match key {
            "max_members" => self.max_members = Some(number(key, value)?).filter(|most| *most > 0),
            "internal_sample_rate" if value.eq_ignore_ascii_case("auto") => {}
            "maximum_sample_rate" if value.eq_ignore_ascii_case("none") => {}
            "internal_sample_rate" | "maximum_sample_rate" => match number(key, value)? {
                0 => {}
                rate @ 8_000..=192_000 => self.limit_rate(rate),
                _ => return Err(bad(key, value, "a rate from 8000 to 192000")),
            },
            "mixing_interval" => match number::<u32>(key, value)? {
                20 => {}
                _ => return pending(key, true, "rooms are mixed every 20 ms, whatever packets are long"),
            },
            "language" => value.clone_into(&mut self.language),
            "record_conference" => self.records = flag(key, value)?,
            "record_file" => self.record_file = Some(value.to_owned()).filter(|file| !file.is_empty()),
            "record_file_append" => self.record_append = flag(key, value)?,
            "record_file_timestamp" => self.record_timestamp = flag(key, value)?,
            "record_options" => value.clone_into(&mut self.record_options),
            "record_command" => value.clone_into(&mut self.record_command),
            "video_mode" => {
                return pending(key, !value.eq_ignore_ascii_case("none"), "conferences have no video");
            }
            "binaural_active" => return pending(key, flag(key, value)?, "conferences have one channel"),
            "regcontext" => return pending(key, !value.is_empty(), "rooms are not registered as extensions"),
            "enable_events" => {
                return pending(key, flag(key, value)?, "phones are sent no events of conferences");
            }
            "video_update_discard" | "remb_send_interval" | "remb_behavior" | "remb_estimated_bitrate" => {}
            "jitterbuffer" => {
                return pending(key, flag(key, value)?, "write it for users: jitterbuffer=yes of type=user");
            }
            _ => return Err(ProfileProblem::UnknownKey(key.to_owned())),
        }
        Ok(())
    }
}
