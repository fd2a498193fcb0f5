use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::spread::{Spread, SpreadGauge};

/// What a leg has counted since it was opened. Taken by [`Leg::statistics`](crate::Leg::statistics).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// RTP packets taken in: right source, right payload type.
    pub packets_received: u64,
    /// Their payload octets.
    pub octets_received: u64,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Their payload octets.
    pub octets_sent: u64,
    /// Packets of the peer that never came, of all streams that it has sent. Those that came twice hide none, unlike in reports
    /// (RFC 3550 §6.4.1).
    pub lost: i64,
    /// Packets of the peer that never came, and whose sound was in later ones (RFC 2198). They are among the lost ones.
    pub recovered: u64,
    /// Interarrival jitter (RFC 3550 A.8).
    pub jitter: Duration,
    /// Packets from a source that is not the peer, and those on probation while the source is learnt. Never heard.
    pub strangers: u64,
    /// Datagrams that are neither RTP nor RTCP nor STUN.
    pub malformed: u64,
    /// Packets of a protected leg that are not under the agreed key, or were heard before. Dropped before anything is believed
    /// of them.
    pub unauthentic: u64,
    /// RTP packets with a payload type that nobody agreed on. Dropped.
    pub unexpected_payload: u64,
    /// Packets of the other leg of a bridge in a codec that cannot be translated into the one of this leg. Dropped.
    pub untranslatable: u64,
    /// Packets of the peer under the SSRC that we had, and those of ours that came back (RFC 3550 §8.2).
    pub collisions: u64,
    /// Packets that the kernel refused to send, or that could not be protected.
    pub send_errors: u64,
    /// RTCP packets taken in.
    pub rtcp_received: u64,
    /// Packets of ours that the peer says it lost.
    pub remote_lost: i64,
    /// Jitter that the peer reports.
    pub remote_jitter: Duration,
    /// Round trip to the peer, once it has answered a sender report (RFC 3550 §6.4.1).
    pub round_trip: Option<Duration>,
    /// The SSRC that we send under.
    pub ssrc: u32,
    /// That of the peer; 0 before it was heard.
    pub remote_ssrc: u32,
    /// Rating of what is heard by the E-model (ITU-T G.107), 0 to 100, by all that came until
    /// a second ago; `None` before that.
    pub r_factor: Option<u8>,
    /// The same of what the peer hears, where it tells (RFC 3611 §4.7).
    pub remote_r_factor: Option<u8>,
    /// The jitter of each report of ours, in seconds.
    pub jitter_spread: Spread,
    /// The part of packets that was lost before each report of ours, in percent.
    pub loss_spread: Spread,
    /// The jitter of each report of the peer, in seconds.
    pub remote_jitter_spread: Spread,
    /// The part of our packets that was lost before each report of the peer, in percent.
    pub remote_loss_spread: Spread,
    /// Round trips, in seconds.
    pub round_trip_spread: Spread,
}

/// The counters behind [`Statistics`]: written by the media thread alone, read by anyone, never locked.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) packets_received: Counter,
    pub(crate) octets_received: Counter,
    pub(crate) packets_sent: Counter,
    pub(crate) octets_sent: Counter,
    pub(crate) lost: Gauge,
    pub(crate) recovered: Counter,
    /// Microseconds.
    pub(crate) jitter_us: Gauge,
    pub(crate) strangers: Counter,
    pub(crate) malformed: Counter,
    pub(crate) unauthentic: Counter,
    pub(crate) unexpected_payload: Counter,
    pub(crate) untranslatable: Counter,
    pub(crate) collisions: Counter,
    pub(crate) send_errors: Counter,
    pub(crate) rtcp_received: Counter,
    pub(crate) remote_lost: Gauge,
    /// Microseconds.
    pub(crate) remote_jitter_us: Gauge,
    /// Microseconds, 0 for unknown.
    pub(crate) round_trip_us: Gauge,
    pub(crate) ssrc: Gauge,
    pub(crate) remote_ssrc: Gauge,
    /// One more than the rating, 0 for unknown.
    pub(crate) r_factor: Gauge,
    /// Likewise.
    pub(crate) remote_r_factor: Gauge,
    pub(crate) jitter_spread: SpreadGauge,
    pub(crate) loss_spread: SpreadGauge,
    pub(crate) remote_jitter_spread: SpreadGauge,
    pub(crate) remote_loss_spread: SpreadGauge,
    pub(crate) round_trip_spread: SpreadGauge,
}

impl Counters {
    /// A copy for the caller. Fields are read one by one, so a packet that arrives meanwhile may show in some only.
    pub(crate) fn snapshot(&self) -> Statistics {
        Statistics {
            packets_received: self.packets_received.get(),
            octets_received: self.octets_received.get(),
            packets_sent: self.packets_sent.get(),
            octets_sent: self.octets_sent.get(),
            lost: self.lost.get(),
            recovered: self.recovered.get(),
            jitter: self.jitter_us.duration(),
            strangers: self.strangers.get(),
            malformed: self.malformed.get(),
            unauthentic: self.unauthentic.get(),
            unexpected_payload: self.unexpected_payload.get(),
            untranslatable: self.untranslatable.get(),
            collisions: self.collisions.get(),
            send_errors: self.send_errors.get(),
            rtcp_received: self.rtcp_received.get(),
            remote_lost: self.remote_lost.get(),
            remote_jitter: self.remote_jitter_us.duration(),
            round_trip: self.round_trip(),
            ssrc: self.ssrc.get() as u32,
            remote_ssrc: self.remote_ssrc.get() as u32,
            r_factor: self.r_factor.rating(),
            remote_r_factor: self.remote_r_factor.rating(),
            jitter_spread: self.jitter_spread.get(),
            loss_spread: self.loss_spread.get(),
            remote_jitter_spread: self.remote_jitter_spread.get(),
            remote_loss_spread: self.remote_loss_spread.get(),
            round_trip_spread: self.round_trip_spread.get(),
        }
    }

    /// The last round trip, once one is known.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        match self.round_trip_us.get() {
            0 => None,
            us => Some(Duration::from_micros(us.unsigned_abs())),
        }
    }
}

/// Counts up. One writer, so a plain load and store do.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The last value of something.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    pub(crate) fn set(&self, value: i64) {
        self.0.store(value, Relaxed);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }

    /// Keeps so many ticks of a clock as microseconds.
    pub(crate) fn set_ticks(&self, ticks: u32, clock_rate: u32) {
        self.set(i64::from(ticks) * 1_000_000 / i64::from(clock_rate.max(1)));
    }

    /// A rating that is kept as one more.
    fn rating(&self) -> Option<u8> {
        u8::try_from(self.get().checked_sub(1)?).ok()
    }

    /// Microseconds as a duration.
    fn duration(&self) -> Duration {
        Duration::from_micros(self.get().unsigned_abs())
    }
}
