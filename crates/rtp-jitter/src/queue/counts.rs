use core::time::Duration;

use super::bursts::{BurstFigures, GMIN};
use crate::config::Config;
use crate::statistics::{Statistics, VoipMetrics, milliseconds, of_256};

/// What a queue counts, in packets and ticks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) received: u64,
    pub(super) heard: u64,
    pub(super) lost: u64,
    pub(super) discarded: u64,
    pub(super) duplicates: u64,
    pub(super) refused: u64,
    pub(super) streams: u64,
    decoded: i64,
    pub(super) concealed: i64,
    pub(super) silent: i64,
    pub(super) accelerated: i64,
    expanded: i64,
    /// Sixteen times the mean time that packets waited, in microseconds.
    delay: u64,
    /// The last level.
    pub(super) level: i64,
    /// What the last decision counted, so that it can be taken back.
    last: Last,
}

/// Where the ticks of the last decision were counted.
#[derive(Clone, Copy, Debug, Default)]
enum Last {
    #[default]
    Nowhere,
    Decoded(i64),
    Concealed(i64),
}

impl Counts {
    pub(super) fn decode(&mut self, ticks: i64, waited: Duration) {
        self.decoded += ticks;
        self.heard += 1;
        self.last = Last::Decoded(ticks);
        let waited = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX / 32).min(u64::MAX / 32);
        self.delay = if self.heard == 1 { waited * 16 } else { self.delay - self.delay / 16 + waited };
    }

    pub(super) fn conceal(&mut self, ticks: i64) {
        self.concealed += ticks;
        self.last = Last::Concealed(ticks);
    }

    pub(super) fn silence(&mut self, ticks: i64) {
        self.silent += ticks;
        self.last = Last::Nowhere;
    }

    /// What was counted as concealed was a pause of the talker.
    pub(super) fn was_pause(&mut self, ticks: i64) {
        self.concealed -= ticks;
        self.silent += ticks;
    }

    /// The last decision became this much sound of packets.
    pub(super) fn replace_last(&mut self, ticks: i64) {
        match core::mem::take(&mut self.last) {
            Last::Nowhere => return,
            Last::Decoded(counted) => self.decoded -= counted,
            Last::Concealed(counted) => self.concealed -= counted,
        }
        self.decoded += ticks;
    }

    /// The packet of the last decision was no sound.
    pub(super) fn last_made_no_sense(&mut self) {
        if let Last::Decoded(ticks) = core::mem::take(&mut self.last) {
            self.decoded -= ticks;
            self.concealed += ticks;
        }
    }

    pub(super) fn stretched(&mut self, ticks: i64) {
        if ticks < 0 { self.accelerated -= ticks } else { self.expanded += ticks }
    }

    pub(super) fn statistics(&self, config: &Config, target: i64) -> Statistics {
        Statistics {
            received: self.received,
            lost: self.lost,
            discarded: self.discarded,
            duplicates: self.duplicates,
            refused: self.refused,
            streams: self.streams,
            decoded: config.time(self.decoded),
            concealed: config.time(self.concealed),
            silent: config.time(self.silent),
            accelerated: config.time(self.accelerated),
            expanded: config.time(self.expanded),
            delay: Duration::from_micros(self.delay / 16),
            longest_delay: config.time(self.level),
            target_delay: config.time(target),
        }
    }

    pub(super) fn voip_metrics(
        &self,
        config: &Config,
        bursts: &BurstFigures,
        packet: Duration,
        fixed: bool,
    ) -> VoipMetrics {
        let expected = self.heard + self.lost + self.discarded;
        let mean = |packets: u64, pieces: u64| {
            let count = u32::try_from(packets.checked_div(pieces).unwrap_or(0)).unwrap_or(u32::MAX);
            milliseconds(packet.saturating_mul(count))
        };
        VoipMetrics {
            loss_rate: of_256(self.lost, expected),
            discard_rate: of_256(self.discarded, expected),
            burst_density: of_256(bursts.burst_missing, bursts.burst_packets),
            gap_density: of_256(bursts.gap_missing, bursts.gap_packets),
            burst_duration: mean(bursts.burst_packets, bursts.bursts),
            gap_duration: mean(bursts.gap_packets, bursts.bursts + 1),
            gmin: GMIN as u8,
            receiver_configuration: if fixed { 0b1010_0000 } else { 0b1011_1110 },
            nominal_delay: milliseconds(Duration::from_micros(self.delay / 16)),
            maximum_delay: milliseconds(config.time(self.level)),
            absolute_maximum_delay: milliseconds(config.bounds().1),
        }
    }
}
