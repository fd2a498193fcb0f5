//! Extended reports on the virtual clock (RFC 3611).

use rtp::NtpTime;
use rtp::rtcp::extended::{Block, DelayBlock, DelayBlocks, Quality, VoipMetrics};
use rtp::rtcp::{Compound, CompoundWriter, Packet as Control};

use super::reports::{next_report, rtcp_peer};
use super::*;
use crate::settings::ExtendedReports;

fn wanting(voip_metrics: bool, round_trip: bool) -> Bench {
    let extended_reports = ExtendedReports { voip_metrics, round_trip };
    Bench::new(LegSettings { extended_reports, ..settings(Codec::Pcmu) })
}

/// Takes in a report of the peer's with that block.
fn tell(bench: &mut Bench, block: Block<'_>) {
    let mut buffer = [0; 256];
    let mut writer = CompoundWriter::new(&mut buffer);
    writer.receiver_report(9, &[]).unwrap();
    writer.extended_report(9, &[block]).unwrap();
    let length = writer.finish();
    bench.leg.hear_rtcp(bench.now, rtcp_peer(), &buffer[..length]);
}

/// Looks at the blocks of the leg's next report.
fn next_blocks<T>(bench: &mut Bench, look: impl Fn(Block<'_>) -> Option<T>) -> Vec<T> {
    let (report, _) = next_report(bench);
    let compound = Compound::parse(&report).unwrap();
    let extended = compound.packets().filter_map(|packet| match packet {
        Control::ExtendedReport(report) => Some(report),
        _ => None,
    });
    extended.flat_map(|report| report.blocks()).filter_map(look).collect()
}

fn metrics(bench: &mut Bench) -> VoipMetrics {
    let found = next_blocks(bench, |block| match block {
        Block::VoipMetrics(metrics) => Some(metrics),
        _ => None,
    });
    found[0]
}

#[test]
fn who_asks_for_nothing_gets_nothing() {
    let mut a = wanting(false, false);
    let packet = a.packet(0, &[0xFF; 160]);
    a.hear(&packet);
    tell(&mut a, Block::ReferenceTime(NtpTime(7)));
    assert_eq!(next_blocks(&mut a, |_| Some(())), []);
}

#[test]
fn metrics_tell_losses_and_what_they_come_to() {
    let mut a = wanting(true, false);
    for n in 0..400 {
        let packet = a.packet(0, &[0xFF; 160]);
        // Four in a row are lost, twice.
        if !(100..104).contains(&n) && !(300..304).contains(&n) {
            a.hear(&packet);
        }
        a.pass(20);
    }
    let told = metrics(&mut a);
    assert_eq!((told.ssrc, told.loss_rate, told.discard_rate), (9, 5, 0));
    assert_eq!((told.burst_density, told.gap_density, told.gap_minimum), (255, 0, 16));
    assert_eq!(told.burst, Duration::from_millis(80));
    let rated = told.quality.r_factor.unwrap();
    assert!((80..92).contains(&rated), "{rated}");
    assert!((40..45).contains(&told.quality.listening_tenths.unwrap()));
    assert_eq!(a.leg.counters.snapshot().r_factor, Some(rated));
}

#[test]
fn before_anything_was_heard_there_are_no_metrics() {
    assert_eq!(next_blocks(&mut wanting(true, false), |_| Some(())), []);
}

#[test]
fn a_reference_time_is_answered_once() {
    let mut a = wanting(false, true);
    a.leg.play(Pcm::new(8_000, vec![1; 160]).into(), PlayToken(1));
    a.ticks(1);
    let sent = NtpTime::from_unix(Duration::from_secs(1_000));
    tell(&mut a, Block::ReferenceTime(sent));
    let heard_at = a.now;
    let delays = |block: Block<'_>| match block {
        Block::Delay(delays) => delays.iter().next(),
        _ => None,
    };
    let answers = next_blocks(&mut a, delays);
    assert_eq!((answers[0].ssrc, answers[0].last_reference), (9, sent.middle()));
    let kept = Duration::from_secs_f64(f64::from(answers[0].delay) / 65_536.0);
    assert!(kept.abs_diff(a.now - heard_at) < Duration::from_millis(1));
    assert_eq!(next_blocks(&mut a, delays), []);
}

#[test]
fn who_only_listens_learns_the_round_trip_too() {
    let mut a = wanting(false, true);
    let sent = next_blocks(&mut a, |block| match block {
        Block::ReferenceTime(time) => Some(time),
        _ => None,
    })[0];
    a.pass(1_090);
    let answer = DelayBlock::new(0x5EED, sent, Duration::from_secs(1)).to_bytes();
    tell(&mut a, Block::Delay(DelayBlocks::new(&answer).unwrap()));
    let told = a.leg.counters.snapshot();
    assert!(told.round_trip.unwrap().abs_diff(Duration::from_millis(90)) < Duration::from_millis(1));
    assert!((told.round_trip_spread.mean - 0.09).abs() < 0.001);
}

#[test]
fn what_the_peer_hears_is_shown() {
    let mut a = wanting(true, true);
    let quality = Quality { r_factor: Some(71), ..Quality::default() };
    tell(&mut a, Block::VoipMetrics(VoipMetrics { ssrc: 4, quality, ..VoipMetrics::default() }));
    assert_eq!(a.leg.counters.snapshot().remote_r_factor, None, "of somebody else");
    tell(&mut a, Block::VoipMetrics(VoipMetrics { ssrc: 0x5EED, quality, ..VoipMetrics::default() }));
    assert_eq!(a.leg.counters.snapshot().remote_r_factor, Some(71));
}

#[test]
fn figures_spread_over_the_reports() {
    let mut a = wanting(false, false);
    for jitter in [80, 160, 240] {
        let block = rtp::rtcp::ReportBlock { ssrc: 0x5EED, jitter, fraction_lost: 64, ..Default::default() };
        let mut buffer = [0; 64];
        let mut writer = CompoundWriter::new(&mut buffer);
        writer.receiver_report(9, &[block]).unwrap();
        let length = writer.finish();
        a.leg.hear_rtcp(a.now, rtcp_peer(), &buffer[..length]);
    }
    let told = a.leg.counters.snapshot();
    let jitter = told.remote_jitter_spread;
    assert_eq!((jitter.least, jitter.most), (0.01, 0.03));
    assert!((jitter.mean - 0.02).abs() < 1e-9 && (jitter.deviation - 0.008_165).abs() < 1e-5);
    assert_eq!((told.remote_loss_spread.mean, told.remote_loss_spread.deviation), (25.0, 0.0));
}
