//! Extended reports of RTCP: who is told what (RFC 3611 §5).

use core::fmt;

use crate::media::Media;

/// Extended reports that one side would like to get from the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExtendedReports {
    /// What the call sounds like there (RFC 3611 §4.7).
    pub voip_metrics: bool,
    /// Answers to its reference times (RFC 3611 §4.5); it gives them too.
    pub round_trip: bool,
}

impl ExtendedReports {
    /// What a peer asks for that may be had here.
    pub(super) fn asked(media: &Media<'_>, allowed: bool) -> Self {
        let asked = media.rtcp_xr().filter(|_| allowed);
        asked.map_or_else(Self::default, |asked| Self {
            voip_metrics: asked.voip_metrics(),
            round_trip: asked.receiver_round_trip(),
        })
    }

    /// Nothing.
    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// As the value of `a=rtcp-xr`.
impl fmt::Display for ExtendedReports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.round_trip, self.voip_metrics) {
            (true, true) => "rcvr-rtt=all voip-metrics",
            (true, false) => "rcvr-rtt=all",
            (false, true) => "voip-metrics",
            (false, false) => "",
        })
    }
}
