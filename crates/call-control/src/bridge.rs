//! Two channels that hear each other.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use media_bridge::{Leg, LegId};

use crate::call::{Call, ChannelState, TransferProgress};
use crate::cause::HangupCause;
use crate::direct_media::Pair;
use crate::error::CallError;
use crate::event::Event;
use crate::music::play_to_the_held;
use crate::streams;

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
    // The other one may have gone while this one was answered.
    if let (false, ChannelState::Ended(cause)) = (caller.state().is_ended(), peer.state()) {
        return Ok(BridgeEnd::PeerHungUp(cause));
    }
    let (moves, moved) = (peer.watch_moves(), peer.watch_moves());
    let before = moved.get();
    let membership = Membership::enter(caller, peer)?;
    let end = tokio::select! {
        biased;
        cause = caller.hung_up() => BridgeEnd::CallerHungUp(cause),
        cause = peer.hung_up() => BridgeEnd::PeerHungUp(cause),
        () = peer.left(moves) => BridgeEnd::PeerMoved,
        never = play_to_the_held(caller, peer) => match never {},
        never = membership.follow_streams() => match never {},
    };
    drop(membership);
    // One who hands the other on may hang up in the same moment: that one is on its way all the same.
    let is_on_its_way = moved.get() != before && !peer.state().is_ended();
    match end {
        BridgeEnd::CallerHungUp(_) if is_on_its_way => Ok(BridgeEnd::PeerMoved),
        end => Ok(end),
    }
}

/// Both channels' stay in one bridge; leaving is telling everybody and giving the media back.
struct Membership {
    caller: Call,
    peer: Call,
    id: Arc<str>,
    media: Option<media_bridge::Bridge>,
    /// What goes along with the audio, by the legs that are joined.
    streams: Mutex<Vec<([LegId; 2], media_bridge::Bridge)>>,
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
        let stay = Self { caller, peer, id: id.into(), media: Some(media), streams: Mutex::default(), pair };
        stay.join_streams();
        for call in [&stay.peer, &stay.caller] {
            stay.notice(call, |channel, bridge| Event::BridgeEntered { channel, bridge });
        }
        Ok(stay)
    }

    /// Joins the streams of both beside their audio, those of one kind with each other.
    fn join_streams(&self) {
        let (ours, theirs) = (self.caller.streams(), self.peer.streams());
        let mut joined = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = streams::pairs(&ours, &theirs);
        let ids = |(one, other): &(Arc<Leg>, Arc<Leg>)| [one.id(), other.id()];
        joined.retain(|(legs, _)| pairs.iter().any(|pair| ids(pair) == *legs));
        for pair in &pairs {
            if !joined.iter().any(|(legs, _)| *legs == ids(pair)) {
                let bridge = self.caller.switchboard().media().bridge(&pair.0, &pair.1);
                joined.push((ids(pair), bridge));
            }
        }
    }

    /// Follows what becomes of the streams of both. What one has and the other has not is offered to that one; what one gives up
    /// is taken from the other.
    async fn follow_streams(&self) -> Infallible {
        let calls = [&self.caller, &self.peer];
        let mut known = calls.map(Call::party_streams);
        for (call, other) in [(0, 1), (1, 0)] {
            let (own, others) = (streams::counts(&known[call]), streams::counts(&known[other]));
            let lacks = own.iter().zip(others).any(|(own, other)| *own < other);
            if lacks || calls[call].0.driver.speaks_for_another() {
                calls[call].match_streams(&known[other]);
            }
        }
        loop {
            tokio::select! {
                () = self.caller.0.streams.changed() => {}
                () = self.peer.0.streams.changed() => {}
            }
            self.join_streams();
            for (call, other) in [(0, 1), (1, 0)] {
                let now = calls[other].party_streams();
                if now != known[other] {
                    calls[call].match_streams(&now);
                    known[other] = now;
                }
            }
        }
    }

    fn notice(&self, call: &Call, event: impl FnOnce(crate::call::CallSnapshot, Arc<str>) -> Event) {
        call.switchboard().notice(|| event(call.snapshot(), self.id.clone()));
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.pair.part();
        self.media = None;
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
    _streams: Vec<media_bridge::Bridge>,
}

impl EarlyMedia {
    /// Joins the media of both, if both have any.
    pub(crate) fn join(caller: &Call, branch: &Call) -> Option<Self> {
        let (a, b) = (caller.leg()?, branch.leg()?);
        let media = caller.switchboard().media();
        let pairs = streams::pairs(&caller.streams(), &branch.streams());
        let streams = pairs.iter().map(|(a, b)| media.bridge(a, b)).collect();
        Some(Self { _media: media.bridge(&a, &b), _streams: streams })
    }
}
