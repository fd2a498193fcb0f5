//! RTCP: what is reported to the peer, and what the peer reports.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtp::NtpTime;
use rtp::rtcp::{AVERAGE_INTERVAL, Compound, CompoundWriter, Goodbye, Packet, ReportBlock, interval};

use super::{LegCore, Outgoing, Seed};
use crate::spread::Gathered;

/// When reports go out, and under which name.
pub(super) struct Reports {
    /// The canonical name (RFC 7022 §4.2: short-term, random).
    name: String,
    /// The time of day of the leg's first moment.
    opened: Duration,
    /// `None` before the first settings.
    next: Option<Duration>,
    random: u32,
    /// Packets sent at the last report, and at the one before it.
    reported: [u32; 2],
    /// Some report has gone out.
    spoke: bool,
    gathered: GatheredFigures,
}

/// Figures over all reports so far.
#[derive(Default)]
struct GatheredFigures {
    jitter: Gathered,
    lost: Gathered,
    remote_jitter: Gathered,
    remote_lost: Gathered,
    round_trip: Gathered,
}

impl Reports {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            name: format!("{:016x}", seed.name),
            opened: seed.opened,
            next: None,
            random: seed.ssrc | 1,
            reported: [0; 2],
            spoke: false,
            gathered: GatheredFigures::default(),
        }
    }

    /// The first report goes out after half the usual time (RFC 3550 §6.2).
    pub(super) fn begin(&mut self, since: Duration, average: Option<Duration>) {
        let wait = interval(average.unwrap_or(AVERAGE_INTERVAL) / 2, self.draw());
        self.next = Some(since + wait);
    }

    /// The time of day, which only means something between sender and receiver reports.
    pub(super) fn wall_clock(&self, since: Duration) -> NtpTime {
        NtpTime::from_unix(self.opened + since)
    }

    /// Some report has gone out.
    pub(super) fn has_spoken(&self) -> bool {
        self.spoke
    }

    /// Counts what is sent from nothing again.
    pub(super) fn begin_count(&mut self) {
        self.reported = [0; 2];
    }

    /// Another SSRC than that.
    pub(super) fn draw_other_than(&mut self, ssrc: u32) -> u32 {
        loop {
            // The row of numbers has no repetition before its end, so the second is another one.
            let drawn = self.draw();
            if drawn != ssrc {
                return drawn;
            }
        }
    }

    /// A cheap random number: it only keeps the reports of many legs apart (xorshift).
    fn draw(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }
}

impl LegCore {
    /// A report that is due now, written into `packet`.
    pub(crate) fn report(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        let since = self.since(now);
        if self.reports.next.is_none_or(|next| since < next) || self.is_away() {
            return None;
        }
        let average = self.settings.as_ref().and_then(|settings| settings.rtcp_interval);
        let wait = interval(average.unwrap_or(AVERAGE_INTERVAL), self.reports.draw());
        self.reports.next = Some(since + wait);
        let to = self.rtcp_destination()?;
        let length = self.write_report(since, None, packet)?;
        self.reports.spoke = true;
        Some(Outgoing { length, to })
    }

    /// The goodbye of a leg that closes, written into `packet`. One that never sent anything leaves without a word
    /// (RFC 3550 §6.3.7).
    pub(crate) fn goodbye(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        if self.sent.packets == 0 && !self.reports.spoke {
            return None;
        }
        let to = self.rtcp_destination()?;
        let length = self.write_report(self.since(now), Some(""), packet)?;
        Some(Outgoing { length, to })
    }

    /// The goodbye of one SSRC alone, for that reason, written into `packet`.
    pub(super) fn leave(&self, ssrc: u32, reason: &str, packet: &mut [u8]) -> Option<Outgoing> {
        let to = self.rtcp_destination().filter(|_| !self.is_away())?;
        let mut writer = CompoundWriter::new(packet);
        writer.receiver_report(ssrc, &[]).ok()?;
        writer.source_description(ssrc, &self.reports.name).ok()?;
        writer.goodbye(&[ssrc], reason).ok()?;
        Some(Outgoing { length: writer.finish(), to })
    }

    /// The name that reports bear.
    pub(super) fn control_name(&self) -> &str {
        &self.reports.name
    }

    /// Whether the peer exchanges its audio, and the reports on it, with somebody else.
    fn is_away(&self) -> bool {
        self.settings.is_some_and(|settings| settings.away)
    }

    /// Whether RTCP goes out by the RTP port.
    pub(crate) fn muxes_rtcp(&self) -> bool {
        self.settings.is_some_and(|settings| settings.rtcp_mux)
    }

    fn write_report(&mut self, since: Duration, goodbye: Option<&str>, packet: &mut [u8]) -> Option<usize> {
        let ssrc = self.stream.ssrc();
        let block = self.report_block(since);
        let mut writer = CompoundWriter::new(packet);
        let [last, before] = self.reports.reported;
        // One that has sent since the report before the last still counts as a sender (RFC 3550 §6.4).
        let sent = self.sent.packets != before;
        self.reports.reported = [self.sent.packets, last];
        if !sent {
            writer.receiver_report(ssrc, block.as_slice()).ok()?;
        } else {
            let info = self.sent.info(self.reports.wall_clock(since), self.stream.timestamp_at(since));
            writer.sender_report(ssrc, &info, block.as_slice()).ok()?;
        }
        writer.source_description(ssrc, &self.reports.name).ok()?;
        self.write_extended(since, sent, &mut writer)?;
        if let Some(reason) = goodbye {
            writer.goodbye(&[ssrc], reason).ok()?;
        }
        Some(writer.finish())
    }

