//! What the caller hears, one file after the other, and the keys that it presses meanwhile.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_control::{Call, CallError, PlayEnd};
use tokio::sync::{Notify, mpsc};

use super::protocol::Event;

/// Files that wait for their turn.
const MOST_FILES: usize = 1_024;

/// Long enough to be for ever.
const FOR_EVER: Duration = Duration::from_secs(86_400 * 365);

/// A list of files that is played as long as [`Player::run`] is polled.
pub(super) struct Player {
    call: Call,
    list: Mutex<List>,
    /// There is something to do now: a file after silence, or none any more.
    changed: Notify,
    /// What the program is told. Whoever holds the other end takes it at once.
    events: mpsc::Sender<Event>,
}

#[derive(Default)]
struct List {
    playing: Option<String>,
    waiting: VecDeque<String>,
    auto_clear: bool,
    /// How often all files were forgotten.
    clearings: u64,
}

impl List {
    /// Forgets all files: what is to be told of them.
    fn clear(&mut self) -> Vec<Event> {
        self.clearings += 1;
        let interrupted = self.playing.take().map(|file| Event::with('T', file));
        let dropped = self.waiting.drain(..).map(|file| Event::with('D', file));
        interrupted.into_iter().chain(dropped).collect()
    }
}

impl Player {
    pub(super) fn new(call: Call, events: mpsc::Sender<Event>) -> Self {
        Self { call, list: Mutex::default(), changed: Notify::new(), events }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        // Full only if a program presses the bounds of everything; then it does without.
        let _ = self.events.try_send(event);
    }

    /// Plays a file behind the others. `false` where too many wait.
    pub(super) fn append(&self, file: &str) -> bool {
        let mut list = self.list();
        if list.waiting.len() >= MOST_FILES {
            return false;
        }
        list.waiting.push_back(file.to_owned());
        if list.playing.is_none() {
            self.changed.notify_one();
        }
        true
    }

    /// Stops what plays, and forgets what waits.
    pub(super) fn clear(&self) -> Vec<Event> {
        let mut list = self.list();
        if list.playing.is_some() {
            self.changed.notify_one();
        }
        list.clear()
    }

    /// Whether a key clears the list.
    pub(super) fn set_auto_clear(&self, on: bool) {
        self.list().auto_clear = on;
    }

    /// Tells of a key. `true` when it stops what plays.
    fn press(&self, key: char) -> bool {
        self.tell(Event::new(key));
        let cleared = {
            let mut list = self.list();
            if !list.auto_clear {
                return false;
            }
            list.clear()
        };
        cleared.into_iter().for_each(|event| self.tell(event));
        true
    }

    /// The next file, and how often the list had been cleared before it.
    fn next(&self) -> Option<(String, u64)> {
        let mut list = self.list();
        list.playing = list.waiting.pop_front();
        list.playing.clone().map(|file| (file, list.clearings))
    }

    /// Waits until the list is cleared once more. The bell alone says nothing of the sort: it also rings for files that come to a
    /// silent list, and for the second of them it rings when the first one plays.
    async fn cleared_since(&self, clearings: u64) {
        while self.list().clearings == clearings {
            self.changed.notified().await;
        }
    }

    /// Plays the list, and listens to keys, until the caller hangs up.
    pub(super) async fn run(&self) -> CallError {
        loop {
            let heard = match self.next() {
                Some((file, clearings)) => self.play(&file, clearings).await,
                None => self.listen().await,
            };
            if let Err(error) = heard {
                return error;
            }
        }
    }

    async fn play(&self, file: &str, clearings: u64) -> Result<(), CallError> {
        let played = tokio::select! {
            biased;
            () = self.cleared_since(clearings) => return Ok(()),
            played = self.call.play_until_key(file, |key| self.press(key)) => played,
        };
        match played {
            Ok(PlayEnd::Finished) => self.tell(Event::with('F', file)),
            Ok(PlayEnd::Interrupted(_)) => {}
            Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => {
                self.tell(Event::with('Z', file));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn listen(&self) -> Result<(), CallError> {
        tokio::select! {
            biased;
            () = self.changed.notified() => {}
            key = self.call.next_digit(FOR_EVER) => if let Some(key) = key? {
                self.press(key);
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;

    #[test]
    fn what_is_cleared_is_told_in_order() {
        let mut list =
            List { playing: Some("a".into()), waiting: ["b".into(), "c".into()].into(), ..List::default() };
        assert_eq!(list.clear(), [Event::with('T', "a"), Event::with('D', "b"), Event::with('D', "c")]);
        assert_eq!(list.clear(), []);
    }

    #[tokio::test]
    async fn files_that_come_together_are_all_played() {
        let bench = Bench::new().await;
        let (events, mut told) = mpsc::channel(16);
        let player = Player::new(bench.channel.call.clone(), events);
        let program = async {
            let mut heard = Vec::new();
            for names in [["one", "two"], ["three", "four"]] {
                // As many lines that were read at once, while it is silent.
                assert!(names.iter().all(|name| player.append(name)));
                for _ in names {
                    heard.push(tokio::time::timeout(Duration::from_secs(5), told.recv()).await);
                }
            }
            heard
        };
        tokio::select! {
            biased;
            error = player.run() => panic!("{error}"),
            heard = program => {
                let expected = ["one", "two", "three", "four"].map(|name| Ok(Some(Event::with('Z', name))));
                assert_eq!(heard, expected, "there are no such files, which is told of each");
            }
        }
    }
}
