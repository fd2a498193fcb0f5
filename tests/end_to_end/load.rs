//! Hundreds of short calls leave nothing behind.

use libtest_mimic::Trial;

use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("load::two_hundred_short_calls_leave_nothing_behind", &["sipp"], short_calls)]
}

const CALLS: u32 = 200;
const CALLS_PER_SECOND: u32 = 50;
/// Each call lasts 100 ms, so some ten are up at once: twenty legs, forty ports.
const LENGTH_MS: u32 = 100;
/// What a busy machine may be behind with, and still within the ports: a call has four.
const AT_ONCE: u32 = 40;

fn short_calls(scene: &Scene) -> Outcome {
    let callee = Sipp::new(scene, "callee_answers")?.calls(CALLS);
    // Fewer ports than the calls need altogether: leaked ones would be missed before the end.
    let folder = Folder::new(scene)?
        .phone("alice")
        .desk("desk", callee.at())
        .media_ports(10_000, 10_255)
        .dialplan("exten => desk,1,Dial(PJSIP/desk,10)");
    let callee = callee.wait_for_calls()?;
    let exchange = Exchange::start(scene, &folder)?;
    let before = exchange.media_sockets()?;
    let caller = Sipp::new(scene, "call")?.playing("alice").to("desk").fill("length", LENGTH_MS);
    caller.calls(CALLS).rate(CALLS_PER_SECOND).at_once(AT_ONCE).call(exchange.sip_address())?.succeeds()?;
    callee.succeeds()?;
    exchange.is_idle()?;
    let shown = exchange.console("core show channels")?;
    ensure(shown.contains(&format!("{CALLS} calls processed")), || {
        format!("not all were counted:\n{shown}")
    })?;
    wait::until("the media ports to be closed", || Ok((exchange.media_sockets()? <= before).then_some(())))
}
