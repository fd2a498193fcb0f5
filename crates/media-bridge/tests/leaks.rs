//! A thousand calls come and go, and nothing of them stays: no port, descriptor, thread or memory.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where its machine fails")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use media_bridge::{
    Backend, Bridge, Codec, Leg, LegConfig, LegSettings, MediaConfig, MediaEngine, Passage, PassedFormat,
    PassedRole, PictureRequest,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const CALLS: usize = 1_000;

/// What the engine may keep of a thousand calls for its next ones.
const ROOM: isize = 16 * 1_024;

/// Further thousands.
const ROUNDS: usize = 4;

fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// Threads of this process, without those that the kernel lends to `io_uring` now and then.
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| !name.starts_with("iou-")).count()
}

/// A call with audio and video.
fn call(engine: &MediaEngine) -> ([Leg; 4], [Bridge; 2]) {
    let phone = SocketAddr::new(LOCAL, 9);
    let open = |near: Option<&Leg>| {
        let leg = engine.open_leg(LegConfig::new(LOCAL, |_| {}).near(near.map(Leg::id))).unwrap();
        leg.configure(LegSettings::new(Some(phone), Codec::Pcmu));
        leg
    };
    let first = open(None);
    let second = open(Some(&first));
    let bridge = engine.bridge(&first, &second);
    let video = [&first, &second].map(|audio| {
        let leg = audio.open_beside(LegConfig::new(LOCAL, |_| {})).unwrap();
        let format = PassedFormat { name: 1, send: 97, receive: 96, role: PassedRole::Data };
        let pictures = PictureRequest::Loss;
        let passage = Passage { formats: vec![format], clock_rate: 90_000, pictures };
        leg.pass(LegSettings::new(Some(phone), Codec::Pcmu), passage);
        leg
    });
    let bridges = [bridge, engine.bridge(&video[0], &video[1])];
    let [third, fourth] = video;
    ([first, second, third, fourth], bridges)
}

/// So many calls one after the other, a few of them at a time.
fn come_and_go(engine: &MediaEngine) {
    for _ in 0..CALLS / 20 {
        let calls: Vec<_> = (0..20).map(|_| call(engine)).collect();
        drop(calls);
    }
    until(|| engine.open_legs() == 0 && engine.ports_in_use() == 0);
}

/// What is still there of the memory that was taken meanwhile.
fn kept_by(work: impl FnOnce()) -> isize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.bytes_allocated as isize - change.bytes_deallocated as isize
}

fn until(done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < patience, "it does not come to its end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

// One test, for descriptors and memory are those of the whole process.
#[test]
fn a_thousand_calls_leave_nothing_behind() {
    for backend in [Backend::Uring, Backend::Epoll, Backend::Portable] {
        if !backend.is_available() {
            continue;
        }
        let (descriptors, before) = (entries("/proc/self/fd"), threads());
        let config = MediaConfig {
            threads: Some(2),
            ports: 40_000..=49_999,
            // Sockets that rest are kept on purpose.
            parked_pairs: 0,
            backend,
            ..MediaConfig::default()
        };
        let engine = MediaEngine::start(config).unwrap();
        // Whoever has looked whether it can be had may still be on its way out.
        until(|| threads() == before + 2);
        let idle = entries("/proc/self/fd");
        come_and_go(&engine);
        // What each thousand keeps is lost; what one of them keeps is room that a table has doubled to.
        let kept: Vec<isize> = (0..ROUNDS).map(|_| kept_by(|| come_and_go(&engine))).collect();
        assert!(kept.iter().any(|kept| *kept < ROOM), "{backend:?} keeps {kept:?} octets");
        until(|| entries("/proc/self/fd") == idle);
        until(|| threads() == before + 2);
        drop(engine);
        until(|| threads() == before && entries("/proc/self/fd") == descriptors);
    }
}
