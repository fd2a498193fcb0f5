//! Routines that run before a call goes out: options `b` (on each channel that is called) and `B` (on the one that calls) of `Dial`
//! and `Originate`.

use call_control::Preparation;
use dialplan_vm::Machine;

use super::arguments::Options;
use crate::dialplan::{DialplanChannel, RoutineEnd, run_hangup_handlers_after};

/// Option `b`: the routine that each called channel runs before its party hears of the call.
pub(super) fn of_called(channel: &DialplanChannel, options: &Options) -> Option<Preparation> {
    let target = place(options.argument('b')?);
    let (exchange, here) = (channel.exchange.clone(), channel.machine.location().clone());
    Some(Preparation::new(move |call| {
        let (exchange, target) = (exchange.clone(), target.clone());
        let machine = Machine::new(exchange.configuration().dialplan.clone(), here.clone());
        Box::pin(async move {
            let mut called = DialplanChannel::new(exchange.clone(), call.clone(), machine);
            called.run_routine(&target).await;
            run_hangup_handlers_after(exchange, &call);
        })
    }))
}

/// Option `B`: runs the routine on the channel that calls. `false` where the call has ended in it.
pub(super) async fn of_caller(channel: &mut DialplanChannel, options: &Options) -> bool {
    let Some(target) = options.argument('B').map(place) else { return true };
    channel.run_routine(&target).await != RoutineEnd::CallEnded
}

/// `context^extension^priority(argument^argument)`, as `Gosub` has it.
fn place(option: &str) -> String {
    option.replace('^', ",")
}
