//! Runs a call through the dialplan, from its first step to `h`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, CallError, ChannelState, DialplanPosition, HangupCause, Move};
use dialplan_vm::{AppCall, End, JumpTarget, Location, Machine, Outcome, Step};
use tokio::time::Instant;

use super::channel::DialplanChannel;
use super::host::ChannelHost;
use super::overlap;
use super::transfer;
use crate::applications::{self, Application, ApplicationResult};
use crate::exchange::Exchange;
use crate::functions;
use crate::pickup::{self, PickupNumber, is_pickup_number};

/// How long a caller hears busy or congestion when the dialplan just ends.
const FALLTHROUGH_TONE: Duration = Duration::from_secs(10);

/// Nobody can hang up on an `h` that never ends, so it ends here.
const MOST_STEPS_AFTER_HANGUP: usize = 10_000;

/// Runs `call` from the extension that it dialled until the dialplan ends or the party hangs up, then `h`.
pub async fn run_call(exchange: Arc<Exchange>, call: Call) {
    let extension = Some(call.dialed()).filter(|d| !d.is_empty()).unwrap_or_else(|| "s".to_owned());
    let _attended = Attended::begin(&call);
    let plan = exchange.configuration().dialplan.clone();
    // It may have come to take the place of another call.
    let place = call.take_move();
    // A dialplan that dials that number means its own.
    let is_phone = call.leg().is_some() && call.technology() != call_control::local::NAME;
    if is_phone && place.is_none() && is_pickup_number(&exchange, &extension) == PickupNumber::Is {
        return run_pickup(exchange, call).await;
    }
    let extension = match place {
        None => overlap::complete(&plan, &call, extension).await,
        Some(_) => Some(extension),
    };
    let Some(extension) = extension else { return };
    let machine = Machine::new(plan, Location::new(call.position().context, extension, 1));
    let mut channel = DialplanChannel::new(exchange, call, machine);
    let end = match place {
        Some(place) => follow_and_run(&mut channel, place).await,
        None => run(&mut channel).await,
    };
    finish(&mut channel, end).await;
}

/// Runs a call to the number that takes calls: it has no dialplan until it is sent to one.
async fn run_pickup(exchange: Arc<Exchange>, call: Call) {
    if pickup::by_number(&exchange, &call).await.is_ok() {
        run_where_sent(exchange, call).await;
    }
}

/// A task sees to the channel for as long as this lives.
struct Attended(Call);

