//! What others follow about a channel. It is shared with those who follow, so that they need not keep the channel.

use super::watched::Watched;
use super::{Call, ChannelState, Follower, TransferProgress};
use crate::forward::Forward;

/// All that may be followed.
pub(crate) struct Facets {
    pub(super) state: Watched<ChannelState>,
    /// Whether the far end sends audio before its answer.
    pub(super) early_media: Watched<bool>,
    /// Whether the party has put us on hold.
    pub(super) held: Watched<bool>,
    /// Whether it is joined with another channel.
    pub(super) bridged: Watched<bool>,
    /// Where the called party wants the call to go instead.
    pub(super) forward: Watched<Option<Forward>>,
    /// What became of the party's own call to somebody else; the status is SIP's where it failed.
    pub(super) transferred: Watched<Option<Result<(), u16>>>,
    /// How far the party is on its way to whom it was handed on to.
    pub(super) onward: Watched<TransferProgress>,
    /// Counts the moves: a bridge sees by it that a party has left.
    pub(super) moves: Watched<u64>,
    /// Who has picked the ringing channel up.
    pub(super) picked_up: Watched<Option<Call>>,
}

impl Facets {
    pub(super) fn new(state: ChannelState) -> Self {
        Self {
            state: Watched::new(state),
            early_media: Watched::default(),
            held: Watched::default(),
            bridged: Watched::default(),
            forward: Watched::default(),
            transferred: Watched::default(),
            onward: Watched::default(),
            moves: Watched::default(),
            picked_up: Watched::default(),
        }
    }

    /// The channel goes: nobody waits any longer.
    pub(super) fn close(&self) {
        self.state.close();
        self.early_media.close();
        self.held.close();
        self.bridged.close();
        self.forward.close();
        self.transferred.close();
        self.onward.close();
        self.moves.close();
        self.picked_up.close();
    }
}

#[cfg(test)]
impl Default for Facets {
    fn default() -> Self {
        Self::new(ChannelState::Ring)
    }
}

impl Call {
    /// Follows the state.
    pub fn watch_state(&self) -> Follower<ChannelState> {
        Follower::new(&self.0.facets, |facets| &facets.state)
    }

    /// Becomes true when the far end sends audio before its answer.
    pub fn watch_early_media(&self) -> Follower<bool> {
        Follower::new(&self.0.facets, |facets| &facets.early_media)
    }

    /// True while the party has put us on hold.
    pub fn watch_hold(&self) -> Follower<bool> {
        Follower::new(&self.0.facets, |facets| &facets.held)
    }

    /// True while the channel is joined with another.
    pub fn watch_bridged(&self) -> Follower<bool> {
        Follower::new(&self.0.facets, |facets| &facets.bridged)
    }

    /// Where the called party wants the call to go instead, once it says so.
    pub(crate) fn watch_forward(&self) -> Follower<Option<Forward>> {
        Follower::new(&self.0.facets, |facets| &facets.forward)
    }

    /// What became of the party's own call to somebody else.
    pub(super) fn watch_transferred(&self) -> Follower<Option<Result<(), u16>>> {
        Follower::new(&self.0.facets, |facets| &facets.transferred)
    }

    /// How far the party is on its way.
    pub(super) fn watch_onward(&self) -> Follower<TransferProgress> {
        Follower::new(&self.0.facets, |facets| &facets.onward)
    }

    /// The moves so far, to notice the next one by.
    pub(crate) fn watch_moves(&self) -> Follower<u64> {
        Follower::new(&self.0.facets, |facets| &facets.moves)
    }

    /// Who takes the call that rings, once somebody does.
    pub(crate) fn watch_pickup(&self) -> Follower<Option<Call>> {
        Follower::new(&self.0.facets, |facets| &facets.picked_up)
    }
}
