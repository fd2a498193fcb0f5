//! Channels that are sent somewhere else while something runs on them: transfers, pickups, redirections.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use super::{Call, DialplanPosition};

/// Where a channel is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Move {
    /// Its dialplan goes on there.
    Dialplan(DialplanPosition),
    /// It is joined with that channel, and sees to the bridge.
    Bridge(Call),
    /// Somebody else joins it with another channel and sees to the bridge; it only waits for its end.
    Follow,
}

/// The move that a channel has not made yet.
pub(crate) struct Moves {
    next: Mutex<Option<Move>>,
    ordered: Notify,
    /// Counts the moves: a bridge sees by it that a party has left.
    count: watch::Sender<u64>,
    /// Whether a task sees to the channel and takes its moves.
    attended: watch::Sender<bool>,
    /// Who has picked the ringing channel up.
    picked_up: watch::Sender<Option<Call>>,
}

impl Default for Moves {
    fn default() -> Self {
        Self {
            next: Mutex::new(None),
            ordered: Notify::new(),
            count: watch::Sender::new(0),
            attended: watch::Sender::new(false),
            picked_up: watch::Sender::new(None),
        }
    }
}

impl Moves {
    fn take(&self) -> Option<Move> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes who takes the call that rings; `false` when somebody has it already.
    pub(super) fn picked_up_by(&self, taker: &Call) -> bool {
        self.picked_up.send_if_modified(|slot| {
            let is_free = slot.is_none();
            if is_free {
                *slot = Some(taker.clone());
            }
            is_free
        })
    }

    /// Whether somebody would hear that the call is taken.
    pub(super) fn is_waited_for(&self) -> bool {
        self.picked_up.receiver_count() > 0
    }

    /// Lets go of channels that it names.
    pub(crate) fn clear(&self) {
        drop(self.take());
        self.picked_up.send_replace(None);
    }
}

impl Call {
    /// Sends the channel somewhere else: what runs on it stops, and its task goes on there. Of two moves that have not
    /// been made the later one counts.
    pub fn send_to(&self, place: Move) {
        if self.state().is_ended() {
            return;
        }
        *self.0.moves.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        self.0.moves.count.send_modify(|count| *count += 1);
        self.0.moves.ordered.notify_one();
    }

    /// Waits for the next move. One task may wait for the moves of a channel: the one that
    /// [attends](Call::set_attended) it.
    pub async fn moved(&self) -> Move {
        loop {
            if let Some(place) = self.0.moves.take() {
                return place;
            }
            self.0.moves.ordered.notified().await;
        }
    }

    /// The move that waits already, if there is one; for the task that attends it.
    pub fn take_move(&self) -> Option<Move> {
        self.0.moves.take()
    }

    /// Tells that a task sees to this channel, and takes its moves.
    pub fn set_attended(&self) {
        self.0.moves.attended.send_replace(true);
    }

    /// Tells observers that the task which attended the channel is done with it.
    pub fn release(&self) {
        self.0.switchboard.notice(|| crate::event::Event::ChannelReleased { channel: self.snapshot() });
    }

    /// Whether a task sees to this channel. The phones that a `Dial` calls have none: the caller's sees to them.
    pub fn is_attended(&self) -> bool {
        *self.0.moves.attended.borrow()
    }

    /// Becomes true when the channel leaves for somewhere else.
    pub(crate) async fn left(&self, mut count: watch::Receiver<u64>) {
        // The sender lives as long as the channel, which `self` keeps.
        let _ = count.changed().await;
    }

    /// The moves so far, to notice the next one by.
    pub(crate) fn watch_moves(&self) -> watch::Receiver<u64> {
        self.0.moves.count.subscribe()
    }

    pub(crate) fn watch_pickup(&self) -> watch::Receiver<Option<Call>> {
        self.0.moves.picked_up.subscribe()
    }
}