    /// Shows how much of the peer's streams is missing, how unevenly the last one comes, and how good it sounds.
    pub(super) fn show_reception(&self) {
        let Some(incoming) = &self.incoming else { return };
        let jitter = incoming.reception.jitter().ticks();
        self.counters.jitter_us.set_ticks(jitter, incoming.clock_rate);
        let lost = self.lost_before.saturating_add(incoming.reception.sequence().lost());
        self.counters.lost.set(i64::try_from(lost).unwrap_or(i64::MAX));
        self.show_quality();
    }

    /// What is said of the peer's stream, and shown of it. Nothing is said of one that was not heard since the last report
    /// (RFC 3550 §6.4.1), nor of one that has left (§6.6).
    fn report_block(&mut self, since: Duration) -> Option<ReportBlock> {
        self.show_reception();
        let incoming = self.incoming.as_mut().filter(|incoming| incoming.is_told())?;
        let (counters, gathered) = (&self.counters, &mut self.reports.gathered);
        let jitter = incoming.reception.jitter().duration();
        gathered.jitter.add(jitter.as_secs_f64(), &counters.jitter_spread);
        let block = incoming.reception.report(since);
        gathered.lost.add(f64::from(block.loss()) * 100.0, &counters.loss_spread);
        Some(block)
    }

    /// Takes in a datagram of RTCP.
    pub(crate) fn hear_rtcp(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        let Some(settings) = &self.settings else { return };
        if !self.guard.accepts_rtcp(from, settings.remote_rtcp) {
            self.counters.strangers.add(1);
            return;
        }
        let Ok(compound) = Compound::parse_reduced_size(datagram) else {
            self.counters.malformed.add(1);
            return;
        };
        self.counters.rtcp_received.add(1);
        let since = self.since(now);
        for packet in compound {
            match packet {
                Packet::SenderReport(report) => {
                    self.watch_ssrc(now, from, report.ssrc);
                    if let Some(incoming) =
                        self.incoming.as_mut().filter(|i| i.reception.ssrc() == report.ssrc)
                    {
                        incoming.reception.handle_sender_report(&report.info, since);
                    }
                    report.blocks().for_each(|block| self.hear_block(&block, since));
                }
                Packet::ReceiverReport(report) => {
                    self.watch_ssrc(now, from, report.ssrc);
                    report.blocks().for_each(|block| self.hear_block(&block, since));
                }
                Packet::ExtendedReport(report) => self.hear_extended(&report, since),
                Packet::Feedback(_) => {
                    if let Some(passing) = &mut self.passing {
                        passing.note_feedback();
                    }
                }
                Packet::Goodbye(goodbye) => self.hear_goodbye(&goodbye),
                _ => {}
            }
        }
    }

    /// The peer's stream has ended: nothing is said of it any more, unless it comes back. What is known of it stays for those who
    /// ask after the call.
    fn hear_goodbye(&mut self, goodbye: &Goodbye<'_>) {
        if let Some(incoming) = &mut self.incoming
            && goodbye.names(incoming.reception.ssrc())
        {
            incoming.has_left = true;
        }
    }

    /// What the peer says about our stream.
    fn hear_block(&mut self, block: &ReportBlock, since: Duration) {
        if block.ssrc != self.stream.ssrc() {
            return;
        }
        self.counters.remote_lost.set(i64::from(block.cumulative_lost));
        self.counters.remote_jitter_us.set_ticks(block.jitter, self.clock_rate());
        let jitter = f64::from(block.jitter) / f64::from(self.clock_rate().max(1));
        let (counters, gathered) = (&self.counters, &mut self.reports.gathered);
        gathered.remote_jitter.add(jitter, &counters.remote_jitter_spread);
        gathered.remote_lost.add(f64::from(block.loss()) * 100.0, &counters.remote_loss_spread);
        if let Some(round_trip) = block.round_trip(self.reports.wall_clock(since)) {
            self.note_round_trip(round_trip);
        }
    }

    /// The peer has told how long packets travel there and back.
    pub(super) fn note_round_trip(&mut self, round_trip: Duration) {
        let micros = i64::try_from(round_trip.as_micros()).unwrap_or(i64::MAX);
        self.counters.round_trip_us.set(micros.max(1));
        self.reports.gathered.round_trip.add(round_trip.as_secs_f64(), &self.counters.round_trip_spread);
    }

    /// Where RTCP goes: it follows RTP to where that was found to be.
    pub(super) fn rtcp_destination(&self) -> Option<SocketAddr> {
        let settings = self.settings.as_ref()?;
        let rtp = self.retargeted.or(settings.remote);
        if settings.rtcp_mux {
            return rtp;
        }
        let above = |rtp: SocketAddr| Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?));
        match (self.retargeted, settings.remote_rtcp) {
            (None, Some(announced)) => Some(announced),
            _ => rtp.and_then(above),
        }
    }
}
