use super::super::queue::{Kind, Side, Sides, Slice, TapEnd, tap};
use super::*;
use crate::codec::Codec;

const RATE: u32 = 8_000;
const PATIENCE: Duration = Duration::from_millis(200);

/// A tap on a virtual clock, and what was given out.
struct Bench {
    began: Instant,
    end: TapEnd,
    reader: TapReader,
    read: Vec<i16>,
    write: Vec<i16>,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl Bench {
    fn new(rate: u32) -> Self {
        let began = Instant::now();
        let (end, tap) = tap(began, Sides::Both);
        Self { began, end, reader: TapReader::new(tap, rate, PATIENCE), read: Vec::new(), write: Vec::new() }
    }

    /// A packet of 20 ms that came at `at`, whose samples are all `level`.
    fn say(&mut self, side: Side, at: Duration, (ssrc, timestamp): (u32, u32), level: i16) {
        let slice = Slice { side, kind: Kind::Encoded(Codec::L16), ssrc, timestamp, at };
        let payload: Vec<u8> = [level; 160].into_iter().flat_map(i16::to_be_bytes).collect();
        self.end.push(&slice, &payload);
    }

    fn advance(&mut self, at: Duration) {
        let (read, write) = (&mut self.read, &mut self.write);
        self.reader.advance(self.began + at, |one, two| {
            read.extend_from_slice(one);
            write.extend_from_slice(two);
        });
        assert_eq!(self.read.len(), self.write.len());
    }

    fn finish(&mut self) {
        let (read, write) = (&mut self.read, &mut self.write);
        self.reader.finish(None, |one, two| {
            read.extend_from_slice(one);
            write.extend_from_slice(two);
        });
    }
}

/// Where sounds begin and end, in samples.
fn sounds(samples: &[i16]) -> Vec<(usize, usize, i16)> {
    let mut sounds: Vec<(usize, usize, i16)> = Vec::new();
    for (place, &sample) in samples.iter().enumerate().filter(|(_, sample)| **sample != 0) {
        match sounds.last_mut() {
            Some((_, end, level)) if *end == place && *level == sample => *end = place + 1,
            _ => sounds.push((place, place + 1, sample)),
        }
    }
    sounds
}

#[test]
fn both_sides_stand_where_they_belong_to_the_sample() {
    let mut bench = Bench::new(RATE);
    for n in 0..50_u64 {
        // What was said comes unevenly, what was heard 7 ms later than what was said.
        bench.say(Side::Read, ms(100 + 20 * n + n % 3), (1, 160 * n as u32), 500);
        bench.say(Side::Write, ms(107 + 20 * n), (2, 9_000 + 160 * n as u32), -700);
        bench.advance(ms(110 + 20 * n));
    }
    bench.advance(ms(1_500));
    assert_eq!(bench.read.len(), 1_300 * 8);
    assert_eq!(sounds(&bench.read), [(800, 8_800, 500)]);
    assert_eq!(sounds(&bench.write), [(856, 8_856, -700)]);
}

#[test]
fn what_is_missing_is_silence_of_its_length() {
    let mut bench = Bench::new(RATE);
    // Lost, silent, and on hold for half a minute.
    for (n, at) in [(0_u32, 0_u64), (1, 20), (3, 60), (30, 600), (1_530, 30_600)] {
        bench.say(Side::Read, ms(at), (1, 160 * n), 9);
        bench.advance(ms(at + 10));
    }
    bench.finish();
    let places = [(0, 320, 9), (480, 640, 9), (4_800, 4_960, 9), (244_800, 244_960, 9)];
    assert_eq!(sounds(&bench.read), places);
    assert_eq!(bench.read.len(), 244_960, "no further than the last sound");
}

#[test]
fn packets_that_overtake_each_other_find_their_places() {
    let mut bench = Bench::new(RATE);
    for (at, n) in [(0_u64, 0_u32), (41, 2), (42, 1), (60, 3)] {
        bench.say(Side::Read, ms(at), (1, 160 * n), 1 + n as i16);
    }
    bench.advance(ms(500));
    assert_eq!(sounds(&bench.read), [(0, 160, 1), (160, 320, 2), (320, 480, 3), (480, 640, 4)]);
}

#[test]
fn another_stream_begins_where_it_came() {
    let mut bench = Bench::new(RATE);
    bench.say(Side::Read, ms(0), (1, 5_000), 3);
    bench.say(Side::Read, ms(1_000), (2, 77), 4);
    // The same source has set its clock anew.
    bench.say(Side::Read, ms(2_000), (2, 4_000_000), 5);
    bench.finish();
    assert_eq!(sounds(&bench.read), [(0, 160, 3), (8_000, 8_160, 4), (16_000, 16_160, 5)]);
}

#[test]
fn a_clock_that_goes_wrong_shifts_nothing() {
    for drift in [-300_i64, 300] {
        let mut bench = Bench::new(RATE);
        let packets = 10 * 60 * 50_u64;
        for n in 0..packets {
            // So many parts in a million too slow.
            let late = (n * 20_000) as i64 * drift / 1_000_000;
            let at = Duration::from_micros((n * 20_000 + 50_000).saturating_add_signed(late));
            let level = if n + 50 > packets { 9 } else { 1 };
            bench.say(Side::Read, at, (1, 160 * n as u32), level);
            bench.advance(at);
        }
        bench.finish();
        let began = bench.read.iter().position(|sample| *sample == 9).unwrap() as i64;
        let came = (((packets - 49) * 160) as i64) * (1_000_000 + drift) / 1_000_000 + 400;
        assert!((began - came).abs() < 8 * 25, "{drift}: {began}, not {came}");
        let silent = bench.read.iter().skip(400).filter(|sample| **sample == 0).count();
        assert!(silent < 8 * 200, "{drift}: {silent} samples are missing");
    }
}

#[test]
fn other_rates_stand_as_long() {
    let mut bench = Bench::new(16_000);
    for n in 0..50_u32 {
        bench.say(Side::Write, ms(u64::from(20 * n)), (1, 160 * n), 2_000);
        bench.advance(ms(u64::from(20 * n)));
    }
    bench.finish();
    assert_eq!(bench.write.len(), 16_000);
    let steady = bench.write.iter().skip(100).filter(|sample| (1_900..2_100).contains(*sample)).count();
    assert!(steady > 15_800, "{steady}");
}

#[test]
fn much_that_has_waited_is_given_out_in_order() {
    let mut bench = Bench::new(RATE);
    for n in 0..170_u32 {
        bench.say(Side::Read, ms(u64::from(20 * n)), (1, 160 * n), 1 + n as i16 % 7);
    }
    bench.advance(ms(60_000));
    assert_eq!(sounds(&bench.read).len(), 170);
    assert_eq!(bench.read.len(), 59_800 * 8);
}
