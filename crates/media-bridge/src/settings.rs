use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::codec::Codec;

/// What offer and answer agreed on for a leg, and how it treats its peer. Given by [`Leg::configure`](crate::Leg::configure)
/// as often as it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegSettings {
    /// Where RTP goes (`c=` and `m=` of the peer). `None`: the peer gave no address yet, or a black hole; nothing is sent.
    pub remote: Option<SocketAddr>,
    /// Where RTCP goes. `None`: the port above `remote` (RFC 3550 §11), or `remote` itself with `rtcp_mux`.
    pub remote_rtcp: Option<SocketAddr>,
    /// RTP and RTCP share the RTP port (RFC 5761).
    pub rtcp_mux: bool,
    /// The audio codec that was agreed on first, and that we send.
    pub codec: Codec,
    /// Payload type that the peer wants to receive for `codec`.
    pub send_payload_type: u8,
    /// Payload type that we announced for `codec`.
    pub receive_payload_type: u8,
    /// Further codecs that both sides have named. The peer may change to one of them at any time (RFC 3264 §6.1).
    pub alternatives: [Option<CodecPayload>; ALTERNATIVES],
    /// How Opus is encoded for the peer, where that is a codec: what its `a=fmtp` asks for and we are ready to give. The rate
    /// and the channels are ours to choose.
    pub opus: opus::Settings,
    /// Samples a second above which the peer says nothing in Opus, as far as it has told (`sprop-maxcapturerate`, RFC 7587 §6.1).
    pub opus_captured: u32,
    /// The peer changes its codec for itself. Off, what it changes to is what we send, too.
    pub asymmetric: bool,
    /// Payload types of telephone-event (RFC 4733), if both sides have it: those on the clock of `codec`, or what comes
    /// nearest to it.
    pub telephone_event: Option<EventPayload>,
    /// The same on other clocks, for `alternatives` that have another one than `codec`.
    pub other_events: [Option<EventPayload>; OTHER_EVENTS],
    /// Payload types of comfort noise (RFC 3389) on the clock of 8 kHz, if both sides have it: the peer sends a description of
    /// its pauses instead of silence.
    pub comfort_noise: Option<ComfortNoise>,
    /// Redundant data (RFC 2198) of codecs, if both sides have it: lost packets of the peer are found in later ones, and it is sent
    /// likewise, as soon as it, or who talks to it, does so.
    pub redundancy: [Option<RedundantPayloads>; REDUNDANCIES],
    /// So much sound after the last packet of a telephone-event, its ends are lost and the key is up.
    pub event_timeout: Duration,
    /// Keys of the peer are listened for in its sound (ITU-T Q.24), as those of a peer without telephone-event.
    pub digits_in_sound: bool,
    /// Keys for the peer go another way than through its media: [`LegEvent::DigitForPeer`](crate::LegEvent::DigitForPeer)
    /// tells of them, and the leg sends neither event nor tone.
    pub digits_elsewhere: bool,
    /// Which way audio flows, seen from us.
    pub direction: Direction,
    /// Milliseconds of sound in a packet that we make ourselves, 10 to 60.
    pub ptime_ms: u16,
    /// Packets that we forward have that length, too. Off, they keep the one that they came with.
    pub repack: bool,
    /// The peer takes no packet that is longer, in milliseconds (`a=maxptime`): whatever `repack` says, longer ones that we
    /// forward are cut to `ptime_ms`.
    pub longest_ms: Option<u16>,
    /// Send to where packets come from rather than to `remote`, once the source is trusted (RFC 4961; phones behind NAT).
    pub symmetric: bool,
    /// Learn the peer's source and drop strangers. Off, any source is heard. See [`Statistics::strangers`](crate::Statistics::strangers).
    pub strict: bool,
    /// How a strict leg learns who its peer is.
    pub learning: Learning,
    /// The host that the peer's signalling comes from: behind NAT its media comes from there too, whatever it has described, and is
    /// preferred to that of others.
    pub signalling: Option<IpAddr>,
    /// Another place that the peer has announced in an offer that could not be answered yet, since it crossed one of ours: its
    /// media may come from there already.
    pub announced: Option<SocketAddr>,
    /// Time between two reports of RTCP, on average; `None`: the five seconds of RFC 3550 §6.2.
    pub rtcp_interval: Option<Duration>,
    /// What the peer asks to be told beside the usual reports (RFC 3611).
    pub extended_reports: ExtendedReports,
    /// After this long without a packet of ours one goes out that sounds of nothing (comfort noise, RFC 3389), whichever
    /// way audio flows: it keeps the way through a translator open (RFC 6263). Looked at about once a second.
    pub keepalive: Option<Duration>,
    /// [`LegEvent::RtpTimeout`](crate::LegEvent::RtpTimeout) after this long without RTP while the peer should send.
    pub rtp_timeout: Option<Duration>,
    /// The same while audio does not flow both ways, as on hold: then the peer may have nothing to send.
    pub rtp_timeout_hold: Option<Duration>,
    /// The peer sends its audio past us, straight to another party: silence means nothing, and no reports go out. What
    /// comes from it all the same is treated as ever; where its port is learned (`strict`), nobody else is heard.
    pub away: bool,
}

