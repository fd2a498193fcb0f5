//! `codecs.conf`: how Opus is encoded.

use asterisk_conf::{Config, Diagnostic};
use opus::{Bandwidth, Settings};

use super::values::Values;

/// How codecs work that leave a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodecsConfiguration {
    /// `[opus]`: what we do of ourselves, within what a phone asks for.
    pub opus: Settings,
}

/// `max_bandwidth`.
const BANDWIDTHS: &[(&str, Bandwidth)] = &[
    ("narrow", Bandwidth::Narrow),
    ("medium", Bandwidth::Medium),
    ("wide", Bandwidth::Wide),
    ("super_wide", Bandwidth::SuperWide),
    ("full", Bandwidth::Full),
];

/// Bits a second of `bitrate=max`, the most that there may be (RFC 6716 §2.1.1).
const MOST: u32 = 510_000;

impl CodecsConfiguration {
    /// Reads the section of `type=opus`; the defaults where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let is_opus = |kind: &str| kind.trim().eq_ignore_ascii_case("opus");
        let section =
            config.objects().find(|section| section.value("type").is_some_and(|kind| is_opus(&kind)));
        let Some(section) = section else { return Self::default() };
        let mut values = Values { section, found };
        let defaults = Settings::default();
        let bitrate = match values.text("bitrate").as_deref() {
            None | Some("auto") => defaults.bitrate,
            Some("max") => MOST,
            Some(_) => values.number("bitrate", defaults.bitrate).clamp(6_000, MOST),
        };
        let asked = values.choice("max_bandwidth", BANDWIDTHS, defaults.max_bandwidth);
        let playback = values.number("max_playback_rate", 48_000_u32);
        Self {
            opus: Settings {
                bitrate,
                constant: values.flag("cbr", false),
                complexity: values.number("complexity", defaults.complexity).min(10),
                forward_correction: values.flag("fec", true),
                expected_loss: values.number("packet_loss", defaults.expected_loss).min(100),
                discontinuous: values.flag("dtx", false),
                max_bandwidth: asked.min(Bandwidth::of_rate(playback)),
                ..defaults
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> (Settings, Vec<Diagnostic>) {
        let path = "/etc/asterisk/codecs.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        (CodecsConfiguration::read(&config, &mut found).opus, found)
    }

    #[test]
    fn each_key_has_its_effect() {
        let (settings, found) = of(
            "[wideband]\ntype=opus\nbitrate=24000\ncbr=yes\ncomplexity=3\nfec=no\npacket_loss=15\ndtx=yes\nmax_bandwidth=super_wide\nmax_playback_rate=16000\n",
        );
        let wanted = Settings {
            bitrate: 24_000,
            constant: true,
            complexity: 3,
            forward_correction: false,
            expected_loss: 15,
            discontinuous: true,
            max_bandwidth: Bandwidth::Wide,
            ..Settings::default()
        };
        assert_eq!(settings, wanted);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn without_a_word_the_codec_decides() {
        assert_eq!(of("[plc]\ngenericplc=yes\n").0, Settings::default());
        assert_eq!(of("[opus]\ntype=opus\nbitrate=auto\n").0, Settings::default());
        let (settings, found) = of("[opus]\ntype=opus\ncomplexity=high\n");
        assert_eq!((settings, found.len()), (Settings::default(), 1));
    }
}
