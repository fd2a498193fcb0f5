//! Parsing and writing SIP and SDP.

use criterion::{Criterion, criterion_group, criterion_main};

fn signalling(c: &mut Criterion) {
    for operation in benches::parsing() {
        c.bench_function(operation.name, |b| {
            b.iter_custom(|rounds| {
                let mut work = operation.start();
                let begin = std::time::Instant::now();
                work.run(usize::try_from(rounds).unwrap_or(usize::MAX));
                begin.elapsed()
            });
        });
    }
}

criterion_group!(benches, signalling);
criterion_main!(benches);
