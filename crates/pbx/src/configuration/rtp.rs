//! `rtp.conf`.

use std::ops::RangeInclusive;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic};
use media_bridge::{Backend, Learning};

use super::values::{Values, at, check_sections};

/// The longest that a source is watched before it is believed: two seconds of packets.
const MOST_PROBATION: u16 = 100;

/// Ports below belong to the system; Asterisk takes none of them either.
const LEAST_PORT: u16 = 1_024;

/// The keys that are read here.
const OURS: &[&str] =
    &["rtpstart", "rtpend", "strictrtp", "probation", "dtmftimeout", "rtcpinterval", "media_io"];

/// The others of Asterisk.
const ELSEWHERE: &[&str] = &[
    "rtpchecksums",
    "srtpreplayprotection",
    "dtls_mtu",
    "icesupport",
    "ice_acl",
    "ice_deny",
    "ice_permit",
    "ice_blacklist",
    "stunaddr",
    "stun_acl",
    "stun_deny",
    "stun_permit",
    "stun_blacklist",
    "turnaddr",
    "turnport",
    "turnusername",
    "turnpassword",
];

/// How audio travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpConfiguration {
    /// `rtpstart` to `rtpend`: UDP ports of RTP and RTCP.
    pub ports: RangeInclusive<u16>,
    /// `strictrtp`: only the peer's own packets are heard.
    pub strict: bool,
    /// `probation`, and `strictrtp=seqno`, which believes nobody before that.
    pub learning: Learning,
    /// `dtmftimeout`, in samples of 8 kHz: so much sound after the last packet of a key without an end, it is up.
    pub event_timeout: Option<Duration>,
    /// `rtcpinterval`, in ms: time between two reports, on average.
    pub rtcp_interval: Option<Duration>,
    /// `media_io`, an option of our own: the system calls of the media threads, from the start on.
    pub backend: Backend,
}

impl Default for RtpConfiguration {
    /// Ports 10000 to 20000, strict.
    fn default() -> Self {
        Self {
            ports: 10_000..=20_000,
            strict: true,
            learning: Learning::default(),
            event_timeout: None,
            rtcp_interval: None,
            backend: Backend::Best,
        }
    }
}

impl RtpConfiguration {
    /// Reads `[general]`; the defaults where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let defaults = Self::default();
        check_sections(config, "rtp.conf", &["general"], found);
        let Some(section) = config.section("general") else { return defaults };
        let mut values = Values { section, found };
        let start = values.number_within("rtpstart", *defaults.ports.start(), LEAST_PORT..=u16::MAX);
        let end = values.number_within("rtpend", *defaults.ports.end(), LEAST_PORT..=u16::MAX);
        let distrustful = values.text("strictrtp").is_some_and(|text| text.eq_ignore_ascii_case("seqno"));
        let strict = distrustful || values.flag("strictrtp", true);
        let probation = values.number_within("probation", Learning::default().probation, 1..=MOST_PROBATION);
        let learning = Learning { probation, distrustful };
        // As in Asterisk, between half a second and a minute.
        let interval = values.text("rtcpinterval");
        let interval = interval.map(|_| values.number_within("rtcpinterval", 5_000_u64, 500..=60_000));
        let rtcp_interval = interval.map(Duration::from_millis);
        // Longer than a minute nobody holds a key.
        let samples = values.text("dtmftimeout").map(|_| values.number("dtmftimeout", 1_200_u64));
        let event_timeout = samples.map(|samples| Duration::from_micros(samples.min(480_000) * 125));
        let backend = backend(&mut values);
        values.check_keys("rtp.conf", &[OURS, ELSEWHERE].concat(), |_| None);
        tell_idle(&mut values);
        if end <= start {
            let span = values.span("rtpend").or_else(|| values.span("rtpstart"));
            let message = format!("no ports from rtpstart={start} to rtpend={end}");
            let finding =
                Diagnostic::error("bad-port-range", message).help("give rtpend a number above rtpstart");
            values.found.push(at(finding, span));
            return Self { strict, learning, event_timeout, rtcp_interval, backend, ..defaults };
        }
        Self { ports: start..=end, strict, learning, event_timeout, rtcp_interval, backend }
    }
}

