//! RTCP on the virtual clock: round trips, goodbyes, what the peer reports.

use rtp::NtpTime;
use rtp::rtcp::{Compound, CompoundWriter, Packet as Control, ReportBlock};

use super::*;

pub(super) fn rtcp_peer() -> SocketAddr {
    SocketAddr::new(peer().ip(), peer().port() + 1)
}

/// The leg's next report, and the sender's part of it.
pub(super) fn next_report(bench: &mut Bench) -> (Vec<u8>, Option<rtp::rtcp::SenderInfo>) {
    let mut buffer = [0; 2_048];
    for _ in 0..1_000 {
        bench.pass(20);
        if let Some(outgoing) = bench.leg.report(bench.now, &mut buffer) {
            let report = buffer[..outgoing.length].to_vec();
            let info = Compound::parse(&report).unwrap().packets().find_map(|packet| match packet {
                Control::SenderReport(report) => Some(report.info),
                _ => None,
            });
            return (report, info);
        }
    }
    panic!("no report in twenty seconds");
}

fn answer(block: ReportBlock) -> Vec<u8> {
    let mut buffer = [0; 256];
    let mut writer = CompoundWriter::new(&mut buffer);
    writer.receiver_report(9, &[block]).unwrap();
    let length = writer.finish();
    buffer[..length].to_vec()
}

#[test]
fn an_answered_sender_report_tells_the_round_trip() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    a.leg.play(Pcm::new(8_000, vec![1; 8_000]).into(), PlayToken(1));
    a.ticks(50);
    let (_, info) = next_report(&mut a);
    let last_sender_report = info.expect("a leg that sent reports as a sender").ntp.middle();
    // The peer thinks for two seconds; both ways take 140 ms.
    a.pass(2_140);
    let block = ReportBlock {
        ssrc: 0x5EED,
        fraction_lost: 0,
        cumulative_lost: 3,
        highest_sequence: 549,
        jitter: 40,
        last_sender_report,
        delay_since_sender_report: 2 << 16,
    };
    a.leg.hear_rtcp(a.now, rtcp_peer(), &answer(block));
    let counted = a.leg.counters.snapshot();
    let round_trip = counted.round_trip.unwrap();
    assert!(round_trip.abs_diff(Duration::from_millis(140)) < Duration::from_millis(1), "{round_trip:?}");
    assert_eq!((counted.remote_lost, counted.remote_jitter), (3, Duration::from_millis(5)));
    // What it says about somebody else's stream is not ours.
    a.leg.hear_rtcp(a.now, rtcp_peer(), &answer(ReportBlock { ssrc: 1, cumulative_lost: 77, ..block }));
    assert_eq!(a.leg.counters.snapshot().remote_lost, 3);
}

#[test]
fn the_peers_sender_report_is_answered_with_its_delay() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    let ntp = NtpTime(0x1234_5678_9ABC_DEF0);
    let info = rtp::rtcp::SenderInfo { ntp, rtp_timestamp: 1, packets: 1, octets: 160 };
    let mut buffer = [0; 256];
    let mut writer = CompoundWriter::new(&mut buffer);
    writer.sender_report(9, &info, &[]).unwrap();
    let length = writer.finish();
    a.leg.hear_rtcp(a.now, rtcp_peer(), &buffer[..length]);
    let heard_at = a.now;
    let (report, _) = next_report(&mut a);
    let compound = Compound::parse(&report).unwrap();
    let Some(Control::ReceiverReport(first)) = compound.packets().next() else { panic!("a receiver report") };
    let block = first.blocks().next().unwrap();
    assert_eq!(block.last_sender_report, ntp.middle());
    let delay = Duration::from_secs_f64(f64::from(block.delay_since_sender_report) / 65_536.0);
    assert!(delay.abs_diff(a.now - heard_at) < Duration::from_millis(1));
}

#[test]
fn a_goodbye_names_the_stream() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    a.leg.play(Pcm::new(8_000, vec![1; 160]).into(), PlayToken(1));
    a.ticks(1);
    let mut buffer = [0; 2_048];
    let goodbye = a.leg.goodbye(a.now, &mut buffer).unwrap();
    assert_eq!(goodbye.to, rtcp_peer());
    let compound = Compound::parse(&buffer[..goodbye.length]).unwrap();
    let Some(Control::Goodbye(last)) = compound.packets().last() else { panic!("a goodbye ends it") };
    assert!(last.sources().eq([0x5EED]));
}

#[test]
fn one_that_never_spoke_leaves_without_a_word() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    let mut buffer = [0; 2_048];
    assert!(a.leg.goodbye(a.now, &mut buffer).is_none());
    next_report(&mut a);
    assert!(a.leg.goodbye(a.now, &mut buffer).is_some());
}

#[test]
fn reports_share_the_rtp_port_where_that_was_agreed() {
    let mut a = Bench::new(LegSettings { rtcp_mux: true, ..settings(Codec::Pcmu) });
    next_report(&mut a);
    let mut buffer = [0; 2_048];
    assert_eq!(a.leg.goodbye(a.now, &mut buffer).map(|goodbye| goodbye.to), Some(peer()));
    assert!(a.leg.muxes_rtcp());
}

