//! Packets in, decisions out.

mod bursts;
mod control;
mod counts;
mod histogram;
mod intake;
mod playing;
mod store;
mod target;
#[cfg(test)]
mod tests;
mod timeline;

use core::time::Duration;

use bursts::Bursts;
use control::LevelControl;
use counts::Counts;
use store::Store;
use target::TargetDelay;
use timeline::Timeline;

use crate::config::{Config, ConfigError};
use crate::packet::Decision;
use crate::statistics::{Statistics, VoipMetrics};

/// Octets of comfort noise that are remembered: the level and ten reflection coefficients (RFC 3389).
const COMFORT_NOISE: usize = 11;

/// The core of a jitter buffer: it puts packets in order, decides how long they wait, and says at each turn what is to be
/// heard. It neither decodes nor knows how sound looks; [`Playout`](crate::Playout) does both on top of it.
///
/// ```text
/// Idle --packet--> Gathering --the delay aimed at is reached--> Playing
///                   ^   ^                                       |     |
///                   |   +--------- the talker paused -----------+     |
///                   +-- another stream (two packets say so) ----------+
/// ```
///
/// Hand every packet to [`PacketQueue::insert`] when it comes. When sound is needed, call [`PacketQueue::next`] until there
/// is enough of it. Times are by any steady clock of the caller's.
///
/// ```
/// use std::time::Duration;
/// use rtp_jitter::{Config, Decision, PacketInfo, PacketQueue};
///
/// let mut queue = PacketQueue::new(Config::adaptive(8_000))?;
/// let millis = Duration::from_millis;
/// for n in 0..4_u16 {
///     let info = PacketInfo { sequence: n, timestamp: 160 * u32::from(n), ..PacketInfo::default() };
///     queue.insert(millis(20 * u64::from(n)), info, &[0xFF; 160]);
/// }
/// // Forty milliseconds are waited for at first.
/// assert_eq!(queue.next(millis(39), 160, 160), Decision::Silence { comfort_noise: None });
/// let Decision::Decode { packet, .. } = queue.next(millis(60), 160, 160) else { panic!("it is time") };
/// assert_eq!((packet.info.sequence, packet.payload.len()), (0, 160));
/// queue.decoded(160);
/// # Ok::<(), rtp_jitter::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PacketQueue {
    config: Config,
    /// The longest delay, and the step that is another clock, in ticks.
    longest: i64,
    resync_threshold: i64,
    store: Store,
    timeline: Timeline,
    target: TargetDelay,
    control: LevelControl,
    bursts: Bursts,
    counts: Counts,
    phase: Phase,
    /// Extended number of the packet whose turn is next.
    next_sequence: i64,
    /// Timestamp of what is to be heard next.
    cursor: i64,
    /// Ticks that were concealed because nothing was there, at a standing cursor; and all of them since the last packet, of
    /// which it is not clear whether they were a pause.
    waited: i64,
    unclear: i64,
    /// The cursor before the last decision.
    cursor_before: i64,
    /// Ticks of a packet, as far as is known.
    packet_ticks: i64,
    /// Bit n is set when the packet n+1 before the next one has come.
    seen: u128,
    /// Transit of the newest packet, and the number of the first that took far longer than those before.
    last_transit: i64,
    far_since: Option<i64>,
    comfort_noise: Option<(u8, [u8; COMFORT_NOISE])>,
}

/// What happens at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// There is no stream.
    Idle,
    /// There are packets, or there will be; the delay grows to what it shall be. Whether nothing was heard before, and whether
    /// the talker has paused.
    Gathering { first: bool, paused: bool },
    /// Packets are played; whether the talker has paused.
    Playing { paused: bool },
}

impl PacketQueue {
    /// An empty buffer. This allocates all that it will ever need.
    ///
    /// # Errors
    /// What the configuration cannot mean.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            longest: config.ticks(config.bounds().1),
            resync_threshold: config.ticks(config.resync_threshold),
            store: Store::new(config.capacity, config.max_payload),
            timeline: Timeline::default(),
            target: TargetDelay::new(&config),
            control: LevelControl::new(config.clock_rate),
            bursts: Bursts::default(),
            counts: Counts::default(),
            phase: Phase::Idle,
            next_sequence: 0,
            cursor: 0,
            waited: 0,
            unclear: 0,
            cursor_before: 0,
            packet_ticks: i64::from(config.clock_rate) / 50,
            seen: 0,
            last_transit: 0,
            far_since: None,
            comfort_noise: None,
            config,
        })
    }

    /// By what it was made.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Packets that wait.
    pub fn len(&self) -> usize {
        self.store.count()
    }

    /// Whether no packet waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long the fastest packet shall have to wait, as things stand.
    pub fn target_delay(&self) -> Duration {
        self.config.time(self.target.target())
    }

    /// The packet of the last decision, or what was made of the one behind it (in-band FEC), had this many ticks.
    ///
    /// Without being told, the length is taken from the timestamps; where it changes on the way, it must be told. 0 means
    /// that the payload made no sense, and that as much was concealed as [`QueuedPacket`](crate::QueuedPacket) says.
    pub fn decoded(&mut self, ticks: u32) {
        let ticks = i64::from(ticks);
        if ticks == 0 {
            self.counts.last_made_no_sense();
            return;
        }
        self.counts.replace_last(ticks);
        self.cursor = self.cursor_before + ticks;
        if ticks < i64::from(self.config.clock_rate) {
            self.packet_ticks = ticks;
        }
    }

    /// The sound of the last decision was lengthened by this many ticks, or shortened if they are negative.
    pub fn stretched(&mut self, ticks: i32) {
        self.counts.stretched(i64::from(ticks));
        self.control.reset();
    }

    /// Forgets the stream; the next packet begins another. Counters stay.
    pub fn reset(&mut self) {
        self.store.clear();
        self.timeline = Timeline::default();
        self.target.clear();
        self.control.reset();
        self.phase = Phase::Idle;
        self.comfort_noise = None;
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        self.counts.statistics(&self.config, self.target.target())
    }

    /// The same as RTCP XR reports it (RFC 3611 §4.7).
    pub fn voip_metrics(&self) -> VoipMetrics {
        let packet = self.config.time(self.packet_ticks);
        self.counts.voip_metrics(&self.config, &self.bursts.figures(), packet, self.target.is_fixed())
    }

    /// How long ago the fastest packet with this timestamp would have come.
    fn level(&self, now: i64, timestamp: i64) -> i64 {
        now.saturating_sub(self.target.least_transit()).saturating_sub(timestamp)
    }

    /// The noise of a pause, or silence.
    fn silence(&self) -> Decision<'_> {
        let noise = self.comfort_noise.as_ref().map(|(length, noise)| &noise[..usize::from(*length)]);
        Decision::Silence { comfort_noise: noise }
    }
}
