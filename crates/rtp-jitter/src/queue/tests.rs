//! The queue on a virtual clock, by its decisions.

use core::time::Duration;

use super::PacketQueue;
use crate::config::{Adaptive, Config, Mode};
use crate::packet::{Content, Decision, Insertion, PacketInfo, Stretch};

/// What one tick of 20 ms was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    Packet(u16),
    Lost,
    Wait,
    Silence,
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A delay of 40 ms from the beginning, and no stretching: ticks and packets stay together.
fn steady() -> Config {
    let mode = Mode::Adaptive(Adaptive { min: millis(40), ..Adaptive::default() });
    Config { mode, stretch: false, ..Config::adaptive(8_000) }
}

struct Rig {
    queue: PacketQueue,
    /// Milliseconds.
    now: u64,
}

impl Rig {
    fn new(config: Config) -> Self {
        Self { queue: PacketQueue::new(config).unwrap(), now: 0 }
    }

    /// A packet of 20 ms by its number; time 0 is that of packet 0.
    fn insert(&mut self, number: u16) -> Insertion {
        self.insert_at(number, 160 * u32::from(number))
    }

    fn insert_at(&mut self, sequence: u16, timestamp: u32) -> Insertion {
        let info = PacketInfo { sequence, timestamp, ..PacketInfo::default() };
        self.queue.insert(millis(self.now), info, &[sequence as u8; 160])
    }

    fn insert_other(&mut self, sequence: u16, timestamp: u32, content: Content) {
        let info = PacketInfo { sequence, timestamp, content, ..PacketInfo::default() };
        self.queue.insert(millis(self.now), info, &[60]);
    }

    /// The next 20 ms; time passes.
    fn tick(&mut self) -> Tick {
        let now = millis(self.now);
        self.now += 20;
        match self.queue.next(now, 160, 160) {
            Decision::Decode { packet, skip, .. } => {
                assert_eq!((packet.payload, skip), (&[packet.info.sequence as u8; 160][..], 0));
                let heard = Tick::Packet(packet.info.sequence);
                self.queue.decoded(160);
                heard
            }
            Decision::Lost { ticks, .. } => {
                assert_eq!(ticks, 160);
                Tick::Lost
            }
            Decision::Wait => Tick::Wait,
            Decision::Silence { .. } => Tick::Silence,
        }
    }

    /// Packets of these numbers come one a tick, at their time; what was heard.
    fn run(&mut self, numbers: impl IntoIterator<Item = u16>) -> Vec<Tick> {
        let mut heard = Vec::new();
        for number in numbers {
            self.insert(number);
            heard.push(self.tick());
        }
        heard
    }

    /// The same, where some packets do not come.
    fn run_without(&mut self, lost: &[u16], numbers: core::ops::Range<u16>) -> Vec<Tick> {
        let insert_and_tick = |number| {
            if !lost.contains(&number) {
                self.insert(number);
            }
            self.tick()
        };
        numbers.map(insert_and_tick).collect()
    }

    /// A stream that has begun: 50 packets have come, of which the last two are not yet heard.
    fn begun(config: Config) -> Self {
        let mut rig = Self::new(config);
        let heard = rig.run(0..50);
        assert_eq!(heard[..3], [Tick::Silence, Tick::Silence, Tick::Packet(0)]);
        assert_eq!(heard[49], Tick::Packet(47));
        rig
    }
}

#[test]
fn an_even_stream_is_played_as_it_came() {
    let mut rig = Rig::begun(steady());
    assert_eq!(rig.tick(), Tick::Packet(48));
    let counted = rig.queue.statistics();
    assert_eq!((counted.received, counted.lost, counted.discarded, counted.duplicates), (50, 0, 0, 0));
    assert_eq!((counted.concealed, counted.silent), (Duration::ZERO, millis(40)));
    assert_eq!((counted.delay, counted.target_delay), (millis(40), millis(40)));
}

#[test]
fn order_is_restored_and_repeats_are_dropped() {
    let mut rig = Rig::begun(steady());
    assert_eq!(rig.insert(51), Insertion::Queued);
    assert_eq!(rig.tick(), Tick::Packet(48));
    assert_eq!(rig.insert(50), Insertion::Queued);
    assert_eq!(rig.insert(51), Insertion::Duplicate);
    assert_eq!(rig.insert(48), Insertion::Duplicate);
    let heard: Vec<Tick> = (0..3).map(|_| rig.tick()).collect();
    assert_eq!(heard, [49, 50, 51].map(Tick::Packet));
    assert_eq!((rig.queue.statistics().lost, rig.queue.statistics().duplicates), (0, 2));
}

