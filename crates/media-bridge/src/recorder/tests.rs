use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::codec::Codec;
use crate::tap::{Kind, Sides, Slice, TapEnd, tap};

/// A recording on a virtual clock.
struct Bench {
    folder: PathBuf,
    began: Instant,
    end: Option<TapEnd>,
    running: Option<Running>,
    ended: mpsc::Receiver<RecordingEnd>,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn track(folder: &Path, name: &str, content: Content) -> Track {
    Track { path: folder.join(name), content, append: false }
}

impl Bench {
    fn new(plan: impl FnOnce(&Path) -> RecordingPlan) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("recorder-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let folder = std::env::temp_dir().join(name);
        let began = Instant::now();
        let (end, tap) = tap(began, Sides::Both);
        let (told, ended) = mpsc::channel();
        let running = Running::new(tap, plan(&folder), Box::new(move |end| drop(told.send(end))));
        Self { folder, began, end: Some(end), running: Some(running), ended }
    }

    /// Both say something steadily, from one moment to another.
    fn talk(&mut self, from: u64, to: u64) {
        for at in (from..to).step_by(20) {
            for (side, level) in [(Side::Read, 1_000_i16), (Side::Write, 300)] {
                let timestamp = at as u32 * 8;
                let slice = Slice { side, kind: Kind::Encoded(Codec::L16), ssrc: 7, timestamp, at: ms(at) };
                let payload: Vec<u8> = [level; 160].into_iter().flat_map(i16::to_be_bytes).collect();
                if let Some(end) = &mut self.end {
                    end.push(&slice, &payload);
                }
            }
            if at % 100 == 0 {
                assert!(self.advance(at));
            }
        }
    }

    fn advance(&mut self, at: u64) -> bool {
        self.running.as_mut().unwrap().advance(self.began + ms(at))
    }

    fn change(&mut self, at: u64, change: Change) {
        self.running.as_mut().unwrap().change(self.began + ms(at), change);
    }

    fn end(&mut self, at: u64) -> RecordingEnd {
        self.running.take().unwrap().end(self.began + ms(at));
        self.ended.try_recv().unwrap()
    }

