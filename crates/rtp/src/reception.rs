use core::time::Duration;

use crate::rtcp::{ReportBlock, SenderInfo};
use crate::{Arrival, Bursts, Header, Jitter, NtpTime, SequenceTracker, ntp};

/// What a receiver knows of one source, and says of it in its reports (RFC 3550 §6.4.1, appendices A.1, A.3, A.8).
///
/// Times are those of any steady clock, as durations since any moment.
///
/// ```
/// use std::time::Duration;
/// use rtp::{Header, Reception};
///
/// let mut reception = Reception::new(0xC0FFEE, 8_000);
/// for n in 0..100_u32 {
///     let header = Header { sequence: n as u16, timestamp: 160 * n, ssrc: 0xC0FFEE, ..Header::default() };
///     if n % 10 != 7 {
///         reception.receive(&header, Duration::from_millis(20) * n);
///     }
/// }
/// let block = reception.report(Duration::from_secs(2));
/// assert_eq!(block.cumulative_lost, 10);
/// assert_eq!(block.fraction_lost, 25); // in 1/256: one in ten
/// assert_eq!(block.jitter, 0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reception {
    ssrc: u32,
    sequence: SequenceTracker,
    bursts: Bursts,
    jitter: Jitter,
    /// The middle of the last sender report's time, and when it came.
    sender_report: Option<(u32, Duration)>,
    /// Expected and received at the last report.
    reported: (u64, u64),
}

impl Reception {
    /// For the source `ssrc`, whose timestamps count `clock_rate` ticks a second. The first packet counts: who a
    /// packet comes from is known by its address and by SDP, so there is no probation.
    pub const fn new(ssrc: u32, clock_rate: u32) -> Self {
        Self::with_tracker(ssrc, clock_rate, SequenceTracker::with_probation(1))
    }

    /// As [`Reception::new`], with probation as the tracker has it.
    pub const fn with_tracker(ssrc: u32, clock_rate: u32, sequence: SequenceTracker) -> Self {
        Self {
            ssrc,
            sequence,
            bursts: Bursts::NONE,
            jitter: Jitter::new(clock_rate),
            sender_report: None,
            reported: (0, 0),
        }
    }

    /// Takes a packet in that arrived at `now`.
    #[inline]
    pub fn receive(&mut self, header: &Header, now: Duration) -> Arrival {
        let arrival = self.receive_event(header);
        match arrival {
            Arrival::Next { .. } | Arrival::Late => self.jitter.receive(header.timestamp, now),
            Arrival::Restarted => {
                self.jitter.forget_transit();
                self.jitter.receive(header.timestamp, now);
            }
            Arrival::Probation | Arrival::Duplicate | Arrival::Stray => {}
        }
        arrival
    }

    /// As [`Reception::receive`], for a packet whose timestamp does not tell when it was sent: all packets of a
    /// telephone event have the timestamp of its start (RFC 4733 §2.2.1).
    #[inline]
    pub fn receive_event(&mut self, header: &Header) -> Arrival {
        let arrival = self.sequence.receive(header.sequence);
        if let Arrival::Next { missing } = arrival {
            self.bursts.receive(missing);
        }
        arrival
    }

    /// Takes in the sender's part of a report that arrived at `now`.
    pub fn handle_sender_report(&mut self, info: &SenderInfo, now: Duration) {
        self.sender_report = Some((info.ntp.middle(), now));
    }

    /// Whether packets have come since the last [`report`](Self::report): there is nothing to say about a source that was not heard
    /// since (RFC 3550 §6.4.1).
    pub fn has_news(&self) -> bool {
        self.sequence.received() != self.reported.1
    }