#[test]
fn a_lost_packet_is_concealed_and_one_that_comes_later_is_late() {
    let mut rig = Rig::begun(steady());
    let heard = rig.run_without(&[50], 50..54);
    assert_eq!(heard, [Tick::Packet(48), Tick::Packet(49), Tick::Lost, Tick::Packet(51)]);
    assert_eq!(rig.queue.statistics().lost, 1);
    assert_eq!(rig.insert(50), Insertion::Late);
    assert_eq!(rig.insert(50), Insertion::Duplicate);
    let counted = rig.queue.statistics();
    assert_eq!((counted.lost, counted.discarded, counted.concealed), (0, 1, millis(20)));
}

#[test]
fn the_copy_in_the_next_packet_is_offered() {
    let mut rig = Rig::begun(steady());
    rig.run_without(&[50], 50..52);
    match rig.queue.next(millis(rig.now), 160, 160) {
        Decision::Lost { ticks: 160, next: Some((0, payload)) } => assert_eq!(payload, [51; 160]),
        other => panic!("{other:?}"),
    }
    rig.queue.decoded(160);
    assert_eq!(rig.queue.statistics().concealed, Duration::ZERO);
    rig.now += 20;
    assert_eq!(rig.tick(), Tick::Packet(51));
    assert_eq!(rig.queue.statistics().lost, 1);
}

#[test]
fn half_of_a_packet_is_better_than_none() {
    let mut rig = Rig::begun(steady());
    rig.run_without(&[50], 50..52);
    assert!(matches!(rig.queue.next(millis(rig.now), 80, 80), Decision::Lost { ticks: 80, .. }));
    rig.insert(50);
    match rig.queue.next(millis(rig.now + 10), 80, 80) {
        Decision::Decode { packet, skip: 80, .. } => assert_eq!(packet.info.sequence, 50),
        other => panic!("{other:?}"),
    }
    rig.queue.decoded(160);
    rig.now += 20;
    assert_eq!(rig.tick(), Tick::Packet(51));
    assert_eq!((rig.queue.statistics().lost, rig.queue.statistics().discarded), (0, 0));
}

#[test]
fn a_network_that_stands_still_delays_and_loses_nothing() {
    let mut rig = Rig::begun(steady());
    let heard: Vec<Tick> = (0..5).map(|_| rig.tick()).collect();
    assert_eq!(heard, [Tick::Packet(48), Tick::Packet(49), Tick::Wait, Tick::Wait, Tick::Wait]);
    (50..55).for_each(|number| assert_eq!(rig.insert(number), Insertion::Queued));
    assert_eq!(rig.run(55..58), [50, 51, 52].map(Tick::Packet));
    let counted = rig.queue.statistics();
    assert_eq!((counted.lost, counted.concealed, counted.longest_delay), (0, millis(60), millis(100)));
}

#[test]
fn what_was_concealed_while_waiting_stands_for_what_was_lost() {
    let mut rig = Rig::begun(steady());
    for expected in [Tick::Packet(48), Tick::Packet(49), Tick::Wait, Tick::Wait] {
        assert_eq!(rig.tick(), expected); // 50 and 51 never come
    }
    assert_eq!(rig.run([52, 53, 54]), [52, 53, 54].map(Tick::Packet));
    assert_eq!((rig.queue.statistics().lost, rig.queue.statistics().concealed), (2, millis(40)));
}

#[test]
fn losses_shorten_a_delay_that_is_too_long() {
    let mut rig = Rig::begun(steady());
    for _ in 0..5 {
        rig.tick();
    }
    for number in 50..56 {
        rig.insert(number);
    }
    let heard = rig.run([58, 59, 60, 61, 62, 63, 64]);
    // 56 and 57 are lost, and 60 ms of delay too much: 50 of these are not concealed.
    assert_eq!(heard[..6], [50, 51, 52, 53, 54, 55].map(Tick::Packet));
    assert_eq!(heard[6], Tick::Packet(58));
    assert_eq!(rig.queue.statistics().accelerated, millis(40));
}

#[test]
fn numbers_wrap() {
    let mut rig = Rig::new(steady());
    for n in 0..200_u16 {
        rig.insert_at(65_500_u16.wrapping_add(n), (u32::MAX - 3_000).wrapping_add(160 * u32::from(n)));
        let heard = rig.tick();
        if n > 1 {
            assert_eq!(heard, Tick::Packet(65_498_u16.wrapping_add(n)));
        }
    }
    assert_eq!(rig.queue.statistics().lost, 0);
}

