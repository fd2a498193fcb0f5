//! Asynchronous AGI: commands that the console queues.

use std::time::Duration;

use crate::harness::{Exchange, Outcome, Scene, ensure};

use super::{call, prompt};

/// The name of the only channel.
fn channel(exchange: &Exchange) -> Outcome<String> {
    let shown = exchange.console("core show channels")?;
    let name = shown.split_whitespace().find(|word| word.starts_with("PJSIP/alice-"));
    name.map(str::to_owned).ok_or_else(|| format!("no channel of alice in:\n{shown}").into())
}

const LINES: &str = "exten => 100,1,Answer()\n same => n,NoOp(here)\n same => n,AGI(agi:async)\n same => n,NoOp(after ${AGISTATUS})\n\
    same => n,Hangup()\nexten => h,1,NoOp(at last ${AGISTATUS})";

pub(super) fn commands_run_until_the_break(scene: &Scene) -> Outcome {
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let (exchange, mut alice) = call(scene, LINES)?;
    alice.is_in_call()?;
    exchange.says("AGI(\"")?;
    let name = channel(&exchange)?;
    let said = exchange.console("agi set debug on")?;
    ensure(said.contains("AGI Debugging Enabled"), || said)?;
    let said = exchange.console(&format!("agi exec {name} \"VERBOSE queued 1\" first"))?;
    ensure(said.contains(&format!("Added AGI command to channel {name} queue")), || said)?;
    exchange.says("AGI Rx << VERBOSE queued 1")?;
    exchange.says("AGI Tx >> 200 result=1")?;
    exchange.console(&format!("agi exec {name} \"STREAM FILE {long} #\""))?;
    alice.hears(600)?;
    alice.press("#")?;
    exchange.says("AGI Tx >> 200 result=35")?;
    exchange.console(&format!("agi exec {name} \"DANCE\""))?;
    exchange.says("AGI Tx >> 510 Invalid or unknown command")?;
    exchange.console(&format!("agi exec {name} \"ASYNCAGI BREAK\""))?;
    exchange.says("after SUCCESS")?;
    alice.call_ends()?;
    exchange.is_idle()
}

pub(super) fn a_hang_up_ends_it(scene: &Scene) -> Outcome {
    let (exchange, mut alice) = call(scene, LINES)?;
    alice.is_in_call()?;
    exchange.says("AGI(\"")?;
    alice.hang_up()?;
    exchange.says("at last HANGUP")?;
    exchange.is_idle()
}
