//! `codecs.conf`: how Opus is encoded.

use asterisk_conf::{Config, Diagnostic};
use opus::{Bandwidth, Parameters, Settings};

use super::values::{Values, at};

/// How codecs work that leave a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodecsConfiguration {
    /// `[opus]`: what we do of ourselves, within what a phone asks for.
    pub opus: Settings,
    /// What of it phones are told in `a=fmtp`, so that they encode alike; `None` without the section.
    pub opus_wanted: Option<Parameters>,
}

/// `max_bandwidth`.
const BANDWIDTHS: &[(&str, Bandwidth)] = &[
    ("narrow", Bandwidth::Narrow),
    ("medium", Bandwidth::Medium),
    ("wide", Bandwidth::Wide),
    ("super_wide", Bandwidth::SuperWide),
    ("full", Bandwidth::Full),
];

/// The fewest bits a second that there may be (RFC 6716 §2.1.1).
const LEAST: u32 = 6_000;

/// The keys of Opus that are read here.
const OURS: &[&str] = &[
    "type",
    "bitrate",
    "cbr",
    "complexity",
    "fec",
    "packet_loss",
    "dtx",
    "max_bandwidth",
    "max_playback_rate",
];

/// The others of Asterisk, each with what happens anyway.
const ELSEWHERE: &[(&str, &str)] = &[("signal", "auto"), ("application", "voip")];

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
            None | Some("auto") => None,
            Some("max") => Some(MOST),
            Some(_) => Some(values.number_within("bitrate", defaults.bitrate, LEAST..=MOST)),
        };
        let asked = values.choice("max_bandwidth", BANDWIDTHS, defaults.max_bandwidth);
        let playback = values.number_within("max_playback_rate", 48_000_u32, 8_000..=48_000);
        check_keys(&mut values);
        let opus = Settings {
            bitrate: bitrate.unwrap_or(defaults.bitrate),
            constant: values.flag("cbr", false),
            complexity: values.number_within("complexity", defaults.complexity, 0..=10),
            forward_correction: values.flag("fec", true),
            expected_loss: values.number_within("packet_loss", defaults.expected_loss, 0..=100),
            discontinuous: values.flag("dtx", false),
            max_bandwidth: asked.min(Bandwidth::of_rate(playback)),
            ..defaults
        };
        let wanted = Parameters {
            max_playback_rate: playback,
            max_average_bitrate: bitrate,
            constant: opus.constant,
            forward_correction: opus.forward_correction,
            discontinuous: opus.discontinuous,
            ..Parameters::default()
        };
        Self { opus, opus_wanted: Some(wanted) }
    }
}

fn check_keys(values: &mut Values<'_>) {
    let known: Vec<&str> = OURS.iter().copied().chain(ELSEWHERE.iter().map(|(key, _)| *key)).collect();
    values.check_keys("type=opus", &known, |_| None);
    for (key, usual) in ELSEWHERE {
        let Some(text) = values.text(key) else { continue };
        if !text.eq_ignore_ascii_case(usual) {
            let finding = Diagnostic::note("no-effect", format!("{key}={text} has no effect"));
            values.found.push(at(finding, values.span(key)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> (Settings, Vec<Diagnostic>) {
        let (read, found) = configuration_of(text);
        (read.opus, found)
    }

    fn configuration_of(text: &str) -> (CodecsConfiguration, Vec<Diagnostic>) {
        let path = "/etc/asterisk/codecs.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        (CodecsConfiguration::read(&config, &mut found), found)
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
    fn phones_are_told_what_they_shall_do_alike() {
        let told = |text| configuration_of(text).0.opus_wanted.map(|wanted| wanted.to_string());
        assert_eq!(told("[plc]\ngenericplc=yes\n"), None);
        assert_eq!(told("[opus]\ntype=opus\ncomplexity=3\nmax_bandwidth=wide\n").unwrap(), "useinbandfec=1");
        assert_eq!(
            told("[opus]\ntype=opus\nbitrate=24000\ncbr=yes\nfec=no\ndtx=yes\nmax_playback_rate=16000\n")
                .unwrap(),
            "maxplaybackrate=16000;maxaveragebitrate=24000;cbr=1;usedtx=1"
        );
    }

    #[test]
    fn without_a_word_the_codec_decides() {
        assert_eq!(of("[plc]\ngenericplc=yes\n").0, Settings::default());
        assert_eq!(of("[opus]\ntype=opus\nbitrate=auto\n").0, Settings::default());
        let (settings, found) = of("[opus]\ntype=opus\ncomplexity=high\n");
        assert_eq!((settings, found.len()), (Settings::default(), 1));
    }

    #[test]
    fn what_has_no_effect_or_is_beyond_the_bounds_is_told() {
        let said = |text| of(text).1.iter().map(|found| found.code).collect::<Vec<_>>();
        let text = "[opus]\ntype=opus\ncomplexity=99\npacket_loss=200\nbitrate=1\nmax_playback_rate=7\n";
        assert_eq!(said(text), ["bad-value"; 4]);
        assert_eq!((of(text).0.complexity, of(text).0.bitrate), (10, 6_000));
        assert_eq!(
            said("[opus]\ntype=opus\nsignal=music\napplication=voip\ncolour=red\n"),
            ["unknown-key", "no-effect"]
        );
    }
}
