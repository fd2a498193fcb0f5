//! Taking a call that rings elsewhere: by the number of `features.conf`, and by the applications.

use std::sync::Arc;

use call_control::{Call, CallError, HangupCause};

use crate::dialplan::DialplanChannel;
use crate::exchange::Exchange;

/// Whether `dialed` is the number that takes calls; else whether more digits could make it that.
pub(crate) fn is_pickup_number(exchange: &Exchange, dialed: &str) -> PickupNumber {
    match &exchange.configuration().features.pickup_extension {
        Some(number) if number == dialed => PickupNumber::Is,
        Some(number) if !dialed.is_empty() && number.starts_with(dialed) => PickupNumber::Begins,
        _ => PickupNumber::Other,
    }
}

/// What a number that is dialled is to `pickupexten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PickupNumber {
    /// It.
    Is,
    /// The first digits of it.
    Begins,
    /// Something else.
    Other,
}

/// Takes the oldest call that rings in a group of the caller, who dialled the number for it. A caller who finds none is
/// refused.
pub(crate) async fn by_number(exchange: &Arc<Exchange>, call: &Call) -> Result<(), CallError> {
    let target = || exchange.switchboard().ringing_for(call);
    if target().is_some() && take(exchange, call, target).await? {
        return Ok(());
    }
    if let Some(sound) = &exchange.configuration().features.pickup_fail_sound {
        call.answer().await?;
        // A prompt that is missing changes nothing.
        let _ = call.play(sound).await;
    }
    call.hangup(HangupCause::REJECTED);
    Err(CallError::HungUp)
}

/// Answers the taker, and lets it take what `target` finds then; `false` when that is nothing any more.
async fn take(
    exchange: &Arc<Exchange>,
    call: &Call,
    target: impl Fn() -> Option<Call>,
) -> Result<bool, CallError> {
    call.answer().await?;
    if let Some(sound) = &exchange.configuration().features.pickup_sound {
        let _ = call.play(sound).await;
    }
    Ok(target().is_some_and(|ringing| {
        tracing::info!(call = %call.call_id(), "{} takes the call that rings at {}", call.name(), ringing.name());
        call.pick_up(&ringing)
    }))
}

/// Finds what an application is to take.
pub(crate) type Target = Box<dyn Fn(&Call) -> Option<Call> + Send + Sync>;

/// The same for an application: tries one target after the other. When a call was taken this ends with the channel.
pub(crate) async fn by_application(channel: &DialplanChannel, targets: &[Target]) -> Result<(), CallError> {
    let call = &channel.call;
    for target in targets {
        let Some(ringing) = target(call) else { continue };
        channel.verbose(3, format!("Pickup {} attempt by {}", ringing.name(), call.name()));
        if take(&channel.exchange, call, || target(call)).await? {
            call.hung_up().await;
            return Err(CallError::HungUp);
        }
    }
    channel.verbose(3, format!("No call that rings was found for {} to pick up", call.name()));
    Ok(())
}
