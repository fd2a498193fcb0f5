//! What becomes of one destination, told to the dial that called it.

use tokio::sync::mpsc;

use crate::call::{Call, ChannelState};
use crate::cause::HangupCause;
use crate::forward::Forward;

/// What happens to a branch, told to the dial by the branch's watcher.
pub(super) enum Progress {
    Ringing,
    EarlyMedia,
    Answered,
    /// Somebody else has taken the call that rings there.
    PickedUp(Call),
    /// It names other places to call instead.
    Forwarded(Forward),
    Failed(HangupCause),
}

/// Turns the state of one branch into messages for the dial, until it answers or ends.
pub(super) async fn watch_branch(
    call: Call,
    index: usize,
    progress: mpsc::UnboundedSender<(usize, Progress)>,
) {
    let mut states = call.watch_state();
    let mut early_media = call.watch_early_media();
    let mut pickup = call.watch_pickup();
    let forward = call.watch_forward();
    let mut told_ringing = false;
    let mut told_media = false;
    // Only the watches are kept: this task must not keep the channel alive.
    drop(call);
    loop {
        let state = states.latest();
        if early_media.latest() && !told_media {
            told_media = true;
            let _ = progress.send((index, Progress::EarlyMedia));
        }
        let taker = pickup.latest();
        if let Some(taker) = taker {
            let _ = progress.send((index, Progress::PickedUp(taker)));
            return;
        }
        match state {
            ChannelState::Ringing if !told_ringing => {
                told_ringing = true;
                let _ = progress.send((index, Progress::Ringing));
            }
            ChannelState::Up => {
                let _ = progress.send((index, Progress::Answered));
                return;
            }
            ChannelState::Ended(cause) => {
                let forward = forward.get();
                let told = forward.map_or(Progress::Failed(cause), Progress::Forwarded);
                let _ = progress.send((index, told));
                return;
            }
            _ => {}
        }
        tokio::select! {
            changed = states.changed() => if changed.is_err() { return },
            changed = early_media.changed() => if changed.is_err() { return },
            changed = pickup.changed() => if changed.is_err() { return },
            () = progress.closed() => return,
        }
    }
}
