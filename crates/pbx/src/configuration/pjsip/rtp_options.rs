//! `use_ptime`, `asymmetric_rtp_codec`, `rtp_keepalive`, `rtp_port_start`, `tos_audio` and their kin: how the audio of an
//! endpoint travels.

use std::ops::RangeInclusive;

use call_control::sip::RtpOptions;
use media_bridge::{Learning, Marking};

use super::codecs::PacketTimes;
use super::sockets::{cos, tos};
use crate::configuration::values::Values;

/// The lowest port that an endpoint may have to itself, as in Asterisk.
const LOWEST_PORT: u16 = 1_024;

/// What an endpoint says of it; `packet_times` is what `allow` says.
pub(super) fn read(values: &mut Values<'_>, packet_times: PacketTimes) -> RtpOptions {
    RtpOptions {
        packet_times,
        use_ptime: values.flag("use_ptime", false),
        asymmetric_codec: values.flag("asymmetric_rtp_codec", false),
        rtcp_mux: values.flag("rtcp_mux", false),
        early_feedback: values.flag("use_avpf", false),
        keepalive: values.seconds("rtp_keepalive"),
        g726_as_aal2: values.flag("g726_non_standard", false),
        // What `codecs.conf` and `rtp.conf` say holds for all endpoints.
        opus: opus::Settings::default(),
        opus_wanted: None,
        learning: Learning::default(),
        event_timeout: None,
        rtcp_interval: None,
        ports: ports(values),
        marking: Marking {
            tos: tos(values, "tos_audio").unwrap_or_default(),
            priority: cos(values, "cos_audio").filter(|priority| *priority != 0),
        },
    }
}

/// `rtp_port_start` to `rtp_port_end`: both, or none of them.
fn ports(values: &mut Values<'_>) -> Option<RangeInclusive<u16>> {
    let [start, end] = ["rtp_port_start", "rtp_port_end"].map(|key| values.number(key, 0_u16));
    if (start, end) == (0, 0) {
        return None;
    }
    let low = (1..LOWEST_PORT).contains(&start);
    let key = if low || end == 0 { "rtp_port_start" } else { "rtp_port_end" };
    if start < LOWEST_PORT || end <= start {
        let message = format!("no range of ports from {start} to {end}; those of rtp.conf are taken");
        let help = "give rtp_port_start 1024 or more, and rtp_port_end a number above it";
        values.odd(key, message, help);
        return None;
    }
    Some(start..=end)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use media_bridge::Codec;

    use super::*;
    use crate::configuration::pjsip::testing::endpoint_of;

    /// What an endpoint with these lines has, and what is said of them.
    fn of(lines: &str) -> (RtpOptions, String) {
        let (endpoint, said) = endpoint_of(lines);
        (endpoint.rtp.clone(), said)
    }

    #[test]
    fn what_is_not_written_is_off() {
        assert_eq!(of("").0, RtpOptions::default());
        assert_eq!(
            of("rtp_port_start=0\nrtp_port_end=0\nrtp_keepalive=0\ntos_audio=0\ncos_audio=0").0,
            RtpOptions::default()
        );
    }

    #[test]
    fn each_key_has_its_effect() {
        let (found, said) = of("use_ptime=yes\nrtcp_mux=yes\nuse_avpf=yes\n\
             asymmetric_rtp_codec=yes\nrtp_keepalive=15\nrtp_port_start=30000\nrtp_port_end=30099\n\
             tos_audio=ef\ncos_audio=5\nallow=!all,ulaw:30,alaw");
        assert!(found.use_ptime && found.asymmetric_codec && found.rtcp_mux && found.early_feedback);
        assert_eq!(found.keepalive, Some(Duration::from_secs(15)));
        assert_eq!(found.ports, Some(30_000..=30_099));
        assert_eq!(found.marking, Marking { tos: 0xB8, priority: Some(5) });
        assert_eq!(found.packet_times, [(Codec::Pcmu, 30)]);
        assert!(!said.contains("no-effect") && !said.contains("bad-value"), "{said}");
    }

    #[test]
    fn a_range_is_whole_or_left_out() {
        for lines in ["rtp_port_start=30000", "rtp_port_end=30000", "rtp_port_start=900\nrtp_port_end=1000"] {
            let (found, said) = of(lines);
            assert_eq!(found.ports, None, "{lines}");
            assert!(said.contains("those of rtp.conf are taken") && said.contains("pjsip.conf:6"), "{said}");
        }
    }

    #[test]
    fn packet_lengths_that_are_not_made_are_told() {
        for (line, length) in [("ulaw:5", 10), ("ulaw:150", 60), ("ulaw:35", 30)] {
            let (found, said) = of(&format!("allow=!all,{line}"));
            assert_eq!(found.packet_times, [(Codec::Pcmu, length)], "{line}");
            assert!(said.contains("packets have 10 to 60 ms, in steps of 10"), "{said}");
        }
        let (found, said) = of("allow=!all,ulaw:long,alaw");
        assert_eq!(found.packet_times, []);
        assert!(said.contains("'long' is no length of packets"), "{said}");
        assert_eq!(of("allow=!all,ulaw:30,ulaw").0.packet_times, [], "the last word counts");
    }
}
