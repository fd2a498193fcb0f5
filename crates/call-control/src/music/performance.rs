//! Music on one channel: one piece after the other, until it is stopped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use media_bridge::{Leg, Playback, PlaybackControl, Sound};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::class::{MusicClass, MusicOrder, MusicPiece};
use crate::call::{Call, ChannelState};
use crate::direct_media::MediaAnchor;
use crate::event::Event;

/// Wait before a station is tuned in again that has ended at once, and after a class without a piece that can be heard.
const PAUSE: Duration = Duration::from_secs(2);

/// Where a channel is in a class.
pub(super) struct Place {
    class: Arc<MusicClass>,
    now: Mutex<Now>,
}

struct Now {
    piece: usize,
    /// Of the piece: how far it is.
    control: PlaybackControl,
    /// All pieces were heard once.
    went_round: bool,
}

impl Place {
    pub(super) fn new(class: Arc<MusicClass>) -> Self {
        let piece = match class.order {
            MusicOrder::InOrder => 0,
            MusicOrder::AnyStart | MusicOrder::Random => any_of(class.pieces.len()),
        };
        let now = Now { piece, control: PlaybackControl::default(), went_round: false };
        Self { class, now: Mutex::new(now) }
    }

    /// Whether it is a place in that very class, not in one of the same name before a reload.
    pub(super) fn is_of(&self, class: &Arc<MusicClass>) -> bool {
        Arc::ptr_eq(&self.class, class)
    }

    /// The name of the class.
    #[cfg(test)]
    pub(super) fn class_name(&self) -> &str {
        &self.class.name
    }

    /// How far it is in its piece.
    #[cfg(test)]
    pub(super) fn position(&self) -> Duration {
        self.now().control.position()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn piece(&self) -> Option<MusicPiece> {
        self.class.pieces.get(self.now().piece).cloned()
    }

    /// The piece after this one, as far as it is known beforehand.
    fn next_piece(&self) -> Option<MusicPiece> {
        let next = (self.now().piece + 1) % self.class.pieces.len().max(1);
        self.class.pieces.get(next).filter(|_| self.class.order != MusicOrder::Random).cloned()
    }

    /// What steers the piece from where it was left.
    fn go_on(&self) -> PlaybackControl {
        let mut now = self.now();
        now.control = PlaybackControl::starting_at(now.control.position());
        now.control.clone()
    }

    /// Goes on to the next piece.
    fn advance(&self) {
        let count = self.class.pieces.len();
        let mut now = self.now();
        now.control = PlaybackControl::default();
        let last = now.piece + 1 >= count;
        now.went_round |= last;
        now.piece = match self.class.order {
            _ if self.class.repeats_last && now.went_round => now.piece,
            MusicOrder::Random => any_of(count),
            _ if last => 0,
            _ => now.piece + 1,
        };
    }
}

/// A number below `count`.
fn any_of(count: usize) -> usize {
    let mut octets = [0; 4];
    // Without random numbers it begins with the first.
    let drawn = getrandom::fill(&mut octets).map_or(0, |()| u32::from_ne_bytes(octets));
    if count == 0 { 0 } else { drawn as usize % count }
}

/// Music that plays on a channel. Dropped, it stops.
pub(super) struct Performance {
    task: AbortHandle,
    keys: mpsc::UnboundedSender<char>,
    _here: MediaAnchor,
}

impl Drop for Performance {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Performance {
    /// Begins it on a task of its own.
    pub(super) fn begin(call: &Call, place: Arc<Place>) -> Self {
        let here = call.keep_media();
        if call.state() == ChannelState::Ring {
            call.progress();
        }
        let (keys, pressed) = mpsc::unbounded_channel();
        let task = tokio::spawn(perform(call.clone(), place, pressed)).abort_handle();
        Self { task, keys, _here: here }
    }

    pub(super) fn press(&self, key: char) {
        // Its end may have come.
        let _ = self.keys.send(key);
    }