    fn heard(&self, name: &str) -> Vec<i16> {
        audio::wav::read(&std::fs::read(self.folder.join(name)).unwrap()).unwrap().samples
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_file_of_opus_can_be_played_to_its_last_second_before_it_ends() {
    let mut bench = Bench::new(|folder| {
        let mixed = track(folder, "mixed.opus", Content::Mixed);
        RecordingPlan::new(vec![mixed, track(folder, "both.ogg", Content::Stereo)])
    });
    bench.talk(0, 5_000);
    let seconds = |bench: &Bench, name: &str| {
        let bytes = std::fs::read(bench.folder.join(name)).unwrap();
        let heard = audio::FileFormat::Music.decode(&bytes).unwrap();
        heard.samples.len() as f64 / f64::from(heard.rate)
    };
    for name in ["mixed.opus", "both.ogg"] {
        assert!(seconds(&bench, name) > 3.5, "{name}: {}", seconds(&bench, name));
    }
    let end = bench.end(5_000);
    assert!(end.problem.is_none() && end.duration >= ms(4_800), "{end:?}");
    for name in ["mixed.opus", "both.ogg"] {
        assert!((seconds(&bench, name) - end.duration.as_secs_f64()).abs() < 0.001, "{name}");
    }
}

#[test]
fn each_file_holds_what_was_asked_for() {
    let mut bench = Bench::new(|folder| {
        RecordingPlan::new(vec![
            track(folder, "deep/both.wav", Content::Mixed),
            track(folder, "said.wav", Content::Read),
            track(folder, "heard.wav", Content::Write),
            track(folder, "apart.raw", Content::Stereo),
        ])
    });
    bench.talk(0, 1_000);
    let end = bench.end(2_000);
    assert_eq!((end.duration, end.missed, end.problem.is_none()), (ms(1_000), 0, true));
    assert_eq!(bench.heard("deep/both.wav"), [1_300; 8_000]);
    assert_eq!(bench.heard("said.wav"), [1_000; 8_000]);
    assert_eq!(bench.heard("heard.wav"), [300; 8_000]);
    let apart = std::fs::read(bench.folder.join("apart.raw")).unwrap();
    assert!(apart.len() == 32_000 && apart.chunks(4).all(|pair| pair == [0xe8, 3, 0x2c, 1]));
}

#[test]
fn changes_hold_from_their_moment_on() {
    let mut bench = Bench::new(|folder| RecordingPlan {
        read_volume: 1,
        write_volume: -1,
        skip: ms(100),
        ..RecordingPlan::new(vec![track(folder, "both.wav", Content::Mixed)])
    });
    bench.talk(0, 1_000);
    // Told before the sound of that moment is written.
    bench.change(1_003, Change::Paused(true));
    bench.change(1_503, Change::Paused(false));
    bench.change(2_000, Change::Muted(Side::Read, true));
    bench.talk(1_000, 2_400);
    bench.change(2_500, Change::End { without: Duration::ZERO });
    let end = bench.end(4_000);
    assert_eq!(end.duration, ms(2_500 - 100 - 500));
    let heard = bench.heard("both.wav");
    let loud = heard.iter().filter(|sample| **sample == 2_150).count();
    let soft = heard.iter().filter(|sample| **sample == 150).count();
    assert_eq!((loud, soft), ((900 + 3 + 497) * 8, 400 * 8));
}

#[test]
fn silence_that_was_waited_for_is_left_out() {
    let mut bench = Bench::new(|folder| RecordingPlan::new(vec![track(folder, "a.wav", Content::Read)]));
    bench.talk(0, 1_000);
    for at in (1_000..4_000).step_by(100) {
        bench.advance(at);
    }
    bench.change(4_000, Change::End { without: ms(2_900) });
    assert_eq!(bench.end(4_050).duration, ms(1_100));
    let heard = bench.heard("a.wav");
    assert_eq!((heard.len(), heard[7_999], heard[8_000]), (8_800, 1_000, 0));
    let length = std::fs::metadata(bench.folder.join("a.wav")).unwrap().len();
    assert_eq!(length, 17_600 + 58);
}

#[test]
fn files_of_other_rates_are_as_long() {
    let mut bench = Bench::new(|folder| {
        RecordingPlan::new(vec![
            track(folder, "wide.wav16", Content::Mixed),
            track(folder, "narrow.wav", Content::Stereo),
        ])
    });
    bench.talk(0, 1_000);
    assert!(bench.end(1_000).problem.is_none());
    assert_eq!(bench.heard("wide.wav16").len(), 16_000);
    let narrow = bench.heard("narrow.wav");
    assert_eq!(narrow.len(), 8_000);
    assert!(narrow.iter().skip(100).take(7_800).all(|sample| (640..660).contains(sample)), "the average");
}

#[test]
fn a_file_is_whole_each_second_and_when_the_leg_is_gone() {
    let mut bench = Bench::new(|folder| RecordingPlan::new(vec![track(folder, "a.wav", Content::Mixed)]));
    bench.talk(0, 5_000);
    let written = bench.heard("a.wav").len();
    assert!((5_000 - 1_400) * 8 <= written, "{written}");
    bench.end = None;
    assert!(!bench.advance(5_050), "its leg is gone");
    assert_eq!(bench.end(5_060).duration, ms(5_000));
    assert_eq!(bench.heard("a.wav").len(), 40_000);
}

#[test]
fn it_goes_on_at_the_end_of_a_file() {
    let plan = |folder: &Path| {
        let track = Track { append: true, ..track(folder, "a.wav", Content::Mixed) };
        RecordingPlan::new(vec![track])
    };
    let mut first = Bench::new(plan);
    first.talk(0, 1_000);
    first.end(1_000);
    let mut second = Bench::new(|_| plan(&first.folder));
    second.talk(0, 500);
    second.end(500);
    assert_eq!(first.heard("a.wav").len(), 12_000);
}

#[test]
fn what_cannot_be_written_is_said() {
    for (name, words) in [("a.mp3", "has no extension"), ("\0.wav", "cannot be written")] {
        let mut bench = Bench::new(|folder| RecordingPlan::new(vec![track(folder, name, Content::Mixed)]));
        assert!(!bench.advance(100));
        let problem = bench.end(100).problem.unwrap().to_string();
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn the_thread_ends_what_goes_on_when_nobody_wants_it_any_more() {
    let mut bench = Bench::new(|folder| RecordingPlan::new(vec![track(folder, "a.wav", Content::Mixed)]));
    let (_end, tap) = tap(Instant::now(), Sides::Both);
    let (told, ended) = mpsc::channel();
    let recorder = Recorder::start().unwrap();
    let plan = RecordingPlan::new(vec![track(&bench.folder, "b.wav", Content::Mixed)]);
    let recording = recorder.record(tap, plan, move |end| drop(told.send(end)));
    recording.pause(true);
    drop(recorder);
    assert!(ended.recv().unwrap().problem.is_none());
    assert_eq!(bench.heard("b.wav"), []);
    recording.stop();
    bench.end(0);
}
