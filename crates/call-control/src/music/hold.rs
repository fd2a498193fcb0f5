//! A party that holds lets the other one hear music.

use std::convert::Infallible;

use tokio::sync::watch;

use super::MusicWhile;
use crate::call::Call;

/// Sees to the music of two channels in a bridge, for as long as it is polled; what plays ends when it is dropped.
pub(crate) async fn play_to_the_held(one: &Call, other: &Call) -> Infallible {
    let (mut first, mut second) = (one.watch_hold(), other.watch_hold());
    let (mut for_one, mut for_other) = (None, None);
    loop {
        follow(&mut first, one, other, &mut for_other);
        follow(&mut second, other, one, &mut for_one);
        // The senders live as long as the channels, which are borrowed here.
        tokio::select! {
            _ = first.changed() => {}
            _ = second.changed() => {}
        }
    }
}

/// `listener` hears music while `holder` holds.
fn follow(held: &mut watch::Receiver<bool>, holder: &Call, listener: &Call, music: &mut Option<MusicWhile>) {
    let held = *held.borrow_and_update();
    match (held, music.is_some()) {
        (true, false) => *music = Some(listener.music_while(holder.suggested_music().as_deref())),
        (false, true) => *music = None,
        _ => {}
    }
}
