//! What it costs to record a call, both directions in G.711 to one WAV file: on the media thread, and on all threads together.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use media_bridge::measuring::RecordedCall;

/// Packets of 20 ms in a second, of each direction.
const SECOND: u32 = 50;

fn recording(c: &mut Criterion) {
    let payload: [u8; 160] = std::array::from_fn(|n| (n * 37) as u8);
    let path = std::env::temp_dir().join(format!("bench-recording-{}.wav", std::process::id()));
    let mut group = c.benchmark_group("recording, for each packet");
    // A second has a hundred packets; the rates that are shown are packets a second.
    group.throughput(Throughput::Elements(2 * u64::from(SECOND)));
    let mut call = RecordedCall::new(&path);
    group.bench_function("a second of both directions to WAV, all threads", |b| {
        b.iter(|| {
            for n in 0..SECOND {
                call.packets(black_box(&payload));
                if n % 5 == 4 {
                    call.turn();
                }
            }
        });
    });
    group.throughput(Throughput::Elements(2));
    let mut call = RecordedCall::new(&path);
    let mut packets = 0_u32;
    group.bench_function("a packet of each direction, on the media thread", |b| {
        b.iter_custom(|iterations| {
            let mut spent = std::time::Duration::ZERO;
            for _ in 0..iterations {
                let began = std::time::Instant::now();
                call.packets(black_box(&payload));
                spent += began.elapsed();
                packets += 1;
                if packets.is_multiple_of(5) {
                    call.turn();
                }
            }
            spent
        });
    });
    group.finish();
    // What cannot be removed stays in the folder for temporary files.
    let _ = std::fs::remove_file(&path);
}

criterion_group!(benches, recording);
criterion_main!(benches);
