//! A party that holds lets the other one hear music, or has its phone told.

use std::convert::Infallible;

use super::MusicWhile;
use crate::call::{Call, Follower};

/// Sees to it that of two channels in a bridge the one knows when the other holds, for as long as it is polled; what plays ends when it is
/// dropped.
pub(crate) async fn play_to_the_held(one: &Call, other: &Call) -> Infallible {
    let (mut first, mut second) = (one.watch_hold(), other.watch_hold());
    let (mut for_one, mut for_other) = (None, None);
    loop {
        follow(&mut first, one, other, &mut for_other);
        follow(&mut second, other, one, &mut for_one);
        // The channels are borrowed here, so that none is gone.
        tokio::select! {
            _ = first.changed() => {}
            _ = second.changed() => {}
        }
    }
}

/// What becomes of a party while the other one holds, until it is dropped.
enum Waiting {
    /// It hears music.
    Music { _plays: MusicWhile },
    /// Its phone knows that it is held.
    Told(Call),
}

impl Waiting {
    fn begin(holder: &Call, listener: &Call) -> Self {
        match listener.0.pass_hold(true) {
            true => Self::Told(listener.clone()),
            false => Self::Music { _plays: listener.music_while(holder.suggested_music().as_deref()) },
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Self::Told(listener) = self {
            listener.0.pass_hold(false);
        }
    }
}

/// `listener` waits while `holder` holds.
fn follow(held: &mut Follower<bool>, holder: &Call, listener: &Call, waiting: &mut Option<Waiting>) {
    let held = held.latest();
    match (held, waiting.is_some()) {
        (true, false) => *waiting = Some(Waiting::begin(holder, listener)),
        (false, true) => *waiting = None,
        _ => {}
    }
}
