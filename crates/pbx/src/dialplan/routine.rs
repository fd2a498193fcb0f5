//! A routine of the dialplan that an application has run, and waits for.
//!
//! `Gosub` goes to its routine and is done; the dialplan finds its way back by `Return`. An application that is in the middle of
//! something else (a script that asks for a routine, a call that is to be prepared before it is joined) cannot: it
//! runs the routine to its end, and goes on where it was.

use std::ops::ControlFlow;

use dialplan_vm::{End, Machine, Step};

use super::channel::DialplanChannel;
use super::ending::{MOST_STEPS_AFTER_HANGUP, run_after_hangup};
use super::step::{Moves, next_step, run_application, tell_end};
use crate::applications::begin_routine;
use crate::functions;

/// What became of a routine that an application has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutineEnd {
    /// It came to its `Return`, whose value is in `GOSUB_RETVAL`.
    Returned,
    /// There is no such place, or routines nest too deep; nothing has run.
    NotFound,
    /// It has no more steps, and none of them was `Return`.
    RanOut,
    /// The call has ended in it: the caller hung up, or an application of it ended the call. What runs it does best to end with
    /// [`Outcome::Hangup`](dialplan_vm::Outcome::Hangup).
    CallEnded,
}

impl DialplanChannel {
    /// Runs the routine at `[[context,]extension,]priority[(argument[,…])]` until its `Return`, and comes back. `ARG1` … are its
    /// arguments, as for `Gosub`; what is wrong with the place is said on the console.
    ///
    /// The machine and the routines that the channel was in are as before when it ends, and also when it is dropped in the
    /// middle. Jumps stay inside of it. On a channel that has ended, applications do what they do in `h`.
    pub async fn run_routine(&mut self, target: &str) -> RoutineEnd {
        let depth = self.frames.depth();
        let Some(start) = begin_routine(self, target) else { return RoutineEnd::NotFound };
        let plan = self.exchange.configuration().dialplan.clone();
        let caller = std::mem::replace(&mut self.machine, Machine::new(plan, start));
        let running = self.call.running_application();
        let nested = Nested { channel: self, caller: Some(caller), depth };
        let end = nested.run().await;
        self.call.resume_application(running);
        end
    }
}

/// A channel that is in a routine; it is let out again however that ends.
struct Nested<'a> {
    channel: &'a mut DialplanChannel,
    /// The machine of whoever runs the routine.
    caller: Option<Machine>,
    /// How many routines that is in itself.
    depth: usize,
}

impl Nested<'_> {
    async fn run(self) -> RoutineEnd {
        let channel = &mut *self.channel;
        let mut steps_after_hangup = 0;
        loop {
            // It may go in circles without ever waiting; the other calls of this thread must not.
            tokio::task::coop::consume_budget().await;
            match next_step(channel) {
                Step::Run(app) => {
                    let has_ended = channel.call.state().is_ended();
                    steps_after_hangup += usize::from(has_ended);
                    let over = match has_ended {
                        _ if steps_after_hangup > MOST_STEPS_AFTER_HANGUP => ControlFlow::Break(()),
                        true => run_after_hangup(channel, &app).await,
                        false => run_application(channel, app, Moves::AreSeenTo).await,
                    };
                    if channel.frames.depth() <= self.depth {
                        return RoutineEnd::Returned;
                    }
                    if over.is_break() {
                        return RoutineEnd::CallEnded;
                    }
                }
                Step::Evaluate(call) => {
                    let value = functions::evaluate(channel, &call).await;
                    channel.machine.resume_function(value);
                }
                Step::Ended(End::OutOfPriorities) => {
                    channel.warning("a routine ends without Return");
                    return RoutineEnd::RanOut;
                }
                Step::Ended(end) => {
                    tell_end(channel, &end);
                    return RoutineEnd::RanOut;
                }
            }
        }
    }
}

impl Drop for Nested<'_> {
    fn drop(&mut self) {
        while self.channel.frames.depth() > self.depth {
            self.channel.frames.leave(&self.channel.call);
        }
        if let Some(machine) = self.caller.take() {
            self.channel.machine = machine;
        }
    }
}