impl Attended {
    fn begin(call: &Call) -> Self {
        call.set_attended();
        Self(call.clone())
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// Sees to a channel that nobody attends and that was sent somewhere: a phone that `Dial` had called, whose caller has
/// handed it on.
pub(crate) async fn run_moved(exchange: Arc<Exchange>, call: Call) {
    let _attended = Attended::begin(&call);
    run_where_sent(exchange, call).await;
}

async fn run_where_sent(exchange: Arc<Exchange>, call: Call) {
    let start = Location::new(call.position().context, "s", 1);
    let machine = Machine::new(exchange.configuration().dialplan.clone(), start);
    let mut channel = DialplanChannel::new(exchange, call, machine);
    let place = channel.call.unless_hung_up(channel.call.moved()).await;
    let end = match place {
        Ok(place) => follow_and_run(&mut channel, place).await,
        Err(_) => return,
    };
    match channel.call.position().priority {
        // It never came into the dialplan, so there is no `h` of its own either.
        0 => channel.call.hangup(channel.hangup_cause()),
        _ => finish(&mut channel, end).await,
    }
}

/// Goes where the channel is sent before its dialplan has begun, and begins it there.
async fn follow_and_run(channel: &mut DialplanChannel, place: Move) -> Ended {
    let Ok(to) = transfer::follow(channel, place).await else { return Ended::HungUp };
    let start = Location::new(to.context, to.extension, to.priority);
    channel.machine = Machine::new(channel.exchange.configuration().dialplan.clone(), start);
    run(channel).await
}

async fn finish(channel: &mut DialplanChannel, end: Ended) {
    if let Ended::RanOut = end {
        fall_through(channel).await;
    }
    channel.call.hangup(channel.hangup_cause());
    run_hangup_extension(channel).await;
}

/// Why the dialplan stopped.
enum Ended {
    /// No priority is left.
    RanOut,
    /// The channel ended, or an application ended it.
    HungUp,
}

/// Steps until the dialplan ends.
async fn run(channel: &mut DialplanChannel) -> Ended {
    loop {
        // A dialplan may go in circles without ever waiting; the other calls of this thread must not.
        tokio::task::coop::consume_budget().await;
        match next_step(channel) {
            Step::Run(app) => {
                if run_application(channel, app).await.is_break() {
                    return Ended::HungUp;
                }
            }
            Step::Evaluate(call) => {
                let value = functions::evaluate(channel, &call).await;
                channel.machine.resume_function(value);
            }
            Step::Ended(End::OutOfPriorities) => return Ended::RanOut,
            Step::Ended(end) => {
                tell_end(channel, &end);
                return Ended::HungUp;
            }
        }
    }
}

fn next_step(channel: &mut DialplanChannel) -> Step {
    let current = channel.exchange.configuration().dialplan.clone();
    if !Arc::ptr_eq(channel.machine.plan(), &current) {
        // Reloaded meanwhile: it counts from the next jump on.
        channel.machine.replace_plan(current);
    }
    loop {
        let mut host = ChannelHost {
            exchange: &channel.exchange,
            call: &channel.call,
            location: Some(channel.machine.location().clone()),
            response_timeout: &mut channel.response_timeout,
            digit_timeout: &mut channel.digit_timeout,
            ends_at: &mut channel.ends_at,
            frames: &mut channel.frames,
        };
        match channel.machine.step(&mut host) {
            // A macro whose steps have run out goes back to where it was called. Each has fewer frames than before.
            Step::Ended(End::OutOfPriorities | End::HangupHandled) if channel.leave_macro() => {}
            step => return step,
        }
    }
}

/// Runs one application and tells the machine what it came to. It breaks when the call is over.
async fn run_application(channel: &mut DialplanChannel, app: AppCall) -> ControlFlow<()> {
    let known = applications::find(&app.application);
    let shown = known.map_or(app.application.as_ref(), |a| a.name);
    channel.call.start_application(position(&app.location), shown, &app.arguments);
    let outcome = match known {
        Some(application) => run_unless_hung_up(channel, application, &app.arguments).await,
        None => {
            channel.warning(format!(
                "no application named '{}': the call ends ({})",
                app.application, app.location
            ));
            Err(CallError::HungUp)
        }
    };
    let outcome = outcome.unwrap_or_else(|error| after_error(channel, shown, &error));
    if matches!(outcome, Outcome::Hangup) || channel.call.state().is_ended() {
        let at = &app.location;
        let (context, extension, priority) = (&at.context, &at.extension, at.priority);
        let name = channel.call.name();
        channel.verbose(
            2,
            format!("Spawn extension ({context}, {extension}, {priority}) exited non-zero on '{name}'"),
        );
        return ControlFlow::Break(());
    }
    channel.abandon_macros(&outcome);
    channel.machine.complete(outcome);
    ControlFlow::Continue(())
}

/// An application on a live channel ends with the channel, unless it sees to that itself.
async fn run_unless_hung_up(
    channel: &mut DialplanChannel,
    application: &Application,
    arguments: &str,
) -> ApplicationResult {
    let call = channel.call.clone();
    let ends_at = channel.ends_at;
    tokio::select! {
        biased;
        _ = call.hung_up(), if !application.outlives_caller => Err(CallError::HungUp),
        place = call.moved() => transfer::follow(channel, place).await.map(|to| {
            Outcome::Jump(JumpTarget::to(to.context, to.extension, to.priority))
        }),
        () = until(ends_at) => Ok(Outcome::AbsoluteTimeout),
        result = (application.run)(channel, arguments) => result,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// A prompt that is missing does not end a call; everything else does.
fn after_error(channel: &DialplanChannel, application: &str, error: &CallError) -> Outcome {
    match error {
        CallError::HungUp => Outcome::Hangup,
        CallError::NoSuchSound(_) | CallError::UnreadableSound { .. } | CallError::Dial(_) => {
            channel.warning(format!("{application}: {error}"));
            Outcome::Continue
        }
        other => {
            channel.warning(format!("{application}: {other}; the call ends"));
            Outcome::Hangup
        }
    }
}

/// Says why a dialplan ended that had more to say, if its author should know.
fn tell_end(channel: &DialplanChannel, end: &End) {
    let name = channel.call.name();
    match end {
        End::NoSuchExtension { location } => channel.warning(format!(
            "channel '{name}' was sent to {location}, which does not exist, and its context has no 'i': the call ends"
        )),
        End::Timeout { .. } => channel.verbose(3, format!("Nothing was dialled on '{name}', and its context has no 't'")),
        _ => {}
    }
}

fn position(location: &Location) -> DialplanPosition {
    DialplanPosition {
        context: location.context.to_string(),
        extension: location.extension.to_string(),
        priority: location.priority,
    }
}

/// The dialplan has no more to say: the caller hears how the last `Dial` ended.
async fn fall_through(channel: &mut DialplanChannel) {
    if channel.call.state().is_ended() || !channel.machine.plan().autofallthrough() {
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
async fn run_hangup_extension(channel: &mut DialplanChannel) {
    if !channel.machine.hangup() {
        return;
    }
    // What the caller said when it left, unless its last `Dial` has said more.
    if let ChannelState::Ended(cause) = channel.call.state()
        && (cause != HangupCause::NORMAL || channel.call.variable("HANGUPCAUSE").is_none())
    {
        channel.set("HANGUPCAUSE", cause.code().to_string());
    }
    for _ in 0..MOST_STEPS_AFTER_HANGUP {
        tokio::task::coop::consume_budget().await;
        match next_step(channel) {
            Step::Run(app) => {
                let Some(application) = applications::find(&app.application) else { return };
                channel.call.start_application(position(&app.location), application.name, &app.arguments);
                let outcome = if application.on_dead_channel {
                    (application.run)(channel, &app.arguments).await.unwrap_or(Outcome::Continue)
                } else {
                    Outcome::Continue
                };
                if matches!(outcome, Outcome::Hangup) {
                    return;
                }
                channel.machine.complete(outcome);
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
