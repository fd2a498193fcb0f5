//! Digits over a bad network: each is heard once, in order.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::telephone_event::{Digit, Event, EventReceiver, EventReport, EventSender};

/// A key press, and how the network treats its packets.
#[derive(Clone, Debug)]
struct Press {
    digit: Digit,
    /// In milliseconds.
    duration: u64,
    /// Until the next press, in milliseconds.
    pause: u64,
    /// For each packet: copies that arrive, and by how many milliseconds they are late.
    fates: Vec<(usize, u64)>,
}

/// A packet on its way.
struct Sent {
    arrives: Duration,
    timestamp: u32,
    marker: bool,
    event: Event,
}

fn press() -> impl Strategy<Value = Press> {
    let fate = (prop_oneof![3 => Just(0_usize), 6 => Just(1), 1 => Just(2)], 0..60_u64);
    let digit = proptest::sample::select(&Digit::ALL[..]);
    (digit, 40..500_u64, 120..600_u64, vec(fate, 40)).prop_map(|(digit, duration, pause, fates)| Press {
        digit,
        duration,
        pause,
        fates,
    })
}

/// What arrives of some presses, in order of arrival. Of each press something does.
fn packets(presses: &[Press]) -> Vec<Sent> {
    let mut arriving = Vec::new();
    let mut start = 0;
    for press in presses {
        let mut sender = EventSender::new(press.digit, press.duration as u32 * 8, 160);
        let first = arriving.len();
        let mut last = None;
        let mut fates = press.fates.iter().cycle();
        let mut at = start;
        while let (Some(packet), Some(&(copies, late))) = (sender.next(), fates.next()) {
            let timestamp = (start as u32 * 8).wrapping_sub(5_000).wrapping_add(packet.timestamp_offset);
            for copy in 0..copies.max(1) {
                let arrives = Duration::from_millis(at + late + 7 * copy as u64);
                let sent = Sent { arrives, timestamp, marker: packet.marker, event: packet.event };
                if copies == 0 { last = Some(sent) } else { arriving.push(sent) }
            }
            at += 20;
        }
        if arriving.len() == first {
            arriving.extend(last);
        }
        start += press.duration + press.pause;
    }
    arriving.sort_by_key(|sent| sent.arrives);
    arriving
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_digit_is_heard_once(presses in vec(press(), 1..12)) {
        let mut receiver = EventReceiver::new(8_000);
        let mut heard = Vec::new();
        for sent in packets(&presses) {
            heard.extend(receiver.handle_timeout(sent.arrives));
            heard.extend(receiver.receive(sent.timestamp, sent.marker, sent.event, sent.arrives));
        }
        heard.extend(receiver.finish());

        prop_assert_eq!(heard.len(), 2 * presses.len(), "{:?}", heard);
        for (press, reports) in presses.iter().zip(heard.chunks(2)) {
            let [EventReport::Started { digit: started }, EventReport::Ended { digit: ended, duration }] = reports else {
                return Err(TestCaseError::fail(format!("{reports:?}")));
            };
            prop_assert_eq!((*started, *ended), (press.digit, press.digit));
            prop_assert!(*duration <= Duration::from_millis(press.duration));
        }
    }

    #[test]
    fn any_events_are_safe_and_balanced(
        packets in vec((any::<u32>(), any::<bool>(), 0..20_u8, any::<bool>(), any::<u16>(), 0..1_000_000_u64), 0..200),
        clock_rate in any::<u32>(),
    ) {
        let mut receiver = EventReceiver::new(clock_rate);
        let mut down: Option<Digit> = None;
        for (timestamp, marker, code, end, duration, micros) in packets {
            let now = Duration::from_micros(micros); // back and forth
            let event = Event { code, end, volume: 0, duration };
            let reports = receiver.handle_timeout(now).into_iter().chain(receiver.receive(timestamp, marker, event, now));
            for report in reports.collect::<Vec<_>>() {
                match report {
                    EventReport::Started { digit } => prop_assert_eq!(down.replace(digit), None),
                    EventReport::Ended { digit, .. } => prop_assert_eq!(down.take(), Some(digit)),
                }
            }
            prop_assert_eq!(receiver.held(), down);
        }
    }
}
