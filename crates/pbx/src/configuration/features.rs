//! `features.conf`: what phones can dial beyond the dialplan.

use std::collections::BTreeMap;

use asterisk_conf::{Config, Diagnostic, Section};

use super::values::Values;

/// What of `features.conf` concerns phones that dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturesConfiguration {
    /// `pickupexten`: takes a call that rings in a group of the caller; none where it is empty.
    pub pickup_extension: Option<String>,
    /// `pickupsound`: heard by who takes a call, before it does.
    pub pickup_sound: Option<String>,
    /// `pickupfailsound`: heard by who finds none.
    pub pickup_fail_sound: Option<String>,
    /// All of `[general]`, by names in small letters: what `FEATURE()` tells.
    pub options: BTreeMap<String, String>,
    /// All of `[featuremap]`: what `FEATUREMAP()` tells.
    pub keys: BTreeMap<String, String>,
}

impl Default for FeaturesConfiguration {
    fn default() -> Self {
        Self {
            pickup_extension: Some("*8".to_owned()),
            pickup_sound: None,
            pickup_fail_sound: None,
            options: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }
}

impl FeaturesConfiguration {
    /// Reads `[general]` and `[featuremap]`.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        check(config, found);
        let keys = config.section("featuremap").map(all).unwrap_or_default();
        let Some(section) = config.section("general") else { return Self { keys, ..Self::default() } };
        let values = Values { section, found };
        let pickup_extension = match values.section.last("pickupexten") {
            Some(entry) => Some(entry.value.value.trim().to_owned()).filter(|number| !number.is_empty()),
            None => Self::default().pickup_extension,
        };
        Self {
            pickup_extension,
            pickup_sound: values.text("pickupsound"),
            pickup_fail_sound: values.text("pickupfailsound"),
            options: all(section),
            keys,
        }
    }
}

/// The keys of `[general]` that are read here.
const OURS: &[&str] = &["pickupexten", "pickupsound", "pickupfailsound"];

/// The others of Asterisk: of keys that are pressed within a call, which `FEATURE()` tells as they are written.
const WAITING: &[&str] = &[
    "featuredigittimeout",
    "courtesytone",
    "recordingfailsound",
    "transferdigittimeout",
    "atxfernoanswertimeout",
    "atxferdropcall",
    "atxferloopdelay",
    "atxfercallbackretries",
    "xfersound",
    "xferfailsound",
    "atxferabort",
    "atxfercomplete",
    "atxferthreeway",
    "atxferswap",
    "transferdialattempts",
    "transferretrysound",
    "transferinvalidsound",
    "transferannouncesound",
];

/// What `[featuremap]` may have.
const FEATURES: &[&str] = &["atxfer", "blindxfer", "disconnect", "parkcall", "automixmon"];

/// Tells of keys that nobody knows, and of those that wait for features within calls.
fn check(config: &Config, found: &mut Vec<Diagnostic>) {
    for section in config.objects() {
        let name = section.name.value.to_ascii_lowercase();
        let (known, waiting): (Vec<&str>, &[&str]) = match name.as_str() {
            "general" => ([OURS, WAITING].concat(), WAITING),
            "featuremap" => (FEATURES.to_vec(), FEATURES),
            _ => {
                let message =
                    format!("[{}] has no effect yet: no keys are heard within a call", section.name.value);
                found.push(Diagnostic::note("no-effect", message).at(section.name.span));
                continue;
            }
        };
        let place = format!("[{name}] of features.conf");
        Values { section, found: &mut *found }.check_keys(&place, &known, advice);
        let idle = section.entries.iter().filter(|entry| waiting.iter().any(|key| entry.is(key)));
        for entry in idle.filter(|entry| !entry.value.value.trim().is_empty()) {
            let message = format!("{} has no effect yet: no keys are heard within a call", entry.key.value);
            found.push(Diagnostic::note("no-effect", message).at(entry.key.span));
        }
    }
}

/// What to do about keys that Asterisk had once.
fn advice(key: &str) -> Option<String> {
    let parking = [
        "parkext",
        "parkpos",
        "context",
        "parkinghints",
        "parkingtime",
        "parkedmusicclass",
        "comebacktoorigin",
    ];
    match key.to_ascii_lowercase().as_str() {
        "automon" => Some("Asterisk has it no more: automixmon records".to_owned()),
        key if parking.contains(&key) => Some("parking is said in res_parking.conf".to_owned()),
        _ => None,
    }
}

/// The values of a section by their names in small letters.
fn all(section: &Section) -> BTreeMap<String, String> {
    let pair = |entry: &asterisk_conf::Entry| {
        (entry.key.value.to_ascii_lowercase(), entry.value.value.trim().to_owned())
    };
    section.entries.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    #[test]
    fn keys_that_wait_and_keys_that_nobody_knows_are_told() {
        let said = |text: &str| {
            let path = "/etc/asterisk/features.conf";
            let files = MemoryFiles::from([(path, text)]);
            let (config, mut found) =
                load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
            FeaturesConfiguration::read(&config, &mut found);
            found.iter().map(|found| found.code).collect::<Vec<_>>()
        };
        assert!(said("[general]\npickupexten=*9\npickupsound=beep\n[featuremap]\natxfer=\n").is_empty());
        assert_eq!(said("[general]\nparkext=700\ncourtesytone=beep\n"), ["unknown-key", "no-effect"]);
        assert_eq!(said("[featuremap]\nautomon=*1\nblindxfer=#1\n"), ["unknown-key", "no-effect"]);
        assert_eq!(said("[applicationmap]\nx=*5,peer,Playback,tt\n"), ["no-effect"]);
    }
}
