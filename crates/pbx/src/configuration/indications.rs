//! `indications.conf`: the tones of countries, beside those that are built in.

use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Section};
use audio::Indications;
use audio::indications::{DEFAULT_COUNTRY, ToneZone};

use super::values::{Values, at};

/// Which tones there are, and whose are played.
#[derive(Clone, Debug)]
pub struct IndicationsConfiguration {
    /// `country`: whose tones a channel hears that has no `tonezone`.
    pub country: String,
    /// The countries that are built in, and those of the file in place of them.
    pub zones: Arc<Indications>,
}

/// Keys of a country that are no tones. How long a bell of an analogue line rings (`ringcadence`) means nothing here.
const NO_TONES: &[&str] = &["description", "alias", "ringcadence"];

impl IndicationsConfiguration {
    /// Reads all sections.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut zones = Indications::builtin().clone();
        let (mut country, mut place) = (DEFAULT_COUNTRY.to_owned(), None);
        for section in config.objects() {
            match section.name.value.eq_ignore_ascii_case("general") {
                true => {
                    let mut values = Values { section, found };
                    country = values.text("country").unwrap_or(country);
                    place = values.span("country");
                    values.check_keys("[general] of indications.conf", &["country"], |_| None);
                }
                false => zones.insert(&section.name.value, zone(section, &zones, found)),
            }
        }
        if zones.zone(&country).is_none() {
            let message = format!("country: '{country}' has no tones; those of {DEFAULT_COUNTRY} are played");
            let finding = at(Diagnostic::warning("bad-value", message), place);
            found.push(finding.help("name a country of the file, or its code: fr, de, uk"));
            country = DEFAULT_COUNTRY.to_owned();
        }
        Self { country, zones: Arc::new(zones) }
    }
}

/// A country of the file. What it does not say is as it is built in, or as that of its `alias`.
fn zone(section: &Section, known: &Indications, found: &mut Vec<Diagnostic>) -> ToneZone {
    let name = &section.name.value;
    let values = Values { section, found };
    let (alias, description) = (values.text("alias"), values.text("description"));
    let base = alias.as_deref().and_then(|alias| known.zone(alias)).or_else(|| known.zone(name));
    let mut zone = base.cloned().unwrap_or_else(|| ToneZone::new(name));
    if let Some(description) = description {
        zone.description = description;
    }
    for entry in &section.entries {
        if NO_TONES.iter().any(|key| entry.is(key)) {
            continue;
        }
        if let Err(error) = zone.set(&entry.key.value.to_ascii_lowercase(), entry.value.value.trim()) {
            let message = format!("{}: {error}; it is left out", entry.key.value);
            let finding = Diagnostic::warning("bad-value", message).at(entry.value.span);
            found.push(finding.help("write frequencies and lengths, as in 440+480/2000,0/4000"));
        }
    }
    zone
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> (IndicationsConfiguration, usize) {
        let path = "/etc/asterisk/indications.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        let read = IndicationsConfiguration::read(&config, &mut found);
        (read, found.len())
    }

    #[test]
    fn a_country_of_the_file_stands_in_place_of_ours() {
        let (read, found) =
            of("[general]\ncountry=fr\n[fr]\ndescription=Here\nringcadence=1500,3500\nbusy=300/100,0/100\n\
            [xx]\nalias=fr\n[yy]\ndial=440\nring=loud\n");
        assert_eq!((read.country.as_str(), found), ("fr", 1), "one tone is none");
        let tone =
            |zone: &str, name: &str| read.zones.zone(zone).unwrap().tone(name).map(ToString::to_string);
        assert_eq!(tone("fr", "busy").as_deref(), Some("300/100,0/100"));
        assert_eq!(tone("xx", "busy"), tone("fr", "busy"));
        assert!(tone("fr", "ring").is_some() && tone("yy", "ring").is_none());
        assert_eq!(read.zones.zone("fr").unwrap().description, "Here");
    }

    #[test]
    fn without_a_file_all_is_as_built_in() {
        let (read, found) = of("");
        assert_eq!((read.country.as_str(), found), (DEFAULT_COUNTRY, 0));
        let (read, found) = of("[general]\ncountry=nowhere\n");
        assert_eq!((read.country.as_str(), found), (DEFAULT_COUNTRY, 1));
    }
}