#[test]
fn another_stream_begins_with_its_second_packet() {
    let mut rig = Rig::begun(steady());
    assert_eq!(rig.insert(20_000), Insertion::Stray);
    assert_eq!(rig.insert(20_001), Insertion::Began);
    let heard: Vec<Tick> = (0..3).map(|_| rig.tick()).collect();
    assert_eq!(heard, [Tick::Silence, Tick::Silence, Tick::Packet(20_001)]);

    let info = PacketInfo { sequence: 20_002, timestamp: 5, ssrc: 9, ..PacketInfo::default() };
    assert_eq!(rig.queue.insert(millis(rig.now), info, &[0; 160]), Insertion::Stray);
    let info = PacketInfo { sequence: 20_003, ..info };
    assert_eq!(rig.queue.insert(millis(rig.now), info, &[0; 160]), Insertion::Began);
    assert_eq!(rig.queue.statistics().streams, 3);
}

#[test]
fn timestamps_that_jump_do_not_stop_the_sound() {
    for jump in [1_000_000_u32, 0_u32.wrapping_sub(1_000_000)] {
        let mut rig = Rig::begun(steady());
        for n in 50..100_u16 {
            assert_eq!(rig.insert_at(n, (160 * u32::from(n)).wrapping_add(jump)), Insertion::Queued);
            assert_eq!(rig.tick(), Tick::Packet(n - 2));
        }
        assert_eq!(rig.queue.statistics().concealed, Duration::ZERO);
    }
}

#[test]
fn a_source_that_stops_its_clock_is_followed() {
    let mut rig = Rig::begun(steady());
    // Ten seconds that it does not count.
    for _ in 0..500 {
        rig.tick();
    }
    let concealed = rig.queue.statistics().concealed;
    assert!(concealed <= millis(1_000), "{concealed:?}");
    let heard = rig.run(50..80);
    assert_eq!(heard[29], Tick::Packet(77));
    assert_eq!(rig.queue.statistics().target_delay, millis(40));
    assert_eq!(rig.queue.statistics().discarded, 0);
}

#[test]
fn a_pause_is_no_loss() {
    let mut rig = Rig::begun(steady());
    for _ in 0..12 {
        rig.tick();
    }
    // The numbers go on, the time was counted: 200 ms without a packet.
    let heard: Vec<Tick> = (50..55)
        .map(|n| {
            rig.insert_at(n, 160 * (u32::from(n) + 12));
            rig.tick()
        })
        .collect();
    assert_eq!(heard[..3], [Tick::Silence, Tick::Silence, Tick::Packet(50)]);
    let counted = rig.queue.statistics();
    assert_eq!((counted.lost, counted.concealed), (0, Duration::ZERO));
    assert!(counted.silent > millis(240));
}

#[test]
fn comfort_noise_fills_pauses() {
    let mut rig = Rig::begun(steady());
    rig.insert_other(50, 50 * 160, Content::ComfortNoise);
    assert_eq!([rig.tick(), rig.tick()], [48, 49].map(Tick::Packet));
    let noise = Decision::Silence { comfort_noise: Some(&[60]) };
    assert_eq!(rig.queue.next(millis(rig.now), 160, 160), noise);
    rig.now += 100;
    assert_eq!(rig.queue.next(millis(rig.now), 160, 160), noise);
    assert_eq!(rig.queue.statistics().concealed, Duration::ZERO);
}

#[test]
fn events_take_numbers_and_no_sound() {
    let mut rig = Rig::begun(steady());
    for n in 50..60 {
        rig.insert_other(n, 50 * 160, Content::Other); // one event, told of every 20 ms
        rig.tick();
    }
    let heard = rig.run(60..65);
    assert!(heard.ends_with(&[60, 61, 62].map(Tick::Packet)), "{heard:?}");
    let counted = rig.queue.statistics();
    assert_eq!((counted.lost, counted.concealed, counted.target_delay), (0, Duration::ZERO, millis(40)));
}

