//! What is done for each packet of 20 ms: G.711 both ways, and mixing.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// Samples of 20 ms at 8 kHz.
const FRAME: usize = 160;

fn speech() -> [i16; FRAME] {
    std::array::from_fn(|n| ((n as f32 * 0.35).sin() * 9_000.0) as i16)
}

fn codecs(c: &mut Criterion) {
    let mut group = c.benchmark_group("g711, one frame of 20 ms");
    let (pcm, mut payload, mut decoded) = (speech(), [0_u8; FRAME], [0_i16; FRAME]);
    group.bench_function("mu-law encode", |b| b.iter(|| g711::ulaw::encode(black_box(&pcm), &mut payload)));
    group.bench_function("mu-law decode", |b| {
        b.iter(|| g711::ulaw::decode(black_box(&payload), &mut decoded))
    });
    group.bench_function("A-law encode", |b| b.iter(|| g711::alaw::encode(black_box(&pcm), &mut payload)));
    group
        .bench_function("A-law decode", |b| b.iter(|| g711::alaw::decode(black_box(&payload), &mut decoded)));
    group.bench_function("mu-law to A-law", |b| b.iter(|| g711::ulaw_to_alaw(black_box(&mut payload))));
    group.finish();
}

fn packets(c: &mut Criterion) {
    let mut packet = [0x55_u8; 12 + FRAME];
    packet[..12].copy_from_slice(&[0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4]);
    c.bench_function("rtp/parse a packet", |b| {
        b.iter(|| rtp::Packet::parse(black_box(&packet)).map(|p| p.sequence()))
    });
    c.bench_function("rtp/parse a packet, peer rtp-types", |b| {
        b.iter(|| rtp_types::RtpPacket::parse(black_box(&packet)).map(|p| p.sequence_number()))
    });
}

/// What a bridge does with a packet between receiving and sending it, without the two system calls: look at it, count
/// it, give it a place in the outgoing stream, write the new header.
fn forwarding(c: &mut Criterion) {
    use rtp::{Header, Kind, Packet, Reception, StreamRewriter};
    let mut stream = StreamRewriter::new(7, 100, 16_000, 8_000);
    let mut reception = Reception::new(0x0102_0304, 8_000);
    let mut packet = [0x55_u8; 12 + FRAME];
    let (mut sequence, mut timestamp, mut now) = (1_u16, 160_u32, Duration::ZERO);
    c.bench_function("rtp/forward a packet", |b| {
        b.iter(|| {
            let header = Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 0x0102_0304 };
            packet[..12].copy_from_slice(&header.to_bytes());
            let bytes = black_box(&mut packet);
            if rtp::classify(bytes) == Kind::Rtp
                && let Ok(parsed) = Packet::parse(bytes)
            {
                let incoming = parsed.header();
                reception.receive(&incoming, now);
                if let Some(outgoing) = stream.forward(&incoming, 8, now) {
                    outgoing.rewrite_valid(bytes);
                }
            }
            (sequence, timestamp) = (sequence.wrapping_add(1), timestamp.wrapping_add(160));
            now += Duration::from_millis(20);
        });
    });
}

/// What it costs more where the listener wants packets of 30 ms: the sound is copied in and out.
fn repacking(c: &mut Criterion) {
    use rtp::{Header, Repacker, StreamRewriter};
    let mut stream = StreamRewriter::new(7, 100, 16_000, 8_000);
    let mut repacker = Repacker::new(FRAME * 3 / 2);
    let (payload, mut packet) = ([0x55_u8; FRAME], [0_u8; 12 + 3 * FRAME]);
    let (mut sequence, mut timestamp, mut now) = (1_u16, 160_u32, Duration::ZERO);
    c.bench_function("rtp/repack and forward a packet of 20 ms into 30", |b| {
        b.iter(|| {
            let header = Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 0x0102_0304 };
            repacker.push(&header, black_box(&payload));
            while let Some((incoming, _)) = repacker.pop(&mut packet[12..]) {
                if let Some(outgoing) = stream.forward(&incoming, 8, now) {
                    packet[..12].copy_from_slice(&outgoing.to_bytes());
                }
                black_box(&mut packet);
            }
            (sequence, timestamp) = (sequence.wrapping_add(1), timestamp.wrapping_add(160));
            now += Duration::from_millis(20);
        });
    });
}

/// What a protected leg costs more for each packet that it sends or hears.
fn protection(c: &mut Criterion) {
    use rtp::srtp::{Inbound, MasterKey, Outbound, Suite};
    const PACKET: usize = 12 + FRAME;
    let mut group = c.benchmark_group("srtp, a packet of 172 octets");
    for suite in Suite::ALL {
        let Ok(key) = MasterKey::new(suite, &[7; 46][..suite.master_length()]) else { continue };
        let mut buffer = [0x55_u8; PACKET + Suite::MOST_ADDED];
        let (mut ours, mut sequence) = (Outbound::new(&key), 0_u16);
        group.bench_function(format!("protect, {suite}"), |b| {
            b.iter(|| {
                sequence = sequence.wrapping_add(1);
                let header = rtp::Header { sequence, ssrc: 7, ..Default::default() };
                header.write(&mut buffer);
                ours.protect_rtp(black_box(&mut buffer), PACKET)
            });
        });
        // One round of numbers, protected beforehand; each round is heard by somebody new.
        let mut sender = Outbound::new(&key);
        let packets: Vec<_> = (0..=u16::MAX)
            .filter_map(|sequence| {
                let header = rtp::Header { sequence, ssrc: 7, ..Default::default() };
                header.write(&mut buffer);
                sender.protect_rtp(&mut buffer, PACKET).ok().map(|length| (buffer, length))
            })
            .collect();
        let (mut theirs, mut next) = (Inbound::new(&key), 0);
        group.bench_function(format!("unprotect, {suite}"), |b| {
            b.iter(|| {
                if next == packets.len() {
                    (theirs, next) = (Inbound::new(&key), 0);
                }
                let (mut packet, length) = packets[next];
                next += 1;
                let heard = theirs.unprotect_rtp(black_box(&mut packet[..length]));
                assert_eq!(heard, Ok(PACKET));
            });
        });
    }
    group.finish();
}

fn mixing(c: &mut Criterion) {
    let voices = [speech(); 10];
    let (mut sum, mut out) = ([0_i32; FRAME], [0_i16; FRAME]);
    c.bench_function("mix/ten voices, each hears the others", |b| {
        b.iter(|| {
            sum.fill(0);
            voices.iter().for_each(|voice| audio::mix::accumulate(&mut sum, black_box(voice)));
            voices.iter().for_each(|voice| audio::mix::minus(&sum, voice, &mut out));
            out[0]
        });
    });
}

criterion_group!(benches, codecs, packets, forwarding, repacking, protection, mixing);
criterion_main!(benches);
