//! Channels that are sent somewhere else while something runs on them: transfers, pickups, redirections.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::{Call, DialplanPosition, Follower};

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
#[derive(Default)]
pub(crate) struct Moves {
    next: Mutex<Option<Move>>,
    ordered: Notify,
    /// Whether a task sees to the channel and takes its moves.
    attended: AtomicBool,
}

impl Moves {
    fn take(&self) -> Option<Move> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
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
        self.0.facets.moves.change(|count| {
            *count += 1;
            true
        });
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
        self.0.moves.attended.store(true, Ordering::Relaxed);
    }

    /// Tells observers that the task which attended the channel is done with it.
    pub fn release(&self) {
        self.0.switchboard.notice(|| crate::event::Event::ChannelReleased { channel: self.snapshot() });
    }

    /// Whether a task sees to this channel. The phones that a `Dial` calls have none: the caller's sees to them.
    pub fn is_attended(&self) -> bool {
        self.0.moves.attended.load(Ordering::Relaxed)
    }

    /// Becomes true when the channel leaves for somewhere else.
    pub(crate) async fn left(&self, mut count: Follower<u64>) {
        // The channel is not gone as long as `self` keeps it.
        let _ = count.changed().await;
    }

    /// Lets go of the channels that moves and pickups name.
    pub(super) fn forget_moves(&self) {
        drop(self.0.moves.take());
        self.0.facets.picked_up.set(None);
    }
}
