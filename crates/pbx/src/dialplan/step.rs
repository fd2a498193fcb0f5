//! One step of a channel: what comes next, and the application that runs there.

use std::ops::ControlFlow;
use std::sync::Arc;

use call_control::{CallError, DialplanPosition};
use dialplan_vm::{AppCall, End, JumpTarget, Location, Outcome, Step};

use super::channel::DialplanChannel;
use super::host::ChannelHost;
use super::transfer;
use crate::applications::{self, Application, ApplicationResult};
use crate::deadline::until;

/// What the machine wants next. A plan that was reloaded counts from the next jump on.
pub(super) fn next_step(channel: &mut DialplanChannel) -> Step {
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

/// Who takes a channel elsewhere that is sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moves {
    /// The step that runs does.
    AreFollowed,
    /// Another one, which runs this one, does: one task alone may wait for moves.
    AreSeenTo,
}

/// Runs one application and tells the machine what it came to. It breaks when the call is over.
pub(super) async fn run_application(
    channel: &mut DialplanChannel,
    app: AppCall,
    moves: Moves,
) -> ControlFlow<()> {
    let Some(application) = applications::find(&app.application) else {
        let AppCall { application, arguments, location, .. } = &app;
        channel.call.start_application(position(location), application, arguments);
        channel.warning(format!("no application named '{application}': the call ends ({location})"));
        return tell(channel, location, Outcome::Hangup);
    };
    run_at(channel, application, &app.location, &app.arguments, moves).await
}

/// Runs one application at a place, as a step there would.
pub(super) async fn run_at(
    channel: &mut DialplanChannel,
    application: &Application,
    at: &Location,
    arguments: &str,
    moves: Moves,
) -> ControlFlow<()> {
    channel.call.start_application(position(at), application.name, arguments);
    let outcome = run_unless_hung_up(channel, application, arguments, moves).await;
    let outcome = outcome.unwrap_or_else(|error| after_error(channel, application.name, &error));
    tell(channel, at, outcome)
}

/// Tells the machine what an application came to. It breaks when the call is over.
fn tell(channel: &mut DialplanChannel, at: &Location, outcome: Outcome) -> ControlFlow<()> {
    if matches!(outcome, Outcome::Hangup) || channel.call.state().is_ended() {
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
    moves: Moves,
) -> ApplicationResult {
    let call = channel.call.clone();
    let ends_at = channel.ends_at;
    tokio::select! {
        biased;
        _ = call.hung_up(), if !application.outlives_caller => Err(CallError::HungUp),
        place = call.moved(), if moves == Moves::AreFollowed => transfer::follow(channel, place).await.map(|to| {
            Outcome::Jump(JumpTarget::to(to.context, to.extension, to.priority))
        }),
        () = until(ends_at) => Ok(Outcome::AbsoluteTimeout),
        result = (application.run)(channel, arguments) => result,
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

pub(super) fn position(location: &Location) -> DialplanPosition {
    DialplanPosition {
        context: location.context.as_ref().into(),
        extension: location.extension.as_ref().into(),
        priority: location.priority,
    }
}

/// Says why a dialplan ended that had more to say, if its author should know.
pub(super) fn tell_end(channel: &DialplanChannel, end: &End) {
    let name = channel.call.name();
    match end {
        End::NoSuchExtension { location } => channel.warning(format!(
            "channel '{name}' was sent to {location}, which does not exist, and its context has no 'i': the call ends"
        )),
        End::Timeout { .. } => channel.verbose(3, format!("Nothing was dialled on '{name}', and its context has no 't'")),
        _ => {}
    }
}