#[cfg(test)]
mod tests {
    use call_control::ChannelState;

    use super::*;
    use crate::functions::testing::Bench;

    const PLAN: &str = "
[phones]
exten => 100,1,Answer()
[sub]
exten => whole,1,Set(LOCAL(mine)=${ARG1}-${ARG2})
 same => n,Set(n=0)
 same => n(again),Gosub(inner,1(${mine}))
 same => n,Set(n=$[${n} + 1])
 same => n,GotoIf($[${n} < 3]?again)
 same => n,Return(${GOSUB_RETVAL}:${n}:${ARGC})
exten => inner,1,Return(<${ARG1}>)
exten => open,1,Set(seen=${ARG1})
exten => over,1,Hangup()
exten => slow,1,Wait(3600)
exten => astray,1,Goto(nowhere,1)
exten => dead,1,Answer()
 same => n,Set(seen=dead)
 same => n,Return(done)
exten => circle,1,Goto(circle,1)
";

    async fn bench() -> Bench {
        let mut bench = Bench::with(&[("extensions.conf", PLAN)]).await;
        bench.set("ARG1", "outer").await;
        bench
    }

    async fn as_before(bench: &mut Bench) {
        bench.expect(&[("${ARG1}@${CONTEXT},${EXTEN},${PRIORITY}", "outer@phones,100,1")]).await;
        assert_eq!(bench.channel.frames.depth(), 0);
    }

    #[tokio::test]
    async fn a_routine_runs_to_its_return_and_the_channel_is_where_it_was() {
        let mut bench = bench().await;
        assert_eq!(bench.channel.run_routine("sub,whole,1(a,b)").await, RoutineEnd::Returned);
        bench.expect(&[("${GOSUB_RETVAL}", "<a-b>:3:2"), ("${mine}", "")]).await;
        as_before(&mut bench).await;
        assert_eq!(bench.warnings(), [""; 0]);
    }

    #[tokio::test]
    async fn a_routine_without_an_end_of_its_own_comes_back_too() {
        let mut bench = bench().await;
        assert_eq!(bench.channel.run_routine("sub,open,1(x)").await, RoutineEnd::RanOut);
        bench.expect(&[("${seen}", "x")]).await;
        assert_eq!(bench.warnings(), ["a routine ends without Return"]);
        assert_eq!(bench.channel.run_routine("sub,astray,1").await, RoutineEnd::RanOut);
        assert_eq!(bench.warnings().len(), 1);
        for nowhere in ["sub,whole,99", "elsewhere,s,1", "", "sub,whole,nolabel(x)"] {
            assert_eq!(bench.channel.run_routine(nowhere).await, RoutineEnd::NotFound, "{nowhere}");
            assert_eq!(bench.warnings().len(), 1, "{nowhere}");
        }
        as_before(&mut bench).await;
    }

    #[tokio::test]
    async fn a_routine_that_is_given_up_leaves_nothing_behind() {
        let mut bench = bench().await;
        tokio::select! {
            biased;
            end = bench.channel.run_routine("sub,slow,1(x)") => panic!("{end:?}"),
            () = tokio::task::yield_now() => {}
        }
        as_before(&mut bench).await;
    }

    #[tokio::test]
    async fn an_end_of_the_call_ends_the_routine_and_dead_channels_run_what_they_can() {
        let mut bench = bench().await;
        assert_eq!(bench.channel.run_routine("sub,over,1").await, RoutineEnd::CallEnded);
        bench.channel.call.hangup(call_control::HangupCause::NORMAL);
        assert!(matches!(bench.channel.call.state(), ChannelState::Ended(_)));
        assert_eq!(bench.channel.run_routine("sub,dead,1").await, RoutineEnd::Returned);
        bench.expect(&[("${GOSUB_RETVAL}-${seen}", "done-dead")]).await;
        assert_eq!(bench.channel.run_routine("sub,circle,1").await, RoutineEnd::CallEnded);
        as_before(&mut bench).await;
    }
}
