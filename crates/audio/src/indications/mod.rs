//! Which tones a country's exchange plays, by the names that `indications.conf` and `PlayTones` use: `dial`,
//! `busy`, `ring`, `congestion`, `callwaiting`, `dialrecall`, `record`, `info`.
//!
//! The built-in countries follow ITU-T E.180 supplement 2 ("Various tones used in national networks").

mod countries;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::tone::{Tone, ToneError};

/// The country whose tones are played unless a configuration says otherwise.
pub const DEFAULT_COUNTRY: &str = "us";

/// Tones by country.
#[derive(Clone, Debug, Default)]
pub struct Indications {
    zones: BTreeMap<String, ToneZone>,
}

/// The tones of one country.
#[derive(Clone, Debug, PartialEq)]
pub struct ToneZone {
    /// Name in English, such as `France`.
    pub description: String,
    tones: BTreeMap<String, Tone>,
}

impl Indications {
    /// The countries that are built in.
    pub fn builtin() -> &'static Indications {
        static BUILTIN: LazyLock<Indications> = LazyLock::new(countries::all);
        &BUILTIN
    }

    /// None at all, to be filled from a configuration.
    pub fn new() -> Indications {
        Indications::default()
    }

    /// The tones of a country, by its code such as `fr`; case does not matter.
    pub fn zone(&self, country: &str) -> Option<&ToneZone> {
        self.zones.get(&country.to_ascii_lowercase())
    }

    /// Adds a country, or replaces it.
    pub fn insert(&mut self, country: &str, zone: ToneZone) {
        self.zones.insert(country.to_ascii_lowercase(), zone);
    }

    /// The country codes, in order.
    pub fn countries(&self) -> impl Iterator<Item = &str> {
        self.zones.keys().map(String::as_str)
    }
}

impl ToneZone {
    /// A country without tones.
    pub fn new(description: &str) -> ToneZone {
        ToneZone { description: description.to_owned(), tones: BTreeMap::new() }
    }

    /// Sets a tone by its name, in the notation of [`tone`](crate::tone).
    ///
    /// # Errors
    /// What [`Tone::parse`] says; the zone is unchanged then.
    pub fn set(&mut self, name: &str, tone: &str) -> Result<(), ToneError> {
        self.tones.insert(name.to_owned(), Tone::parse(tone)?);
        Ok(())
    }

    /// A tone by its name.
    pub fn tone(&self, name: &str) -> Option<&Tone> {
        self.tones.get(name)
    }

    /// Names and tones, in order of the names.
    pub fn tones(&self) -> impl Iterator<Item = (&str, &Tone)> {
        self.tones.iter().map(|(name, tone)| (name.as_str(), tone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_the_tones_of_a_call() {
        let builtin = Indications::builtin();
        for wanted in
            ["us", "ca", "fr", "uk", "de", "it", "es", "nl", "be", "ch", "au", "jp", "at", "pt", "se"]
        {
            assert!(builtin.zone(wanted).is_some(), "{wanted}");
        }
        for country in builtin.countries() {
            let zone = builtin.zone(country).unwrap();
            for name in ["dial", "busy", "ring", "congestion", "callwaiting", "dialrecall", "record", "info"]
            {
                assert!(zone.tone(name).is_some(), "{country}: {name}");
            }
        }
    }

    #[test]
    fn codes_are_found_in_any_case() {
        assert_eq!(Indications::builtin().zone("FR").unwrap().description, "France");
        assert!(Indications::builtin().zone("xx").is_none());
        assert!(Indications::builtin().zone(DEFAULT_COUNTRY).is_some());
    }

    #[test]
    fn a_configuration_adds_its_own() {
        let mut zone = ToneZone::new("Nowhere");
        zone.set("busy", "300/100,0/100").unwrap();
        assert!(zone.set("busy", "three").is_err());
        let mut indications = Indications::builtin().clone();
        indications.insert("XX", zone);
        let busy = indications.zone("xx").unwrap().tone("busy").unwrap();
        assert_eq!(busy.to_string(), "300/100,0/100");
    }
}
