//! Routines that run once a channel has ended, behind its `h`: `Set(CHANNEL(hangup_handler_push)=routine,s,1(argument))`.

use std::sync::{Arc, Mutex, PoisonError};

use call_control::{Call, ChannelState, HangupCause};
use dialplan_vm::{JumpTarget, Location, Machine, PriorityOrLabel};

use super::channel::DialplanChannel;
use super::routine::RoutineEnd;
use crate::exchange::Exchange;

/// Routines of one channel.
const MOST: usize = 64;

/// The routines that a channel runs when it has ended, the last one first.
#[derive(Default)]
pub(crate) struct HangupHandlers(Mutex<Vec<String>>);

/// A channel has too many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a channel has no more than {MOST} hangup handlers")]
pub(crate) struct TooMany;

impl HangupHandlers {
    /// Those of a channel.
    pub(crate) fn of(call: &Call) -> Arc<Self> {
        call.keep()
    }

    /// Adds one, which will run before those that are there. What `target` leaves out is where the channel is now.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn push(&self, target: &str, here: Option<&Location>) -> Result<(), TooMany> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            return Err(TooMany);
        }
        all.push(whole(target, here));
        Ok(())
    }

    /// Takes the last one away.
    pub(crate) fn pop(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Takes all away.
    pub(crate) fn wipe(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// A place with the context and the extension that it leaves out.
fn whole(target: &str, here: Option<&Location>) -> String {
    let (place, arguments) = match target.find('(') {
        Some(at) => target.split_at(at),
        None => (target, ""),
    };
    let (Ok(parsed), Some(here)) = (JumpTarget::parse(place.trim()), here) else { return target.to_owned() };
    let context = parsed.context.unwrap_or_else(|| here.context.to_string());
    let extension = parsed.extension.unwrap_or_else(|| here.extension.to_string());
    let priority = match parsed.priority {
        PriorityOrLabel::Priority(number) => number.to_string(),
        PriorityOrLabel::Label(label) => label,
        PriorityOrLabel::Relative(_) => return target.to_owned(),
    };
    format!("{context},{extension},{priority}{arguments}")
}

/// Runs the routines of a channel that has ended; each of them once.
pub(crate) async fn run_hangup_handlers(channel: &mut DialplanChannel) {
    let Some(handlers) = channel.call.kept::<HangupHandlers>() else { return };
    if !channel.call.state().is_ended() {
        return;
    }
    note_cause(channel);
    while let Some(target) = handlers.pop() {
        let end = channel.run_routine(&target).await;
        if end != RoutineEnd::Returned {
            channel.verbose(3, format!("The hangup handler {target} ended without Return"));
        }
    }
}

/// Tells `h` and the routines why the call ended: what the caller said when it left, unless its last `Dial` has said more.
pub(super) fn note_cause(channel: &DialplanChannel) {
    if let ChannelState::Ended(cause) = channel.call.state()
        && (cause != HangupCause::NORMAL || channel.call.variable("HANGUPCAUSE").is_none())
    {
        channel.set("HANGUPCAUSE", cause.code().to_string());
    }
}

/// A channel that runs no dialplan of its own, as a phone that `Dial` calls: its routines run once it has ended.
pub(crate) fn run_after(exchange: Arc<Exchange>, call: &Call) {
    let has_some = call.kept::<HangupHandlers>().is_some_and(|handlers| !handlers.is_empty());
    if !has_some {
        return;
    }
    let call = call.clone();
    tokio::spawn(async move {
        call.hung_up().await;
        // One that was sent into the dialplan meanwhile runs them itself, behind its `h`.
        if !call.is_attended() {
            let start = Location::new(call.position().context, "s", 1);
            let machine = Machine::new(exchange.configuration().dialplan.clone(), start);
            run_hangup_handlers(&mut DialplanChannel::new(exchange, call, machine)).await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;

    const PLAN: &str = "
[phones]
exten => 100,1,Answer()
exten => near,1,Set(ran=${ran}near)
 same => n,Return()
[after]
exten => s,1,Set(ran=${ran}${ARG1})
 same => n,Return()
";

    #[tokio::test]
    async fn routines_run_behind_the_end_the_last_one_first() {
        let mut bench = Bench::with(&[("extensions.conf", PLAN)]).await;
        for target in ["after,s,1(one)", "after,s,1(two)", "near,1", "after,s,1(gone)"] {
            bench.set("CHANNEL(hangup_handler_push)", target).await;
        }
        bench.set("CHANNEL(hangup_handler_pop)", "").await;
        run_hangup_handlers(&mut bench.channel).await;
        bench.expect(&[("[${ran}]", "[]")]).await;
        bench.channel.call.hangup(HangupCause::USER_BUSY);
        run_hangup_handlers(&mut bench.channel).await;
        bench.expect(&[("${ran} ${HANGUPCAUSE}", "neartwoone 17")]).await;
        run_hangup_handlers(&mut bench.channel).await;
        bench.expect(&[("${ran}", "neartwoone")]).await;
        assert_eq!(bench.warnings(), [""; 0]);
    }

    #[tokio::test]
    async fn they_are_taken_away_and_others_put_in_their_place() {
        let mut bench = Bench::with(&[("extensions.conf", PLAN)]).await;
        bench.set("CHANNEL(hangup_handler_push)", "after,s,1(one)").await;
        bench.set("CHANNEL(hangup_handler_pop)", "after,s,1(two)").await;
        bench.set("CHANNEL(hangup_handler_push)", "after,s,1(three)").await;
        bench.set("CHANNEL(hangup_handler_wipe)", "after,s,1(four)").await;
        for _ in 0..70 {
            bench.set("CHANNEL(hangup_handler_push)", "after,s,1").await;
        }
        assert_eq!(bench.warnings().len(), 7, "there is a bound");
        bench.set("CHANNEL(hangup_handler_wipe)", "after,s,1(five)").await;
        bench.channel.call.hangup(HangupCause::NORMAL);
        run_hangup_handlers(&mut bench.channel).await;
        bench.expect(&[("${ran}", "five")]).await;
    }

    #[tokio::test]
    async fn a_phone_without_a_dialplan_of_its_own_has_them_too() {
        let mut bench = Bench::with(&[("extensions.conf", PLAN)]).await;
        bench.set("CHANNEL(hangup_handler_push)", "after,s,1(x)").await;
        run_after(bench.channel.exchange.clone(), &bench.channel.call);
        bench.channel.call.hangup(HangupCause::NORMAL);
        while bench.read("${ran}").await.is_empty() {
            tokio::task::yield_now().await;
        }
        bench.expect(&[("${ran}", "x")]).await;
    }
}
