//! `rtp.conf`.

use std::ops::RangeInclusive;
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic};
use media_bridge::{Backend, Learning};

use super::values::{Values, at};

/// The longest that a source is watched before it is believed: two seconds of packets.
const MOST_PROBATION: u16 = 100;

/// How audio travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpConfiguration {
    /// `rtpstart` to `rtpend`: UDP ports of RTP and RTCP.
    pub ports: RangeInclusive<u16>,
    /// `strictrtp`: only the peer's own packets are heard.
    pub strict: bool,
    /// `probation`, and `strictrtp=seqno`, which believes nobody before that.
    pub learning: Learning,
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
            rtcp_interval: None,
            backend: Backend::Best,
        }
    }
}

impl RtpConfiguration {
    /// Reads `[general]`; the defaults where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let defaults = Self::default();
        let Some(section) = config.section("general") else { return defaults };
        let mut values = Values { section, found };
        let start = values.number("rtpstart", *defaults.ports.start());
        let end = values.number("rtpend", *defaults.ports.end());
        let distrustful = values.text("strictrtp").is_some_and(|text| text.eq_ignore_ascii_case("seqno"));
        let strict = distrustful || values.flag("strictrtp", true);
        let probation = values.number("probation", Learning::default().probation).clamp(1, MOST_PROBATION);
        let learning = Learning { probation, distrustful };
        // As in Asterisk, between half a second and a minute.
        let interval = values.text("rtcpinterval").map(|_| values.number("rtcpinterval", 5_000_u64));
        let rtcp_interval = interval.map(|ms| Duration::from_millis(ms.clamp(500, 60_000)));
        let backend = backend(&mut values);
        if end <= start {
            let span = values.span("rtpend").or_else(|| values.span("rtpstart"));
            let message = format!("no ports from rtpstart={start} to rtpend={end}");
            let finding =
                Diagnostic::error("bad-port-range", message).help("give rtpend a number above rtpstart");
            values.found.push(at(finding, span));
            return Self { strict, learning, rtcp_interval, backend, ..defaults };
        }
        Self { ports: start..=end, strict, learning, rtcp_interval, backend }
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
        let path = "/etc/asterisk/rtp.conf";
        let files = MemoryFiles::from([(path, text)]);
        let (config, mut found) =
            load(Path::new(path), &files, &mut SourceMap::new(), &LoadOptions::default());
        RtpConfiguration::read(&config, &mut found)
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
    fn the_system_calls_of_media_may_be_chosen() {
        assert_eq!(of("[general]\nmedia_io=portable\n").backend, Backend::Portable);
        assert_eq!(of("[general]\nmedia_io=telepathy\n").backend, Backend::Best);
    }
}
