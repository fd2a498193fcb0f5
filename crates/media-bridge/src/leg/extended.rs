//! Extended reports (RFC 3611): what a peer asks for beside the usual ones, and what it tells.

use std::time::Duration;

use rtp::rtcp::CompoundWriter;
use rtp::rtcp::extended::{
    Block, DelayBlock, DelayBlocks, ExtendedReport, LossConcealment, Quality, VoipMetrics,
};
use rtp::{Bursts, NtpTime, mean_opinion_score, r_factor};

use super::{Incoming, LegCore};
use crate::settings::{JitterBuffer, JitterMode};

/// Blocks of one report of ours: a reference time, an answer to one, metrics.
const MOST_BLOCKS: usize = 3;

/// What is remembered for extended reports.
#[derive(Debug, Default)]
pub(super) struct Extended {
    /// The peer's last reference time, under which SSRC it came, and when.
    reference: Option<(u32, NtpTime, Duration)>,
}

impl LegCore {
    /// Writes what the peer asks for behind a report that says whether we have `sent` something since the last one.
    pub(super) fn write_extended(
        &mut self,
        since: Duration,
        sent: bool,
        writer: &mut CompoundWriter<'_>,
    ) -> Option<()> {
        let wanted = self.settings?.extended_reports;
        let mut blocks = [Block::ReferenceTime(self.reports.wall_clock(since)); MOST_BLOCKS];
        // Who sends learns the round trip by sender reports (§4.4).
        let mut count = usize::from(wanted.round_trip && !sent);
        let answer = self.extended.reference.take().filter(|_| wanted.round_trip);
        let entry =
            answer.map(|(ssrc, time, at)| DelayBlock::new(ssrc, time, since.saturating_sub(at)).to_bytes());
        if let Some(delays) = entry.as_ref().and_then(|entry| DelayBlocks::new(entry)) {
            *blocks.get_mut(count)? = Block::Delay(delays);
            count += 1;
        }
        let has_left = self.incoming.as_ref().is_some_and(|incoming| incoming.has_left);
        if let Some(metrics) = self.metrics().filter(|_| wanted.voip_metrics && !has_left) {
            *blocks.get_mut(count)? = Block::VoipMetrics(metrics);
            count += 1;
        }
        match blocks.get(..count)? {
            [] => Some(()),
            blocks => writer.extended_report(self.stream.ssrc(), blocks).ok(),
        }
    }

    /// What the peer's stream sounds like, as far as it is known here.
    fn metrics(&self) -> Option<VoipMetrics> {
        let incoming = self.incoming.as_ref()?;
        let mut metrics = match &self.evening {
            Some(evening) => evening.metrics(),
            None => self.metrics_without_buffer(incoming),
        };
        metrics.ssrc = incoming.reception.ssrc();
        metrics.round_trip = self.counters.round_trip().unwrap_or_default();
        metrics.end_system_delay = metrics.buffer_nominal;
        metrics.quality = self.quality(&metrics)?;
        if let Some(JitterBuffer { mode, .. }) = self.jitter_buffer {
            metrics.adaptive_buffer = Some(mode == JitterMode::Adaptive);
        }
        Some(metrics)
    }

    /// Who plays the sound is somewhere else: there is no buffer here that could discard anything.
    fn metrics_without_buffer(&self, incoming: &Incoming) -> VoipMetrics {
        let (sequence, bursts) = (incoming.reception.sequence(), incoming.reception.bursts());
        let ptime = self.settings.map_or(20, |settings| settings.ptime_ms);
        let packet = Duration::from_millis(ptime.into());
        VoipMetrics {
            loss_rate: of_256(sequence.lost(), sequence.expected()),
            burst_density: bursts.burst_density(),
            gap_density: bursts.gap_density(),
            burst: bursts.mean_burst(packet),
            gap: bursts.mean_gap(packet),
            gap_minimum: Bursts::MINIMUM as u8,
            concealment: LossConcealment::Unspecified,
            ..VoipMetrics::default()
        }
    }

    /// What these metrics come to for who listens and for who talks as well.
    fn quality(&self, metrics: &VoipMetrics) -> Option<Quality> {
        let codec = self.spoken.codec()?.impairment();
        let loss = f32::from(metrics.loss_rate) + f32::from(metrics.discard_rate);
        let rate = |delay| r_factor(codec, loss / 256.0, delay);
        let conversation = rate(metrics.round_trip / 2 + metrics.end_system_delay);
        let tenths = |rating: f32| Some((mean_opinion_score(rating) * 10.0).round() as u8);
        Some(Quality {
            r_factor: Some(conversation.round() as u8),
            external_r_factor: None,
            listening_tenths: tenths(rate(Duration::ZERO)),
            conversation_tenths: tenths(conversation),
        })
    }

    /// Shows how good what is heard is.
    pub(super) fn show_quality(&self) {
        let rated = self.metrics().and_then(|metrics| metrics.quality.r_factor);
        self.counters.r_factor.set(rated.map_or(0, |rated| i64::from(rated) + 1));
    }

    /// Takes in what the peer tells beside the usual reports.
    pub(super) fn hear_extended(&mut self, report: &ExtendedReport<'_>, since: Duration) {
        let ours = self.stream.ssrc();
        for block in report.blocks() {
            match block {
                Block::ReferenceTime(time) => self.extended.reference = Some((report.ssrc, time, since)),
                Block::Delay(delays) => {
                    let now = self.reports.wall_clock(since);
                    let answers = delays.iter().filter(|delay| delay.ssrc == ours);
                    if let Some(round_trip) = answers.filter_map(|delay| delay.round_trip(now)).last() {
                        self.note_round_trip(round_trip);
                    }
                }
                Block::VoipMetrics(metrics) if metrics.ssrc == ours => {
                    let rated = metrics.quality.r_factor.filter(|rated| *rated <= 100);
                    self.counters.remote_r_factor.set(rated.map_or(0, |rated| i64::from(rated) + 1));
                }
                _ => {}
            }
        }
    }
}

/// A part of all, in 1/256.
fn of_256(part: u64, all: u64) -> u8 {
    u8::try_from(part.saturating_mul(256).checked_div(all).unwrap_or(0)).unwrap_or(u8::MAX)
}