impl LegSettings {
    /// Settings for a peer at `remote`, with the codec's static payload type both ways, or 96, 20 ms packets, both directions,
    /// source learning on, no telephone-event and no timeouts.
    pub fn new(remote: Option<SocketAddr>, codec: Codec) -> Self {
        let payload_type = codec.static_payload_type().unwrap_or(96);
        Self {
            remote,
            remote_rtcp: None,
            rtcp_mux: false,
            codec,
            send_payload_type: payload_type,
            receive_payload_type: payload_type,
            alternatives: [None; ALTERNATIVES],
            opus: opus::Settings::default(),
            opus_captured: 48_000,
            asymmetric: false,
            telephone_event: None,
            other_events: [None; OTHER_EVENTS],
            comfort_noise: None,
            redundancy: [None; REDUNDANCIES],
            event_timeout: EVENT_TIMEOUT,
            digits_in_sound: false,
            digits_elsewhere: false,
            direction: Direction::SendRecv,
            ptime_ms: 20,
            repack: false,
            longest_ms: None,
            symmetric: false,
            strict: true,
            learning: Learning::default(),
            signalling: None,
            announced: None,
            rtcp_interval: None,
            extended_reports: ExtendedReports::default(),
            keepalive: None,
            rtp_timeout: None,
            rtp_timeout_hold: None,
            away: false,
        }
    }

    /// Every codec that both sides have named, ours first.
    pub(crate) fn codecs(&self) -> impl Iterator<Item = CodecPayload> + use<> {
        let first = CodecPayload {
            codec: self.codec,
            send: self.send_payload_type,
            receive: self.receive_payload_type,
        };
        [Some(first)].into_iter().chain(self.alternatives).flatten()
    }

    /// Telephone-events of every clock, the first ones first.
    fn events(&self) -> impl Iterator<Item = EventPayload> + use<> {
        [self.telephone_event].into_iter().chain(self.other_events).flatten()
    }

    /// The telephone-event that the peer sends under this payload type: the number that we have announced, or its own where
    /// that means nothing else.
    pub(crate) fn event_received_as(&self, payload_type: u8) -> Option<EventPayload> {
        let announced = self.events().find(|event| event.receive == payload_type);
        if announced.is_some() || self.codecs().any(|codec| codec.receive == payload_type) {
            return announced;
        }
        self.events().find(|event| event.send == payload_type)
    }

    /// The telephone-event to send in a stream on this clock (RFC 4733 §2.1): one on the same clock, else the first.
    pub(crate) fn event_to_send(&self, clock_rate: u32) -> Option<EventPayload> {
        self.events().find(|event| event.clock_rate == clock_rate).or(self.telephone_event)
    }
}

