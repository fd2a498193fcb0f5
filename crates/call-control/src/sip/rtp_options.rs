//! How the audio of an endpoint travels.

use std::ops::RangeInclusive;
use std::time::Duration;

use media_bridge::{Codec, Learning, LegConfig, Marking};

/// Packets, sockets and manners of an endpoint's RTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RtpOptions {
    /// Milliseconds of audio in a packet of these codecs; 20 where a codec is not named.
    pub packet_times: Vec<(Codec, u16)>,
    /// Packets are as long as its phones ask for.
    pub use_ptime: bool,
    /// Its phones change their codec for themselves: ours stays.
    pub asymmetric_codec: bool,
    /// How it is learnt where its phones send from, where only they are to be heard.
    pub learning: Learning,
    /// So much sound after the last packet of a key that has no end, it is up; 150 ms where nothing is said.
    pub event_timeout: Option<Duration>,
    /// Time between two reports of RTCP, on average; that of RFC 3550 where nothing is said.
    pub rtcp_interval: Option<Duration>,
    /// RTP and RTCP share a port where its phones offer or accept that (RFC 5761).
    pub rtcp_mux: bool,
    /// Offers to its phones name the profile with early feedback (`RTP/AVPF`, RFC 4585).
    pub early_feedback: bool,
    /// After this long without a packet to its phone one goes out that sounds of nothing.
    pub keepalive: Option<Duration>,
    /// Its phones say `G726-32` and mean `AAL2-G726-32`: the first sample in the upper half of an octet.
    pub g726_as_aal2: bool,
    /// How Opus is encoded, within what its phones ask for.
    pub opus: opus::Settings,
    /// What its phones are told of how we would like Opus; the usual parameters where nothing is said.
    pub opus_wanted: Option<opus::Parameters>,
    /// UDP ports of its own, in place of those of the exchange.
    pub ports: Option<RangeInclusive<u16>>,
    /// How its packets are marked for routers and switches.
    pub marking: Marking,
}

/// Packets of endpoints that say nothing, in milliseconds.
const PACKET_TIME: u16 = 20;

impl RtpOptions {
    /// A leg's sockets as these options want them.
    pub(super) fn apply(&self, config: LegConfig) -> LegConfig {
        LegConfig { ports: self.ports.clone(), marking: self.marking, ..config }
    }

    /// Milliseconds of audio in a packet of `codec` that we would like.
    pub(super) fn packet_time(&self, codec: Option<Codec>) -> u16 {
        let said = self.packet_times.iter().find(|(named, _)| Some(*named) == codec);
        said.map_or(PACKET_TIME, |(_, time)| *time)
    }

    /// Whether packets that are passed on get the length that was agreed on. Where nobody has asked for one they keep
    /// theirs.
    pub(super) fn repacks(&self) -> bool {
        self.use_ptime || !self.packet_times.is_empty()
    }
}
