//! Channels that are sent somewhere else while their dialplan runs: the way there.

use call_control::{BridgeEnd, Call, CallError, DialplanPosition, HangupCause, Move};

use super::DialplanChannel;
use super::runner::run_moved;

/// Goes where `channel` is sent, and on to wherever it is sent from there, until it is back in the dialplan or its
/// conversation is over.
pub(super) async fn follow(
    channel: &mut DialplanChannel,
    mut place: Move,
) -> Result<DialplanPosition, CallError> {
    loop {
        let call = channel.call.clone();
        place = match place {
            Move::Dialplan(to) => return Ok(to),
            Move::Bridge(peer) => {
                call.answer().await?;
                let peer = HangUpOnDrop::new(peer);
                tokio::select! {
                    biased;
                    place = call.moved() => place,
                    end = converse(channel, peer) => return Err(end),
                }
            }
            // Whoever picks up, or is handed the call, may not have answered yet.
            Move::Follow => {
                call.answer().await?;
                tokio::select! {
                    biased;
                    _ = call.hung_up() => return Err(CallError::HungUp),
                    place = call.moved() => place,
                }
            }
            _ => return Err(CallError::HungUp),
        };
    }
}

/// Joins `channel` with `peer` until one of them has enough, which ends both; a peer that is sent elsewhere is let go.
async fn converse(channel: &mut DialplanChannel, mut peer: HangUpOnDrop) -> CallError {
    match channel.call.bridge(&peer.0).await {
        Err(error) => return error,
        Ok(BridgeEnd::PeerMoved) => peer.let_go(channel),
        Ok(BridgeEnd::PeerHungUp(cause)) => channel.set("HANGUPCAUSE", cause.code().to_string()),
        Ok(_) => {}
    }
    channel.call.hangup(HangupCause::NORMAL);
    CallError::HungUp
}

/// The called party does not outlive what joined it with its caller, unless it is sent elsewhere.
pub(crate) struct HangUpOnDrop(pub(crate) Call, bool);

impl HangUpOnDrop {
    pub(crate) fn new(call: Call) -> Self {
        Self(call, true)
    }

    /// Lets the party go where it is sent; it gets a task of its own where it has none.
    pub(crate) fn let_go(&mut self, channel: &DialplanChannel) {
        self.1 = false;
        if !self.0.is_attended() {
            self.0.set_attended();
            tokio::spawn(run_moved(channel.exchange.clone(), self.0.clone()));
        }
    }
}

impl Drop for HangUpOnDrop {
    fn drop(&mut self) {
        if self.1 {
            self.0.hangup(HangupCause::NORMAL);
        }
    }
}
