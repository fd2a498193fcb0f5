//! Finding an extension, and running dialplan.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use criterion::{Criterion, criterion_group, criterion_main};
use dialplan_vm::{Dialplan, Location, Machine, Outcome, SimpleHost, Step, compile};

fn plan(text: &str) -> Arc<Dialplan> {
    let files = MemoryFiles::from([("extensions.conf", text)]);
    let mut sources = SourceMap::new();
    let path = Path::new("extensions.conf");
    let (config, _) = load(path, &files, &mut sources, &LoadOptions::default());
    Arc::new(compile(&config).plan)
}

/// Extensions from 20000 upwards, and one pattern for a hundred of them.
fn phones(count: u32) -> String {
    let mut text = String::from("[phones]\n");
    for n in 0..count {
        let _ = match n % 100 {
            0 => writeln!(text, "exten => _{}XX,1,Dial(PJSIP/${{EXTEN}})", 500 + n / 100),
            _ => writeln!(text, "exten => {},1,Dial(PJSIP/{n})", 20_000 + n),
        };
    }
    text
}

fn matching(c: &mut Criterion) {
    let mut group = c.benchmark_group("dialplan, find an extension");
    for count in [10, 10_000] {
        let plan = plan(&phones(count));
        let last = (20_000 + count - 1).to_string();
        group.bench_function(format!("exact, among {count}"), |b| {
            b.iter(|| plan.find("phones", black_box(&last), None, 1).is_some());
        });
        group.bench_function(format!("by pattern, among {count}"), |b| {
            b.iter(|| plan.find("phones", black_box("50077"), None, 1).is_some());
        });
        group.bench_function(format!("more digits to come, among {count}"), |b| {
            b.iter(|| plan.matching("phones", black_box("200"), None));
        });
    }
    group.finish();
}

/// A hundred priorities: every fourth sets a variable from an expression.
fn hundred_steps() -> String {
    let mut text = String::from("[run]\nexten => 1,1,Set(n=0)\n");
    for step in 1..100 {
        text.push_str(match step % 4 {
            0 => " same => n,Set(n=$[${n} + 1])\n",
            1 => " same => n,NoOp(${EXTEN}: ${n} of ${CHANNEL})\n",
            2 => " same => n,GotoIf($[\"${n}\" = \"x\"]?99)\n",
            _ => " same => n,NoOp()\n",
        });
    }
    text
}

/// Runs to the end; returns the number of steps.
fn run(plan: &Arc<Dialplan>) -> usize {
    let mut host = SimpleHost::new();
    let mut machine = Machine::new(plan.clone(), Location::new("run", "1", 1));
    let mut steps = 0;
    while let Step::Run(call) = machine.step(&mut host) {
        steps += 1;
        if let Some((name, value)) = call.arguments.split_once('=').filter(|_| &*call.application == "Set") {
            let _ = dialplan_vm::assign(&mut host, name, value);
        }
        machine.complete(Outcome::Continue);
    }
    steps
}

fn running(c: &mut Criterion) {
    let plan = plan(&hundred_steps());
    assert_eq!(run(&plan), 100);
    c.bench_function("dialplan, run 100 steps", |b| b.iter(|| run(black_box(&plan))));
}

/// So many lines: extensions of ten steps each, as those of an office are.
fn lines(count: u32) -> String {
    let mut text = String::from("[office]\n");
    for n in 0..count {
        let _ = match n % 10 {
            0 => writeln!(text, "exten => {},1,NoOp(${{CALLERID(num)}} calls ${{EXTEN}})", 20_000 + n / 10),
            3 => writeln!(text, " same => n,GotoIf($[\"${{DIALSTATUS}}\" = \"BUSY\"]?busy)"),
            7 => writeln!(text, " same => n(busy),Playback(busy-{n})"),
            _ => writeln!(text, " same => n,Set(step{n}=${{EXTEN:1}})"),
        };
    }
    text
}

fn compiling(c: &mut Criterion) {
    let text = phones(10_000);
    c.bench_function("dialplan, read and compile 10,000 extensions", |b| b.iter(|| plan(black_box(&text))));
    let text = lines(100_000);
    let mut group = c.benchmark_group("dialplan, read and compile");
    group.sample_size(10);
    group.bench_function("100,000 lines", |b| b.iter(|| plan(black_box(&text))));
    group.finish();
}

criterion_group!(benches, matching, running, compiling);
criterion_main!(benches);
