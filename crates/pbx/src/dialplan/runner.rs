//! Runs a call through the dialplan, from its first step to `h`.

use std::sync::Arc;

use call_control::{Call, Move};
use dialplan_vm::{End, Location, Machine, Step};

use super::channel::DialplanChannel;
use super::ending::{fall_through, run_hangup_extension, wait_for_extension};
use super::hangup_handlers::run_hangup_handlers;
use super::overlap;
use super::step::{Moves, next_step, run_application, tell_end};
use super::transfer;
use crate::exchange::Exchange;
use crate::functions;
use crate::pickup::{self, PickupNumber, is_pickup_number};

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
    run_hangup_handlers(channel).await;
    functions::sql::end_transactions(&channel.call);
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
                if run_application(channel, app, Moves::AreFollowed).await.is_break() {
                    return Ended::HungUp;
                }
            }
            Step::Evaluate(call) => {
                let value = functions::evaluate(channel, &call).await;
                channel.machine.resume_function(value);
            }
            Step::Ended(End::OutOfPriorities) => {
                if wait_for_extension(channel).await.is_break() {
                    return Ended::RanOut;
                }
            }
            Step::Ended(end) => {
                tell_end(channel, &end);
                return Ended::HungUp;
            }
        }
    }
}