/// How what a leg hears is evened out before others hear it: `JITTERBUFFER()` of dialplans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JitterBuffer {
    /// Constant or adaptive delay.
    pub mode: JitterMode,
    /// The delay, where it is constant; the longest that it may become, where it follows the network. At most ten seconds.
    pub max: Duration,
    /// A step of the peer's time beyond which it is taken to have set its clock anew.
    pub resync: Duration,
    /// Added to the delay that the network asks for.
    pub extra: Duration,
}

impl JitterBuffer {
    /// Up to 200 ms, a second, and 40 ms more than needed, as in Asterisk.
    pub fn new(mode: JitterMode) -> Self {
        let ms = Duration::from_millis;
        Self { mode, max: ms(200), resync: ms(1_000), extra: ms(40) }
    }
}

/// How the delay of a [`JitterBuffer`] is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JitterMode {
    /// It is the same all the time.
    Fixed,
    /// It follows what packets take on their way.
    Adaptive,
}

/// What a peer asks to be told in extended reports (RFC 3611 §5.1, `a=rtcp-xr`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtendedReports {
    /// What the call sounds like (§4.7).
    pub voip_metrics: bool,
    /// How long ago its reference times came (§4.4, §4.5); it answers ours.
    pub round_trip: bool,
}

/// How a leg learns where its peer sends from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learning {
    /// Packets in unbroken sequence after which an address that nobody has signalled counts as the peer's.
    pub probation: u16,
    /// The signalled address has to prove itself in the same way.
    pub distrustful: bool,
}

impl Default for Learning {
    /// Four packets; who is where it was signalled to be is believed at once.
    fn default() -> Self {
        Self { probation: 4, distrustful: false }
    }
}

/// [`LegSettings::event_timeout`] unless said otherwise.
pub const EVENT_TIMEOUT: Duration = Duration::from_millis(150);

/// How many codecs a leg may change to beside the first.
pub const ALTERNATIVES: usize = 7;

/// How many clocks beside that of the first codec telephone-events may be on.
pub const OTHER_EVENTS: usize = 2;

/// A codec and its payload types; each side chooses the one that it wants to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecPayload {
    /// The codec.
    pub codec: Codec,
    /// What the peer announced.
    pub send: u8,
    /// What we announced.
    pub receive: u8,
}

/// Payload types of telephone-event; each side chooses the one that it wants to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPayload {
    /// What the peer announced.
    pub send: u8,
    /// What we announced.
    pub receive: u8,
    /// The clock, in Hz, that durations of events count in: that of the audio, or 8000 where the peer has no other.
    pub clock_rate: u32,
}

impl EventPayload {
    /// One number for both ways, on the clock of 8 kHz.
    pub const fn narrow(payload_type: u8) -> Self {
        Self { send: payload_type, receive: payload_type, clock_rate: 8_000 }
    }
}

/// Payload types of comfort noise; each side chooses the one that it wants to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComfortNoise {
    /// What the peer announced.
    pub send: u8,
    /// What we announced.
    pub receive: u8,
}

/// How many codecs of a leg may be sent with redundancy.
pub const REDUNDANCIES: usize = 2;

/// Payload types of redundant data (RFC 2198) of one codec; each side chooses the one that it wants to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedundantPayloads {
    /// What the peer announced.
    pub send: u8,
    /// What we announced.
    pub receive: u8,
    /// What the peer announced for the codec that is in it.
    pub carries: u8,
    /// How many packets before it may be in a packet that we send: 1 to 3, or 0 where none of ours has any.
    pub generations: u8,
    /// The peer would rather have it than the codec alone.
    pub preferred: bool,
}

/// Which way audio flows, seen from us (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// We send; what still arrives is not heard.
    SendOnly,
    /// We listen and send no RTP.
    RecvOnly,
    /// Neither. RTCP goes on.
    Inactive,
}

impl Direction {
    /// Whether we may send audio.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the peer's audio is heard.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}