/// Keys that need not be written here, each with what is so instead.
fn tell_idle(values: &mut Values<'_>) {
    for key in ELSEWHERE {
        let Some(text) = values.text(key) else { continue };
        let usual = match *key {
            "srtpreplayprotection" | "rtpchecksums" => values.flag(key, true),
            "icesupport" => !values.flag(key, false),
            _ => false,
        };
        if !usual {
            let finding = Diagnostic::note("no-effect", format!("{key}={text} has no effect"));
            values.found.push(at(finding, values.span(key)));
        }
    }
}

/// What `media_io` names, if this system has it.
fn backend(values: &mut Values<'_>) -> Backend {
    let known = [
        ("auto", Backend::Best),
        ("epoll", Backend::Epoll),
        ("io_uring", Backend::Uring),
        ("portable", Backend::Portable),
    ];
    let Some(said) = values.text("media_io").map(|text| text.to_ascii_lowercase()) else {
        return Backend::Best;
    };
    let found = known.into_iter().find(|(name, _)| *name == said).map(|(_, backend)| backend);
    let (message, help) = match found {
        Some(backend) if backend.is_available() => return backend,
        Some(_) => (format!("this system has no {said}, or does not allow it"), "auto takes what there is"),
        None => {
            (format!("`{said}` is no way to send and receive"), "write auto, epoll, io_uring or portable")
        }
    };
    let span = values.span("media_io");
    values.found.push(at(Diagnostic::warning("media-io", message).help(help), span));
    Backend::Best
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn of(text: &str) -> RtpConfiguration {
        read(text).0
    }

    fn findings(text: &str) -> Vec<Diagnostic> {
        read(text).1
    }

    fn read(text: &str) -> (RtpConfiguration, Vec<Diagnostic>) {
        let path = "/etc/asterisk/rtp.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        let read = RtpConfiguration::read(&config, &mut found);
        (read, found)
    }

    #[test]
    fn strictness_has_three_words() {
        assert_eq!(of("[general]\n"), RtpConfiguration::default());
        assert!(!of("[general]\nstrictrtp=no\n").strict);
        let careful = of("[general]\nstrictrtp=seqno\nprobation=8\nrtcpinterval=2000\n");
        assert_eq!(careful.learning, Learning { probation: 8, distrustful: true });
        assert!(careful.strict && careful.rtcp_interval == Some(Duration::from_secs(2)));
    }

    #[test]
    fn lost_ends_of_keys_are_waited_for_in_samples() {
        assert_eq!(of("[general]\n").event_timeout, None);
        let longer = of("[general]\ndtmftimeout=3000\n");
        assert_eq!(longer.event_timeout, Some(Duration::from_millis(375)));
    }

    #[test]
    fn numbers_have_bounds_and_the_file_one_section() {
        let said = |text| findings(text).iter().map(|found| found.code).collect::<Vec<_>>();
        let text = "[general]\nrtpstart=80\nrtpend=2000\nprobation=0\nrtcpinterval=1\n";
        assert_eq!(said(text), ["bad-value"; 3]);
        assert_eq!(of(text).ports, 1_024..=2_000);
        assert_eq!(said("[generl]\nrtpstart=1000\n"), ["unknown-section"]);
        assert_eq!(said("[general]\nrtpstart=5000\n[general]\nstrictrtp=no\n"), ["defined-twice"]);
        assert_eq!(of("[General]\nRtpStart=5000\n").ports, 5_000..=20_000);
    }

    #[test]
    fn keys_that_nobody_knows_or_that_do_nothing_are_told() {
        let said = |text| findings(text).iter().map(|found| found.code).collect::<Vec<_>>();
        assert_eq!(said("[general]\nrtpstrat=10000\n"), ["unknown-key"]);
        assert_eq!(said("[general]\nstunaddr=stun.example.com\nsrtpreplayprotection=no\n"), ["no-effect"; 2]);
        let usual = "[general]\nrtpstart=10000\nrtpend=20000\nicesupport=no\nsrtpreplayprotection=yes\ndtmftimeout=3000\n";
        assert!(said(usual).is_empty());
    }

    #[test]
    fn the_system_calls_of_media_may_be_chosen() {
        assert_eq!(of("[general]\nmedia_io=portable\n").backend, Backend::Portable);
        assert_eq!(of("[general]\nmedia_io=telepathy\n").backend, Backend::Best);
    }
}
