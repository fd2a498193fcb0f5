//! A turn of the wheel with many legs that play the same: what each costs where the payload was made once for all, and where
//! each leg encodes for itself. The system call that sends it is not part of it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use media_bridge::Codec;
use media_bridge::benching::Players;

/// Legs.
const LISTENERS: usize = 1_000;

fn turns(c: &mut Criterion) {
    let mut group = c.benchmark_group("a turn of 1000 players");
    group.throughput(Throughput::Elements(LISTENERS as u64));
    for codec in [Codec::Pcmu, Codec::G722, Codec::Opus] {
        for (how, shared) in [("encoded once", true), ("encoded by each", false)] {
            // Opus for a thousand takes longer than a turn has.
            if codec == Codec::Opus && !shared {
                continue;
            }
            let mut players = Players::new(codec, LISTENERS, shared);
            group.bench_function(format!("{}, {how}", codec.name()), |b| b.iter(|| players.turn()));
        }
    }
    group.finish();
}

criterion_group!(benches, turns);
criterion_main!(benches);
