//! Streams through a forwarder: whatever happens on the way in, what goes out is one sound stream.

use std::collections::HashMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::{Arrival, Header, SequenceTracker, StreamRewriter};

/// What happens to a stream.
#[derive(Clone, Debug)]
enum Step {
    /// The source's next packet, after so many that were lost.
    Packet { lost: u16 },
    /// The source's next packet is left out on purpose.
    Skip { lost: u16 },
    /// A packet from so many before the newest, new or seen.
    Late { behind: u16 },
    /// Another source, with numbers of its own.
    Source { sequence: u16, timestamp: u32 },
    /// The same source sets its clock anew.
    Clock { timestamp: u32 },
    /// Sound made here.
    Local,
    /// A packet put between.
    Insert,
    /// The feed ends.
    Splice,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..4_u16).prop_map(|lost| Step::Packet { lost }),
        1 => (0..2_900_u16).prop_map(|lost| Step::Packet { lost }),
        2 => (0..4_u16).prop_map(|lost| Step::Skip { lost }),
        6 => (0..140_u16).prop_map(|behind| Step::Late { behind: behind.saturating_sub(40) }),
        1 => (any::<u16>(), any::<u32>()).prop_map(|(sequence, timestamp)| Step::Source { sequence, timestamp }),
        1 => any::<u32>().prop_map(|timestamp| Step::Clock { timestamp }),
        2 => Just(Step::Local),
        2 => Just(Step::Insert),
        1 => Just(Step::Splice),
    ]
}

/// A source and the forwarder, on a clock of 20 ms a step.
struct Scene {
    stream: StreamRewriter,
    source: Header,
    now: Duration,
}

/// A packet that went out, and which one came in for it; `None`: made here.
struct Sent {
    header: Header,
    of: Option<(u32, u16)>,
}

impl Scene {
    fn new(first_sequence: u16) -> Self {
        let source = Header { ssrc: 77, sequence: 65_000, timestamp: u32::MAX - 500, ..Header::default() };
        Self { stream: StreamRewriter::new(1, first_sequence, 0, 8_000), source, now: Duration::ZERO }
    }

    fn run(&mut self, step: &Step) -> Option<Sent> {
        self.now += Duration::from_millis(20);
        match *step {
            Step::Packet { lost } => {
                self.move_on(lost);
                self.forward(self.source)
            }
            Step::Skip { lost } => {
                self.move_on(lost);
                self.stream.skip(&self.source);
                None
            }
            Step::Late { behind } => self.forward(Header {
                sequence: self.source.sequence.wrapping_sub(behind),
                timestamp: self.source.timestamp.wrapping_sub(160 * u32::from(behind)),
                ..self.source
            }),
            Step::Source { sequence, timestamp } => {
                let ssrc = self.source.ssrc + 1;
                self.source = Header { ssrc, sequence, timestamp, ..Header::default() };
                None
            }
            Step::Clock { timestamp } => {
                self.source.timestamp = timestamp;
                None
            }
            Step::Local => Some(Sent { header: self.stream.next(0, 160, self.now), of: None }),
            Step::Insert => {
                let timestamp = self.stream.timestamp_at(self.now);
                Some(Sent { header: self.stream.insert(101, true, timestamp, self.now), of: None })
            }
            Step::Splice => {
                self.stream.splice();
                None
            }
        }
    }

    fn move_on(&mut self, lost: u16) {
        self.source.sequence = self.source.sequence.wrapping_add(1 + lost);
        self.source.timestamp = self.source.timestamp.wrapping_add(160 * (1 + u32::from(lost)));
    }

