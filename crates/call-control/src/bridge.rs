//! Two channels that hear each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::call::{Call, ChannelState, TransferProgress};
use crate::cause::HangupCause;
use crate::direct_media::Pair;
use crate::error::CallError;
use crate::event::Event;
use crate::music::play_to_the_held;

/// How a bridge ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeEnd {
    /// The channel that asked for the bridge ended.
    CallerHungUp(HangupCause),
    /// The other one did.
    PeerHungUp(HangupCause),
    /// The other one was [sent](Call::send_to) somewhere else. It goes on without this channel: if nobody
    /// [attends](Call::is_attended) it, whoever reads this must.
    PeerMoved,
}

/// Numbers bridges for the events; the media plane has its own names.
static NEXT_BRIDGE: AtomicU32 = AtomicU32::new(1);

/// Joins `caller` and `peer` until one of them ends.
pub(crate) async fn join(caller: &Call, peer: &Call) -> Result<BridgeEnd, CallError> {
    let moves = peer.watch_moves();
    let membership = Membership::enter(caller, peer)?;
    let end = tokio::select! {
        biased;
        cause = caller.hung_up() => BridgeEnd::CallerHungUp(cause),
        cause = peer.hung_up() => BridgeEnd::PeerHungUp(cause),
        () = peer.left(moves) => BridgeEnd::PeerMoved,
        never = play_to_the_held(caller, peer) => match never {},
    };
    drop(membership);
    Ok(end)
}

/// Both channels' stay in one bridge; leaving is telling everybody and giving the media back.
struct Membership {
    caller: Call,
    peer: Call,
    id: Arc<str>,
    media: Option<media_bridge::Bridge>,
    /// Sees to it that the audio takes the short way where it can.
    pair: Arc<Pair>,
}

impl Membership {
    fn enter(caller: &Call, peer: &Call) -> Result<Self, CallError> {
        let (a, b) = (media_leg(caller)?, media_leg(peer)?);
        let media = caller.switchboard().media().bridge(&a, &b);
        let id = format!("{}-{}", caller.unique_id(), NEXT_BRIDGE.fetch_add(1, Ordering::Relaxed));
        let (caller, peer) = (caller.clone(), peer.clone());
        for (call, other) in [(&caller, &peer), (&peer, &caller)] {
            call.set_bridged_with(Some(other.name()));
            call.set_connected(other.caller());
            if let Some(advice) = other.take_charges() {
                call.advise_charges(advice);
            }
            call.hears(TransferProgress::Connected);
        }
        let pair = Pair::join(&caller, &peer);
        let stay = Self { caller, peer, id: id.into(), media: Some(media), pair };
        for call in [&stay.peer, &stay.caller] {
            stay.notice(call, |channel, bridge| Event::BridgeEntered { channel, bridge });
        }
        Ok(stay)
    }

    fn notice(&self, call: &Call, event: impl FnOnce(crate::call::CallSnapshot, Arc<str>) -> Event) {
        call.switchboard().notice(|| event(call.snapshot(), self.id.clone()));
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.pair.part();
        self.media = None;
        for (call, other) in [(&self.peer, &self.caller), (&self.caller, &self.peer)] {
            // One that was sent elsewhere may be in another bridge by now.
            call.clear_bridged_with(other.name());
            // Keys pressed during the conversation were meant for the other party.
            call.0.digits.clear();
            self.notice(call, |channel, bridge| Event::BridgeLeft { channel, bridge });
        }
    }
}

fn media_leg(call: &Call) -> Result<Arc<media_bridge::Leg>, CallError> {
    match (call.leg(), call.state()) {
        (Some(leg), _) => Ok(leg),
        (None, ChannelState::Ended(_)) => Err(CallError::HungUp),
        (None, _) => Err(CallError::NoMedia),
    }
}

/// Audio from a branch that has not answered yet, heard by the caller.
pub(crate) struct EarlyMedia {
    _media: media_bridge::Bridge,
}

impl EarlyMedia {
    /// Joins the media of both, if both have any.
    pub(crate) fn join(caller: &Call, branch: &Call) -> Option<Self> {
        let (a, b) = (caller.leg()?, branch.leg()?);
        Some(Self { _media: caller.switchboard().media().bridge(&a, &b) })
    }
}