#[test]
fn a_leg_whose_peer_talks_to_somebody_else_reports_nothing() {
    let mut a = Bench::new(LegSettings { away: true, ..settings(Codec::Pcmu) });
    let mut buffer = [0; 2_048];
    let reports = |bench: &mut Bench, buffer: &mut [u8]| {
        (0..1_000)
            .filter(|_| {
                bench.pass(20);
                bench.leg.report(bench.now, buffer).is_some()
            })
            .count()
    };
    assert_eq!(reports(&mut a, &mut buffer), 0);
    a.leg.configure(a.now, settings(Codec::Pcmu));
    assert!(reports(&mut a, &mut buffer) > 0, "it is back");
}

/// The blocks of a report, and whether it is one of a sender.
fn blocks(report: &[u8]) -> (bool, usize) {
    match Compound::parse(report).unwrap().packets().next() {
        Some(Control::SenderReport(report)) => (true, report.blocks().len()),
        Some(Control::ReceiverReport(report)) => (false, report.blocks().len()),
        other => panic!("{other:?} begins it"),
    }
}

#[test]
fn a_sender_that_falls_silent_is_one_for_two_reports() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    a.leg.play(Pcm::new(8_000, vec![1; 160]).into(), PlayToken(1));
    a.ticks(1);
    let mut kinds = [false; 4];
    for kind in &mut kinds {
        *kind = blocks(&next_report(&mut a).0).0;
    }
    assert_eq!(kinds, [true, true, false, false]);
}

#[test]
fn nothing_is_said_of_a_peer_that_has_said_goodbye_until_it_is_back() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let goodbye = |source: u32| {
        let mut buffer = [0; 256];
        let mut writer = CompoundWriter::new(&mut buffer);
        writer.receiver_report(source, &[]).unwrap();
        writer.goodbye(&[source], "").unwrap();
        let length = writer.finish();
        buffer[..length].to_vec()
    };
    let speak = |bench: &mut Bench| {
        let packet = bench.packet(0, &[0; 160]);
        bench.hear(&packet);
    };
    speak(&mut a);
    a.leg.hear_rtcp(a.now, rtcp_peer(), &goodbye(10));
    assert_eq!(blocks(&next_report(&mut a).0), (false, 1), "somebody else has left");
    speak(&mut a);
    a.leg.hear_rtcp(a.now, rtcp_peer(), &goodbye(9));
    assert_eq!(blocks(&next_report(&mut a).0), (false, 0));
    assert_eq!(a.leg.counters.snapshot().packets_received, 2, "what is known stays");
    speak(&mut a);
    assert_eq!(blocks(&next_report(&mut a).0), (false, 1), "it is back");
}

#[test]
fn nothing_is_said_of_a_peer_that_was_not_heard_since() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    assert_eq!(blocks(&next_report(&mut a).0), (false, 0));
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    assert_eq!(blocks(&next_report(&mut a).0), (false, 1));
    assert_eq!(blocks(&next_report(&mut a).0), (false, 0));
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    assert_eq!(blocks(&next_report(&mut a).0), (false, 1));
    assert_eq!(a.leg.counters.snapshot().remote_ssrc, 9);
}

/// The next packet of the peer under that SSRC, so many numbers after the last one.
fn speak_after(bench: &mut Bench, step: u16, ssrc: u32) -> Vec<u8> {
    bench.sequence = bench.sequence.wrapping_add(step - 1);
    let mut packet = bench.packet(0, &[0; 160]);
    packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
    bench.hear(&packet);
    bench.pass(20);
    packet
}

#[test]
fn packets_that_came_twice_hide_no_loss() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    for n in 0..10 {
        let packet = speak_after(&mut a, if n == 5 { 4 } else { 1 }, 9);
        a.hear(&packet);
    }
    a.leg.attend(a.now);
    assert_eq!(a.leg.counters.snapshot().lost, 3);
}

#[test]
fn what_streams_before_the_last_one_lost_stays_counted() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    for (step, ssrc) in [(1, 9), (3, 9), (1, 9), (500, 10), (2, 10), (7, 9), (1, 9)] {
        speak_after(&mut a, step, ssrc);
    }
    a.leg.attend(a.now);
    let counted = a.leg.counters.snapshot();
    assert_eq!((counted.lost, counted.packets_received), (2 + 1, 7));
}

#[test]
fn a_call_that_ends_before_its_first_report_is_known_as_well() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    assert_eq!(a.leg.counters.snapshot().ssrc, 0x5EED);
    speak_after(&mut a, 1, 9);
    assert_eq!(a.leg.counters.snapshot().remote_ssrc, 9);
    a.leg.attend(a.now);
    assert!(a.leg.counters.snapshot().r_factor.is_some_and(|rating| rating > 90));
}