#[test]
fn packets_may_become_longer_and_shorter() {
    let mut queue = PacketQueue::new(steady()).unwrap();
    let lengths = [(160_u32, 40), (480, 40), (80, 80), (240, 40)];
    let mut packets = Vec::new();
    let mut timestamp = 0_u32;
    for ticks in lengths.iter().flat_map(|(ticks, count)| (0..*count).map(|_| *ticks)) {
        // A packet comes when it has been spoken.
        packets.push((timestamp + ticks, timestamp, ticks));
        timestamp += ticks;
    }
    let mut coming = packets.iter().zip(0_u16..).peekable();
    let mut heard = 0;
    for now in (0..u64::from(timestamp) / 8 + 200).step_by(10) {
        while let Some(((_, timestamp, ticks), sequence)) =
            coming.next_if(|((at, ..), _)| *at <= 8 * now as u32)
        {
            let info = PacketInfo { sequence, timestamp: *timestamp, ..PacketInfo::default() };
            queue.insert(millis(now), info, &[0; 480][..*ticks as usize]);
        }
        if heard > now as u32 * 8 {
            continue; // there is sound left
        }
        match queue.next(millis(now), 80, 80) {
            Decision::Decode { packet, .. } => {
                let ticks = packet.payload.len() as u32;
                queue.decoded(ticks);
                heard += ticks;
            }
            Decision::Lost { .. } => panic!("nothing is lost"),
            Decision::Wait | Decision::Silence { .. } => {}
        }
    }
    assert_eq!((heard, queue.statistics().discarded), (timestamp, 0));
}

#[test]
fn too_many_packets_push_out_the_oldest() {
    let mut rig = Rig::new(Config { capacity: 8, ..steady() });
    for number in 0..20 {
        rig.insert(number);
    }
    assert_eq!(rig.queue.len(), 8);
    assert_eq!(rig.queue.statistics().discarded, 12);
    let first = (0..20).map(|_| rig.tick()).find(|heard| *heard != Tick::Silence);
    assert_eq!(first, Some(Tick::Packet(12)));
    assert_eq!(rig.insert_at(20, 3_200), Insertion::Queued);
    let long = PacketInfo { sequence: 21, timestamp: 3_360, ..PacketInfo::default() };
    assert_eq!(rig.queue.insert(millis(400), long, &[0; 481]), Insertion::TooLong);
}

#[test]
fn a_delay_beyond_the_longest_is_cut() {
    let mode = Mode::Adaptive(Adaptive { min: millis(40), max: millis(100), ..Adaptive::default() });
    let mut rig = Rig::begun(Config { mode, ..steady() });
    for _ in 0..12 {
        rig.tick();
    }
    for number in 50..62 {
        rig.insert(number);
    }
    let heard = rig.run(62..64);
    assert!(matches!(heard[0], Tick::Packet(57)), "{heard:?}");
    assert_eq!(rig.queue.statistics().discarded, 7);
    assert!(rig.queue.statistics().longest_delay <= millis(100));
}

#[test]
fn a_constant_delay_discards_what_is_late() {
    let mut rig = Rig::begun(Config { stretch: false, ..Config::fixed(8_000, millis(40)) });
    for expected in [Tick::Packet(48), Tick::Packet(49), Tick::Wait, Tick::Wait] {
        assert_eq!(rig.tick(), expected);
    }
    for number in 50..54 {
        rig.insert(number);
    }
    assert_eq!(rig.run([54, 55]), [52, 53].map(Tick::Packet));
    let counted = rig.queue.statistics();
    assert_eq!((counted.discarded, counted.target_delay, counted.longest_delay), (2, millis(40), millis(40)));
}

#[test]
fn stretching_is_asked_for_when_the_delay_is_wrong() {
    let mut rig = Rig::begun(Config { stretch: true, ..steady() });
    for _ in 0..5 {
        rig.tick();
    }
    for number in 50..56 {
        rig.insert(number);
    }
    match rig.queue.next(millis(rig.now), 160, 160) {
        // 60 ms too much, of which whole ticks can be left out.
        Decision::Decode { stretch, .. } => {
            assert_eq!(stretch, Stretch::Accelerate { most: 320, urgent: true })
        }
        other => panic!("{other:?}"),
    }
    rig.queue.stretched(-80);
    assert_eq!(rig.queue.statistics().accelerated, millis(10));
}

#[test]
fn metrics_are_those_of_rtcp_xr() {
    let mut rig = Rig::new(steady());
    // Of each hundred packets three are lost close together.
    let lost: Vec<u16> = (0..1_000).filter(|number| matches!(number % 100, 50 | 52 | 53)).collect();
    rig.run_without(&lost, 0..1_000);
    let metrics = rig.queue.voip_metrics();
    assert_eq!((metrics.loss_rate, metrics.discard_rate, metrics.gmin), (7, 0, 16));
    assert_eq!((metrics.burst_density, metrics.gap_density), (192, 0));
    assert_eq!((metrics.burst_duration, metrics.gap_duration), (80, 1_740));
    assert_eq!(metrics.absolute_maximum_delay, 400);
}
