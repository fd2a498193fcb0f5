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

/// The values of a section by their names in small letters.
fn all(section: &Section) -> BTreeMap<String, String> {
    let pair = |entry: &asterisk_conf::Entry| {
        (entry.key.value.to_ascii_lowercase(), entry.value.value.trim().to_owned())
    };
    section.entries.iter().map(pair).collect()
}
