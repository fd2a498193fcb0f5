use core::time::Duration;

/// What the header of an RTP packet says, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketInfo {
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp, in ticks of the stream's clock.
    pub timestamp: u32,
    /// Payload type: handed to the decoder.
    pub payload_type: u8,
    /// Marker bit: the first packet of a talkspurt (RFC 3551 §4.1).
    pub marker: bool,
    /// Source; a new one begins a new stream. Leave it 0 where the source is known already.
    pub ssrc: u32,
    /// What is in it.
    pub content: Content,
}

/// What a packet of an audio stream holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Sound.
    #[default]
    Audio,
    /// The level of the noise that is to fill a pause (RFC 3389).
    ComfortNoise,
    /// No sound: a telephone-event (RFC 4733) or anything else that shares the sequence numbers.
    Other,
}

/// What became of a packet that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It waits for its turn.
    Queued,
    /// It waits for its turn, as the first of a stream: of the first one, of another source, or of one that began its
    /// numbers anew. What waited before is gone.
    Began,
    /// Its turn is over.
    Late,
    /// It has come before.
    Duplicate,
    /// Its number is far from the others. Taken for a new beginning if the next one goes on from there.
    Stray,
    /// The payload is longer than [`Config::max_payload`](crate::Config::max_payload).
    TooLong,
}

/// A packet whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedPacket<'a> {
    /// Its header.
    pub info: PacketInfo,
    /// Its payload.
    pub payload: &'a [u8],
    /// Its length in ticks, as far as timestamps tell.
    pub ticks: u32,
    /// How long it waited here.
    pub waited: Duration,
}

/// What is to be heard next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Decode this. Tell [`PacketQueue::decoded`](crate::PacketQueue::decoded) how long it was.
    Decode {
        /// The packet.
        packet: QueuedPacket<'a>,
        /// Ticks at its beginning that were concealed already: decode them and throw them away.
        skip: u32,
        /// How to change its length.
        stretch: Stretch,
    },
    /// Packets are missing, and later ones are there: conceal this many ticks.
    Lost {
        /// At most as many as were wanted.
        ticks: u32,
        /// The payload behind the gap, if only one packet is missing: it may carry a copy (in-band FEC).
        next: Option<(u8, &'a [u8])>,
    },
    /// Nothing is there that could be played, though it is time: conceal all that was wanted.
    Wait,
    /// Nobody talks: before the stream begins, and in its pauses. Play noise or nothing, for all that was wanted.
    Silence {
        /// The payload of the last packet of comfort noise, if that is why.
        comfort_noise: Option<&'a [u8]>,
    },
}

/// How the length of a sound is to change, so that the delay comes nearer to its aim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stretch {
    /// Not at all.
    #[default]
    Keep,
    /// Shorten it by up to this many ticks: the delay is too long.
    Accelerate {
        /// Ticks; more would make the delay too short.
        most: u32,
        /// The delay is so long that sound may suffer.
        urgent: bool,
    },
    /// Lengthen it by about this many ticks: the delay is too short.
    Expand {
        /// Ticks.
        about: u32,
    },
}
