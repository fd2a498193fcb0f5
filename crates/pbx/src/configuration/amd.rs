//! `amd.conf`: how humans are told from answering machines.

use asterisk_conf::{Config, Diagnostic};
use audio::answering_machine::Settings;

use super::values::{Values, check_sections};

/// Reads `[general]`; the defaults where there is none.
pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Settings {
    let mut settings = Settings::default();
    check_sections(config, "amd.conf", &["general"], found);
    let Some(section) = config.section("general") else { return settings };
    let mut values = Values { section, found };
    let places = [
        ("initial_silence", &mut settings.initial_silence),
        ("greeting", &mut settings.greeting),
        ("after_greeting_silence", &mut settings.after_greeting_silence),
        ("total_analysis_time", &mut settings.total_analysis_time),
        ("min_word_length", &mut settings.min_word_length),
        ("between_words_silence", &mut settings.between_words_silence),
        ("maximum_number_of_words", &mut settings.maximum_number_of_words),
        ("maximum_word_length", &mut settings.maximum_word_length),
    ];
    let mut known = vec!["silence_threshold"];
    for (key, place) in places {
        *place = values.number(key, *place);
        known.push(key);
    }
    values.check_keys("amd.conf", &known, |_| None);
    settings.silence_threshold = values.number("silence_threshold", settings.silence_threshold);
    settings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    #[test]
    fn each_key_has_its_effect() {
        let path = "/etc/asterisk/amd.conf";
        let text = "[general]\ninitial_silence=2000\nmaximum_number_of_words=3\nsilence_threshold=300\n";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        let wanted = Settings {
            initial_silence: 2_000,
            maximum_number_of_words: 3,
            silence_threshold: 300,
            ..Settings::default()
        };
        assert_eq!(read(&config, &mut found), wanted);
        assert!(found.is_empty());
        let files = MemoryFiles::from([(path, "[general]\nsilence=1\n[amd]\n")]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        read(&config, &mut found);
        assert_eq!(
            found.iter().map(|found| found.code).collect::<Vec<_>>(),
            ["unknown-section", "unknown-key"]
        );
    }
}
