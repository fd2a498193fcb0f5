//! The end of a call: what the caller hears when the dialplan has no more to say, and `h`.

use std::ops::ControlFlow;
use std::time::Duration;

use call_control::{ChannelState, HangupCause};
use dialplan_vm::{AppCall, Outcome, Step};

use super::channel::DialplanChannel;
use super::hangup_handlers::note_cause;
use super::step::{Moves, next_step, position, run_at};
use crate::applications;
use crate::functions;

/// How long a caller hears busy or congestion when the dialplan just ends.
const FALLTHROUGH_TONE: Duration = Duration::from_secs(10);

/// Nobody can hang up on an `h` that never ends, so it ends here.
pub(super) const MOST_STEPS_AFTER_HANGUP: usize = 10_000;

/// The application that waits for another extension where the dialplan has no more to say.
const WAIT_EXTEN: &str = "WaitExten";

/// With `autofallthrough=no` a phone whose dialplan has run out may dial another extension of its context, or goes to `t`.
/// It breaks where nobody is to be waited for, or the call is over.
pub(super) async fn wait_for_extension(channel: &mut DialplanChannel) -> ControlFlow<()> {
    let is_phone = channel.call.leg().is_some() && channel.call.technology() != call_control::local::NAME;
    if channel.machine.plan().autofallthrough() || !is_phone || channel.call.state().is_ended() {
        return ControlFlow::Break(());
    }
    let Some(wait) = applications::find(WAIT_EXTEN) else { return ControlFlow::Break(()) };
    let at = channel.machine.location().clone();
    run_at(channel, wait, &at, "", Moves::AreFollowed).await
}

/// The dialplan has no more to say: the caller hears how the last `Dial` ended.
pub(super) async fn fall_through(channel: &mut DialplanChannel) {
    if channel.call.state().is_ended() {
        return;
    }
    let status = channel.call.variable("DIALSTATUS").unwrap_or_else(|| "UNKNOWN".to_owned());
    let name = channel.call.name().to_owned();
    channel.verbose(3, format!("Auto fallthrough, channel '{name}' status is '{status}'"));
    let (cause, tone) = match status.as_str() {
        // The caller is to know that it is in a circle.
        "CHANUNAVAIL" if channel.hangup_cause() == HangupCause::ROUTING_ERROR => {
            (HangupCause::ROUTING_ERROR, "congestion")
        }
        "BUSY" => (HangupCause::USER_BUSY, "busy"),
        "CONGESTION" | "CHANUNAVAIL" => (HangupCause::CONGESTION, "congestion"),
        "NOANSWER" => (HangupCause::NO_ANSWER, ""),
        _ => (channel.hangup_cause(), ""),
    };
    if channel.call.state() == ChannelState::Up && !tone.is_empty() {
        channel.call.play_indication(tone);
        let _ = channel.call.wait(FALLTHROUGH_TONE).await;
    }
    channel.call.hangup(cause);
}

/// `h` of the context where the call ended, on a channel that is gone.
pub(super) async fn run_hangup_extension(channel: &mut DialplanChannel) {
    if !channel.machine.hangup() {
        return;
    }
    note_cause(channel);
    for _ in 0..MOST_STEPS_AFTER_HANGUP {
        tokio::task::coop::consume_budget().await;
        match next_step(channel) {
            Step::Run(app) => {
                if run_after_hangup(channel, &app).await.is_break() {
                    return;
                }
            }
            Step::Evaluate(call) => {
                let value = functions::evaluate(channel, &call).await;
                channel.machine.resume_function(value);
            }
            Step::Ended(_) => return,
        }
    }
    channel.warning("the 'h' extension goes in circles: it is ended here");
}

/// One application on a channel that is gone: most do nothing there. It breaks where the dialplan ends.
pub(super) async fn run_after_hangup(channel: &mut DialplanChannel, app: &AppCall) -> ControlFlow<()> {
    let Some(application) = applications::find(&app.application) else { return ControlFlow::Break(()) };
    channel.call.start_application(position(&app.location), application.name, &app.arguments);
    let outcome = if application.on_dead_channel {
        (application.run)(channel, &app.arguments).await.unwrap_or(Outcome::Continue)
    } else {
        Outcome::Continue
    };
    if matches!(outcome, Outcome::Hangup) {
        return ControlFlow::Break(());
    }
    channel.machine.complete(outcome);
    ControlFlow::Continue(())
}
