//! `rtp.conf`.

use std::ops::RangeInclusive;

use asterisk_conf::{Config, Diagnostic};

use super::values::{Values, at};

/// How audio travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpConfiguration {
    /// `rtpstart` to `rtpend`: UDP ports of RTP and RTCP.
    pub ports: RangeInclusive<u16>,
    /// `strictrtp`: only the peer's own packets are heard.
    pub strict: bool,
}

impl Default for RtpConfiguration {
    /// Ports 10000 to 20000, strict.
    fn default() -> Self {
        Self { ports: 10_000..=20_000, strict: true }
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
        // `strictrtp` has a third word, `seqno`, which learns more carefully.
        let strict =
            values.text("strictrtp").is_none_or(|text| text == "seqno") || values.flag("strictrtp", true);
        if end <= start {
            let span = values.span("rtpend").or_else(|| values.span("rtpstart"));
            let message = format!("no ports from rtpstart={start} to rtpend={end}");
            let finding =
                Diagnostic::error("bad-port-range", message).help("give rtpend a number above rtpstart");
            values.found.push(at(finding, span));
            return Self { strict, ..defaults };
        }
        Self { ports: start..=end, strict }
    }
}