    /// Ends it. `false`: something else was played meanwhile.
    pub(super) fn end(self, call: &Call) -> bool {
        let was_heard = !self.task.is_finished();
        self.task.abort();
        if was_heard && let Some(leg) = call.leg() {
            leg.stop_playing();
        }
        was_heard
    }
}

/// How a piece came to its end.
enum PieceEnd {
    /// It was heard.
    Heard,
    /// There is nothing to hear.
    Silent,
    /// Something else is played: the music is over.
    Replaced,
    /// The listener wants another class.
    Other(Arc<MusicClass>),
}

async fn perform(call: Call, mut place: Arc<Place>, mut keys: mpsc::UnboundedReceiver<char>) {
    let mut silent = 0;
    loop {
        if let Some(announcement) = place.class.announcement.clone() {
            let control = PlaybackControl::default();
            match heard(&call, &MusicPiece::File(announcement), &control, &mut keys).await {
                PieceEnd::Replaced => return,
                PieceEnd::Other(class) => {
                    place = Arc::new(Place::new(class));
                    continue;
                }
                PieceEnd::Heard | PieceEnd::Silent => {}
            }
        }
        let Some(piece) = place.piece() else { return };
        warm_up(&call, place.next_piece());
        let control = place.go_on();
        match heard(&call, &piece, &control, &mut keys).await {
            PieceEnd::Replaced => return,
            PieceEnd::Other(class) => place = Arc::new(Place::new(class)),
            PieceEnd::Heard => {
                silent = 0;
                place.advance();
            }
            PieceEnd::Silent => {
                silent += 1;
                place.advance();
                if silent >= place.class.pieces.len() {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// The next file is decoded while this one plays.
fn warm_up(call: &Call, piece: Option<MusicPiece>) {
    let (Some(MusicPiece::File(name)), Some(leg)) = (piece, call.leg()) else { return };
    let (prompts, language) = (call.switchboard().prompts().clone(), call.language());
    tokio::spawn(async move {
        // Whether it can be played is told when its turn comes.
        let _ = prompts.load(&name, &language, leg.sample_rate()).await;
    });
}

/// Plays one piece.
async fn heard(
    call: &Call,
    piece: &MusicPiece,
    control: &PlaybackControl,
    keys: &mut mpsc::UnboundedReceiver<char>,
) -> PieceEnd {
    let Some(leg) = call.leg() else { return PieceEnd::Replaced };
    let began = tokio::time::Instant::now();
    let mut ended = match piece {
        MusicPiece::Station(station) => {
            let broadcast = station.tune_in();
            let (token, ended) = call.0.playback.begin();
            leg.listen(&broadcast, token);
            ended
        }
        other => {
            let Some(sound) = sound(call, &leg, other).await else { return PieceEnd::Silent };
            let (token, ended) = call.0.playback.begin();
            leg.play(Playback::from(sound).controlled(control), token);
            ended
        }
    };
    loop {
        tokio::select! {
            over = &mut ended => return match over {
                Err(_) => PieceEnd::Replaced,
                Ok(()) if began.elapsed() < PAUSE / 10 && matches!(piece, MusicPiece::Station(_)) => PieceEnd::Silent,
                Ok(()) => PieceEnd::Heard,
            },
            Some(key) = keys.recv() => {
                let library = call.switchboard().music();
                if let Some(class) = library.and_then(|library| library.class_of_key(key)) {
                    return PieceEnd::Other(class);
                }
            }
        }
    }
}

/// The sound of a piece that has one, at the rate of the leg or below.
async fn sound(call: &Call, leg: &Leg, piece: &MusicPiece) -> Option<Sound> {
    let name = match piece {
        MusicPiece::File(name) => name,
        MusicPiece::Made(make) => return Some(make(leg.sample_rate())),
        MusicPiece::Station(_) => return None,
    };
    match call.switchboard().prompts().load(name, &call.language(), leg.sample_rate()).await {
        Ok(prompt) => Some(prompt.sound),
        Err(error) => {
            let text = format!("music on hold: {error}");
            call.switchboard().notice(|| Event::Warning { channel: Some(call.snapshot()), text });
            None
        }
    }
}
