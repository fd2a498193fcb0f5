//! Who hears which music, and where it goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use audio::Pcm;
use media_bridge::{MediaConfig, MediaEngine, Sound};
use tokio::sync::mpsc;

use super::*;
use crate::local;
use crate::switchboard::Switchboard;
use crate::technology::{OriginateRequest, Report};

/// Classes `default`, `jazz` and `answered`; `5` chooses jazz.
struct Library {
    classes: Vec<Arc<MusicClass>>,
    channel_first: bool,
}

static MADE: AtomicUsize = AtomicUsize::new(0);

fn made(rate: u32) -> Sound {
    MADE.fetch_add(1, Ordering::Relaxed);
    Sound::shared(Pcm::new(rate.min(8_000), vec![3_000; 80_000]))
}

fn class(name: &str) -> Arc<MusicClass> {
    Arc::new(MusicClass {
        name: name.to_owned(),
        pieces: vec![MusicPiece::Made(made), MusicPiece::Made(made)],
        order: MusicOrder::InOrder,
        announcement: None,
        answered_only: name == "answered",
        repeats_last: false,
    })
}

impl MusicLibrary for Library {
    fn class(&self, name: &str) -> Option<Arc<MusicClass>> {
        self.classes.iter().find(|class| class.name == name).cloned()
    }

    fn class_of_key(&self, key: char) -> Option<Arc<MusicClass>> {
        self.class("jazz").filter(|_| key == '5')
    }

    fn prefers_channel_class(&self) -> bool {
        self.channel_first
    }
}

/// Two ends of a call, both up.
async fn call(
    ports: std::ops::RangeInclusive<u16>,
    channel_first: bool,
) -> (Call, Call, mpsc::Receiver<Call>) {
    let media = MediaEngine::start(MediaConfig { ports, ..MediaConfig::default() }).unwrap();
    let classes = ["default", "jazz", "answered"].map(class).into();
    let board = Switchboard::builder(media).music(Arc::new(Library { classes, channel_first })).build();
    let mut waiting = local::start(&board, Arc::new(|_, _, _| true));
    let called = board.originate("Local/1@in", OriginateRequest::default()).await.unwrap();
    let calling = waiting.recv().await.unwrap();
    (called, calling, waiting)
}

/// The class that the party hears.
fn heard(call: &Call) -> Option<String> {
    let standing = call.0.music.lock();
    standing.playing.as_ref()?;
    standing.place.as_ref().map(|place| place.class_name().to_owned())
}

#[tokio::test]
async fn the_class_of_the_channel_comes_first_then_what_is_asked_for() {
    let (called, calling, _waiting) = call(33_000..=33_199, true).await;
    calling.answer().await.unwrap();
    assert!(called.start_music(None));
    assert_eq!(heard(&called).as_deref(), Some("default"));
    assert!(called.start_music(Some("jazz")));
    assert_eq!(heard(&called).as_deref(), Some("jazz"));
    assert!(called.start_music(Some("missing")));
    assert_eq!(heard(&called).as_deref(), Some("default"));
    called.set_music_class(Some("answered"));
    assert!(called.start_music(Some("jazz")));
    assert_eq!(heard(&called).as_deref(), Some("answered"));
    called.stop_music();
    assert_eq!(heard(&called), None);
}

#[tokio::test]
async fn what_is_suggested_may_come_before_the_class_of_the_channel() {
    let (called, calling, _waiting) = call(33_200..=33_399, false).await;
    calling.answer().await.unwrap();
    called.set_music_class(Some("default"));
    assert!(called.start_music(Some("jazz")));
    assert_eq!(heard(&called).as_deref(), Some("jazz"));
}

#[tokio::test]
async fn a_class_for_answered_channels_waits_for_the_answer() {
    let (_called, calling, _waiting) = call(33_400..=33_599, true).await;
    assert!(!calling.start_music(Some("answered")));
    calling.answer().await.unwrap();
    assert!(calling.start_music(Some("answered")));
}

#[tokio::test]
async fn a_party_that_holds_lets_the_other_hear_what_it_suggests() {
    let (called, calling, _waiting) = call(33_600..=33_799, true).await;
    calling.answer().await.unwrap();
    let other = called.switchboard().originate("Local/2@in", OriginateRequest::default()).await.unwrap();
    other.suggest_music(Some("jazz"));
    let bridge = tokio::spawn({
        let (calling, other) = (calling.clone(), other.clone());
        async move { calling.bridge(&other).await }
    });
    other.report(Report::Held);
    until(|| heard(&calling).as_deref() == Some("jazz")).await;
    assert_eq!(heard(&other), None);
    other.report(Report::Resumed);
    until(|| heard(&calling).is_none()).await;
    other.report(Report::Held);
    until(|| heard(&calling).is_some()).await;
    other.hangup(crate::HangupCause::NORMAL);
    bridge.await.unwrap().unwrap();
    assert_eq!(heard(&calling), None, "the bridge is over");
}

#[tokio::test]
async fn it_goes_on_where_it_was_and_a_key_chooses_another_class() {
    let (called, calling, _waiting) = call(33_800..=33_999, true).await;
    calling.answer().await.unwrap();
    assert!(called.start_music(None));
    let position = || called.0.music.lock().place.as_ref().map(|place| place.position()).unwrap_or_default();
    until(|| position() > Duration::from_millis(100)).await;
    called.stop_music();
    let left = position();
    assert!(called.start_music(None));
    until(|| position() > left + Duration::from_millis(40)).await;
    assert!(called.start_music(Some("jazz")));
    assert_eq!(position(), Duration::ZERO);
    called.start_music(None);
    until(|| position() > Duration::from_millis(40)).await;
    let before = MADE.load(Ordering::Relaxed);
    called.report(Report::Digit { digit: '4', duration_ms: 100 });
    called.report(Report::Digit { digit: '5', duration_ms: 100 });
    until(|| MADE.load(Ordering::Relaxed) > before).await;
}

/// What media threads do takes its time.
async fn until(holds: impl Fn() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.unwrap();
}