    fn forward(&mut self, received: Header) -> Option<Sent> {
        let header = self.stream.forward(&received, 0, self.now)?;
        Some(Sent { header, of: Some((received.ssrc, received.sequence)) })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn in_order_input_gives_numbers_that_only_grow(first in any::<u16>(), steps in vec(step(), 1..200)) {
        let mut scene = Scene::new(first);
        let mut last = first.wrapping_sub(1);
        for step in steps.iter().filter(|step| !matches!(step, Step::Late { .. })) {
            let Some(sent) = scene.run(step) else {
                prop_assert!(!matches!(step, Step::Packet { .. }), "a packet in order was dropped");
                continue;
            };
            prop_assert_eq!(sent.header.ssrc, 1);
            let ahead = sent.header.sequence.wrapping_sub(last) as i16;
            prop_assert!(ahead > 0, "{} after {}", sent.header.sequence, last);
            last = sent.header.sequence;
        }
        // The first packet ever sent has the first number.
        prop_assert!(!scene.stream.has_sent() || scene.stream.sequence() == last);
    }

    #[test]
    fn no_two_packets_share_a_number(first in any::<u16>(), steps in vec(step(), 1..200)) {
        let mut scene = Scene::new(first);
        let mut given: HashMap<u16, Option<(u32, u16)>> = HashMap::new();
        let mut most_behind = 0;
        for step in &steps {
            let Some(Sent { header, of }) = scene.run(step) else { continue };
            let behind = scene.stream.sequence().wrapping_sub(header.sequence);
            most_behind = most_behind.max(behind);
            // Numbers come again after 65,536, which so few steps reach only by great losses.
            given.retain(|sequence, _| scene.stream.sequence().wrapping_sub(*sequence) < 10_000);
            let before = given.insert(header.sequence, of);
            prop_assert!(before.is_none() || (before == Some(of) && of.is_some()), "{header:?} for {of:?} and {before:?}");
        }
        prop_assert!(most_behind <= SequenceTracker::MAX_MISORDER);
    }

    #[test]
    fn within_one_source_gaps_and_times_stay(lost in vec(0..5_u16, 1..300)) {
        let mut scene = Scene::new(0);
        let mut last: Option<(Header, Header)> = None;
        for lost in lost {
            let header = scene.run(&Step::Packet { lost }).expect("in order").header;
            if let Some((received, sent)) = last {
                prop_assert_eq!(
                    header.sequence.wrapping_sub(sent.sequence),
                    scene.source.sequence.wrapping_sub(received.sequence)
                );
                prop_assert_eq!(
                    header.timestamp.wrapping_sub(sent.timestamp),
                    scene.source.timestamp.wrapping_sub(received.timestamp)
                );
                prop_assert!(!header.marker);
            }
            last = Some((scene.source, header));
        }
    }

    #[test]
    fn time_follows_the_clock_whatever_the_source_does(steps in vec(step(), 1..200)) {
        let mut scene = Scene::new(0);
        for step in &steps {
            let before = scene.stream.timestamp_at(scene.now + Duration::from_millis(20));
            let had_sent = scene.stream.has_sent();
            let Some(sent) = scene.run(step) else { continue };
            // A source may be ten seconds off, as a network can hold packets back so long; more is another clock.
            if had_sent && !matches!(step, Step::Late { .. }) {
                let off = (sent.header.timestamp.wrapping_sub(before) as i32).unsigned_abs();
                prop_assert!(off <= 8_000 * 10 + 160, "{step:?}: off by {off}");
            }
        }
    }

    #[test]
    fn any_numbers_at_all_are_safe(
        packets in vec((0..3_u32, any::<u16>(), any::<u32>(), 0..100_000_u64), 0..300),
        clock_rate in any::<u32>(),
    ) {
        let mut stream = StreamRewriter::new(1, 0, 0, clock_rate);
        let mut reception = rtp::Reception::new(1, clock_rate);
        for (ssrc, sequence, timestamp, millis) in packets {
            let header = Header { sequence, timestamp, ssrc, ..Header::default() };
            let now = Duration::from_millis(millis); // back and forth
            stream.forward(&header, 0, now);
            reception.receive(&header, now);
            reception.report(now);
        }
    }

    /// Loss, disorder and repeats of a source known in full are counted as they were.
    #[test]
    fn the_tracker_counts_what_happened(
        first in any::<u16>(),
        fates in vec(prop_oneof![8 => Just(1_usize), 1 => Just(0), 1 => Just(2)], 2..400),
        swaps in vec((0..400_usize, 1..30_usize), 0..50),
    ) {
        let mut numbers: Vec<u16> = Vec::new();
        for (n, &copies) in fates.iter().enumerate() {
            numbers.extend(std::iter::repeat_n(first.wrapping_add(n as u16), copies));
        }
        for (at, by) in swaps {
            if at + by < numbers.len() {
                numbers.swap(at, at + by);
            }
        }
        let mut tracker = SequenceTracker::with_probation(1);
        let arrivals: Vec<_> = numbers.iter().map(|&number| tracker.receive(number)).collect();
        // A packet can be carried far by several swaps; only those within the window are followed.
        prop_assume!(!arrivals.contains(&Arrival::Stray));

        let seen: std::collections::HashSet<_> = numbers.iter().collect();
        prop_assert_eq!(tracker.received(), numbers.len() as u64);
        prop_assert_eq!(tracker.duplicates(), (numbers.len() - seen.len()) as u64);
        let places = |number: &&u16| number.wrapping_sub(first);
        let span = match (seen.iter().map(places).min(), seen.iter().map(places).max()) {
            (Some(low), Some(high)) => u64::from(high - low) + 1,
            _ => 0,
        };
        prop_assert_eq!(tracker.expected(), span);
        prop_assert_eq!(tracker.lost(), span - seen.len() as u64);
        prop_assert_eq!(arrivals.iter().filter(|arrival| arrival.is_wanted()).count(), seen.len());
    }
}
