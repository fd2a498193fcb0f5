use core::time::Duration;

/// What a buffer has done since it was made. All of it only grows, but for the delays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets that were handed in, whatever became of them.
    pub received: u64,
    /// Packets that never came, as far as that is known.
    pub lost: u64,
    /// Packets that came after their turn, or that gave way because the delay had become too long.
    pub discarded: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Packets that were refused: far from the stream, or too long.
    pub refused: u64,
    /// How often a stream began.
    pub streams: u64,
    /// Sound of packets that was handed out.
    pub decoded: Duration,
    /// Sound that was made up for what was missing or late.
    pub concealed: Duration,
    /// Time before the stream and in its pauses.
    pub silent: Duration,
    /// By how much sound was shortened, so that the delay became shorter.
    pub accelerated: Duration,
    /// By how much sound was lengthened, so that the delay became longer.
    pub expanded: Duration,
    /// How long the last packets waited here, on average.
    pub delay: Duration,
    /// How long the fastest packet has to wait, as the delay stands.
    pub longest_delay: Duration,
    /// What the longest delay aims at.
    pub target_delay: Duration,
}

/// The VoIP metrics of RTCP XR that a jitter buffer knows (RFC 3611 §4.7), in the units of the report block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VoipMetrics {
    /// Packets lost in the network, of 256 (§4.7.1).
    pub loss_rate: u8,
    /// Packets discarded here, of 256 (§4.7.1).
    pub discard_rate: u8,
    /// Packets lost or discarded within bursts, of 256 (§4.7.2).
    pub burst_density: u8,
    /// Packets lost or discarded within gaps, of 256 (§4.7.2).
    pub gap_density: u8,
    /// Mean length of bursts, in milliseconds (§4.7.2).
    pub burst_duration: u16,
    /// Mean length of the gaps between them, in milliseconds (§4.7.2).
    pub gap_duration: u16,
    /// Packets in a row that end a burst (§4.7.2).
    pub gmin: u8,
    /// PLC and JBA of the receiver configuration: our concealment is "enhanced"; adaptive or not (§4.7.6). Its lower half,
    /// JB rate, is 15 minus the 20 ms packets that an adaptive buffer takes to follow, and 0 for a constant one.
    pub receiver_configuration: u8,
    /// Delay of packets that come when most do, in milliseconds (§4.7.7).
    pub nominal_delay: u16,
    /// Delay of the earliest packets, in milliseconds (§4.7.7).
    pub maximum_delay: u16,
    /// Delay that is never exceeded, in milliseconds (§4.7.7).
    pub absolute_maximum_delay: u16,
}

/// The ratio as 256ths, as report blocks carry it.
pub(crate) fn of_256(part: u64, whole: u64) -> u8 {
    u8::try_from((part.saturating_mul(256)).checked_div(whole).unwrap_or(0)).unwrap_or(u8::MAX)
}

/// Whole milliseconds, as report blocks carry them.
pub(crate) fn milliseconds(time: Duration) -> u16 {
    u16::try_from(time.as_millis()).unwrap_or(u16::MAX)
}
