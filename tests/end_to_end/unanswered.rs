//! Calls that nobody takes: cancelled, busy, declined, not answered, not there.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, Sipp, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("unanswered::the_caller_cancels_while_it_rings", &["baresip"], cancelled),
        trial("unanswered::busy_reaches_the_caller_as_486", &["sipp"], busy),
        trial("unanswered::a_phone_that_declines", &["baresip"], declined_by_a_phone),
        trial("unanswered::603_is_a_rejection", &["sipp"], declined),
        trial("unanswered::no_answer_cancels_the_callee", &["sipp"], no_answer),
        trial("unanswered::an_offline_phone_is_unavailable_at_once", &["sipp"], offline),
    ]
}

const AFTERWARDS: &str = " same => n,NoOp(status=${DIALSTATUS} cause=${HANGUPCAUSE})";

fn cancelled(scene: &Scene) -> Outcome {
    let lines = "exten => bob,1,Dial(PJSIP/bob,30)\nexten => h,1,NoOp(status=${DIALSTATUS})";
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    alice.dial("bob")?;
    bob.rings()?;
    alice.hears_ringing()?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.says("status=CANCEL")?;
    exchange.is_idle()
}

/// A sipp phone that says `status`, called by a sipp phone that shall see `expected`.
fn refused(scene: &Scene, status: u16, expected: u16, lines: &str) -> Outcome<Exchange> {
    let callee = Sipp::new(scene, "callee_refuses")?.fill("status", status);
    let folder = Folder::new(scene)?.phone("alice").desk("desk", callee.at()).dialplan(lines);
    let callee = callee.wait_for_calls()?;
    let exchange = Exchange::start(scene, &folder)?;
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("desk").fill("formats", 0).fill("status", expected);
    caller.call(exchange.sip_address())?.succeeds()?;
    callee.succeeds()?;
    exchange.is_idle()?;
    Ok(exchange)
}

/// Nothing follows `Dial`: the dialplan's end passes the busy on.
fn busy(scene: &Scene) -> Outcome {
    let exchange = refused(scene, 486, 486, "exten => desk,1,Dial(PJSIP/desk,30)")?;
    exchange.says("status is 'BUSY'")
}

fn declined(scene: &Scene) -> Outcome {
    let lines = format!("exten => desk,1,Dial(PJSIP/desk,30)\n{AFTERWARDS}\n same => n,Hangup(21)");
    let exchange = refused(scene, 603, 403, &lines)?;
    exchange.says("cause=21")
}

fn declined_by_a_phone(scene: &Scene) -> Outcome {
    let lines = format!("exten => bob,1,Dial(PJSIP/bob,30)\n{AFTERWARDS}\n same => n,Hangup(17)");
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    alice.dial("bob")?;
    bob.rings()?;
    bob.hang_up()?;
    exchange.says("status=BUSY")?;
    let why = alice.call_ends()?;
    ensure(why.contains("486"), || format!("the caller should see 486, not '{why}'"))
}

fn no_answer(scene: &Scene) -> Outcome {
    let lines = format!("exten => desk,1,Dial(PJSIP/desk,1.5)\n{AFTERWARDS}\n same => n,Hangup(19)");
    let callee = Sipp::new(scene, "callee_is_cancelled")?;
    let folder = Folder::new(scene)?.phone("alice").desk("desk", callee.at()).dialplan(&lines);
    let callee = callee.wait_for_calls()?;
    let exchange = Exchange::start(scene, &folder)?;
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("desk").fill("formats", 0).fill("status", 480);
    let began = Instant::now();
    caller.call(exchange.sip_address())?.succeeds()?;
    ensure(began.elapsed() > Duration::from_millis(1_500), || "it did not ring for 1.5 s".to_owned())?;
    callee.succeeds()?;
    exchange.says("status=NOANSWER")?;
    exchange.is_idle()
}

fn offline(scene: &Scene) -> Outcome {
    let lines = format!("exten => bob,1,Dial(PJSIP/bob,30)\n{AFTERWARDS}\n same => n,Hangup(20)");
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(&lines))?;
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("bob").fill("formats", 0).fill("status", 480);
    let began = Instant::now();
    caller.call(exchange.sip_address())?.succeeds()?;
    ensure(began.elapsed() < Duration::from_secs(5), || {
        "nobody is there, and it took long to say so".to_owned()
    })?;
    exchange.says("status=CHANUNAVAIL")?;
    exchange.is_idle()
}