    /// The block to send about this source at `now`. The fraction lost is that since the last call.
    pub fn report(&mut self, now: Duration) -> ReportBlock {
        let (expected, received) = (self.sequence.expected(), self.sequence.received());
        let (expected_before, received_before) = core::mem::replace(&mut self.reported, (expected, received));
        let (last_sender_report, delay) = match self.sender_report {
            Some((middle, at)) => (middle, ntp::to_short(now.saturating_sub(at))),
            None => (0, 0),
        };
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: fraction_lost(
                expected.saturating_sub(expected_before),
                received - received_before,
            ),
            cumulative_lost: self.sequence.cumulative_lost(),
            highest_sequence: self.sequence.extended(),
            jitter: self.jitter.ticks(),
            last_sender_report,
            delay_since_sender_report: delay,
        }
    }

    /// The source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// What the sequence numbers tell: received, lost, late, duplicates.
    pub fn sequence(&self) -> &SequenceTracker {
        &self.sequence
    }

    /// Whether losses come alone.
    pub fn bursts(&self) -> &Bursts {
        &self.bursts
    }

    /// How unevenly the packets come.
    pub fn jitter(&self) -> &Jitter {
        &self.jitter
    }
}

/// Lost of expected in 1/256, 0 where duplicates outweigh the losses (RFC 3550 appendix A.3).
fn fraction_lost(expected: u64, received: u64) -> u8 {
    let lost = expected.saturating_sub(received);
    (lost * 256).checked_div(expected).map_or(0, |fraction| fraction.min(255) as u8)
}

/// What a sender counts for its reports (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transmission {
    /// Packets sent since the stream has this SSRC, modulo 2³².
    pub packets: u32,
    /// Octets of payload sent, without headers and padding, modulo 2³².
    pub octets: u32,
}

impl Transmission {
    /// Counts a packet with so many octets of payload.
    #[inline]
    pub fn count(&mut self, payload_octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload_octets as u32);
    }

    /// The sender's part of a report: `ntp` and `rtp_timestamp` name the same moment.
    pub fn info(&self, ntp: NtpTime, rtp_timestamp: u32) -> SenderInfo {
        SenderInfo { ntp, rtp_timestamp, packets: self.packets, octets: self.octets }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reception, Transmission, fraction_lost};
    use crate::{Arrival, Header, NtpTime};
    use core::time::Duration;

    fn header(sequence: u16) -> Header {
        Header { sequence, timestamp: u32::from(sequence) * 160, ..Header::default() }
    }

    #[test]
    fn the_fraction_is_that_of_the_interval() {
        let mut reception = Reception::new(1, 8_000);
        for sequence in [0, 1, 3, 4] {
            reception.receive(&header(sequence), Duration::ZERO);
        }
        assert_eq!(reception.report(Duration::ZERO).fraction_lost, 51); // one of five
        for sequence in 5..15 {
            reception.receive(&header(sequence), Duration::ZERO);
        }
        let block = reception.report(Duration::ZERO);
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.highest_sequence), (0, 1, 14));
    }

    #[test]
    fn a_source_is_news_once() {
        let mut reception = Reception::new(1, 8_000);
        assert!(!reception.has_news());
        reception.receive(&header(0), Duration::ZERO);
        assert!(reception.has_news());
        reception.report(Duration::ZERO);
        assert!(!reception.has_news());
        reception.receive(&header(0), Duration::ZERO);
        assert!(reception.has_news(), "a repeat was heard, too");
    }

    #[test]
    fn all_lost_fits_an_octet() {
        assert_eq!(fraction_lost(100, 0), 255);
        assert_eq!(fraction_lost(0, 0), 0);
        assert_eq!(fraction_lost(10, 20), 0);
    }

    #[test]
    fn the_last_sender_report_is_named_with_its_age() {
        let mut reception = Reception::new(1, 8_000);
        let info = Transmission::default().info(NtpTime(0xb44d_b705_2000_0000), 0);
        reception.handle_sender_report(&info, Duration::from_secs(100));
        let block = reception.report(Duration::from_millis(105_250));
        assert_eq!(block.last_sender_report, 0xb705_2000);
        assert_eq!(block.delay_since_sender_report, 0x0005_4000);
    }

    #[test]
    fn events_count_as_packets_and_not_as_jitter() {
        let mut reception = Reception::new(1, 8_000);
        reception.receive(&header(0), Duration::ZERO);
        for n in 1..10 {
            let event = Header { timestamp: 160, ..header(n) };
            assert_eq!(reception.receive_event(&event), Arrival::Next { missing: 0 });
        }
        reception.receive(&header(10), Duration::from_millis(200));
        assert_eq!((reception.jitter().ticks(), reception.sequence().lost()), (0, 0));
    }
}
