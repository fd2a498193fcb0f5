//! Section 3, sessions that do not come to be. Alice's exchange and Bob's stand where the proxies stand; a refusal ends at
//! each of them with an ACK of its own, as it does at proxies.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::TwoExchanges;
use crate::harness::wire::{branch, to_tag};
use crate::harness::{Ladder, Outcome, Scene, Sipp, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("rfc3665::3_8_unsuccessful_no_answer", &["sipp"], no_answer),
        trial("rfc3665::3_9_unsuccessful_busy", &["sipp"], busy),
        trial("rfc3665::3_10_unsuccessful_no_response_from_user_agent", &["sipp"], no_response),
        trial("rfc3665::3_11_unsuccessful_temporarily_unavailable", &["sipp"], unavailable),
    ]
}

/// Alice gives up while Bob's phone rings.
fn no_answer(scene: &Scene) -> Outcome {
    let alice = Sipp::new(scene, "rfc3665/caller_cancels")?.fill("phone", "alice").to("bob");
    let bob = Sipp::new(scene, "callee_is_cancelled")?;
    let exchanges = TwoExchanges::start(scene, &alice, &bob, "30")?;
    let bob = bob.wait_for_calls()?;
    let hers = alice.call(exchanges.hers.sip_address())?.climbs()?;
    hers.is(&[
        "-> INVITE",
        "<- 100 INVITE",
        "<- 180 INVITE",
        "-> CANCEL",
        "<- 200 CANCEL",
        "<- 487 INVITE",
        "-> ACK",
    ])?;
    let his = bob.climbs()?;
    his.is(&["<- INVITE", "-> 180 INVITE", "<- CANCEL", "-> 200 CANCEL", "-> 487 INVITE", "<- ACK"])?;
    let ringing = to_tag(hers.last("<- 180 INVITE")?)?;
    for answer in ["<- 200 CANCEL", "<- 487 INVITE"] {
        ensure(to_tag(hers.last(answer)?)? == ringing, || format!("{answer} has another tag than 180"))?;
    }
    for request in ["<- CANCEL", "<- ACK"] {
        let same = branch(his.last(request)?)? == branch(his.last("<- INVITE")?)?;
        ensure(same, || format!("{request} has another branch than the INVITE"))?;
    }
    exchanges.are_idle()
}

/// Alice calls Bob, whose phone plays `callee`, and is told `status`; what both saw.
fn refused(scene: &Scene, callee: Sipp<'_>, status: u16, options: &str) -> Outcome<(Ladder, Ladder)> {
    let alice = Sipp::new(scene, "rfc3665/caller_is_refused")?.fill("phone", "alice").to("bob");
    let alice = alice.fill("status", status);
    let exchanges = TwoExchanges::start(scene, &alice, &callee, options)?;
    let callee = callee.wait_for_calls()?;
    let hers = alice.call(exchanges.hers.sip_address())?.climbs()?;
    let his = callee.climbs()?;
    exchanges.are_idle()?;
    Ok((hers, his))
}

fn busy(scene: &Scene) -> Outcome {
    let (hers, his) = refused(scene, Sipp::new(scene, "rfc3665/callee_is_busy")?, 486, "30")?;
    hers.is(&["-> INVITE", "<- 100 INVITE", "<- 486 INVITE", "-> ACK"])?;
    his.is(&["<- INVITE", "-> 100 INVITE", "-> 486 INVITE", "<- ACK"])
}

/// A proxy waits until its transaction gives up, which takes 32 s; `Dial` waits as long as the dialplan says. The INVITE
/// is repeated meanwhile. Nothing has come from Bob, so nothing can be cancelled (RFC 3261 section 9.1).
fn no_response(scene: &Scene) -> Outcome {
    let bob = Sipp::new(scene, "rfc3665/callee_says_nothing")?.fill("length", 3_000);
    let began = Instant::now();
    let (hers, his) = refused(scene, bob, 480, "2")?;
    ensure(began.elapsed() > Duration::from_secs(2), || "Dial did not wait".to_owned())?;
    hers.is(&["-> INVITE", "<- 100 INVITE", "<- 480 INVITE", "-> ACK"])?;
    his.is(&["<- INVITE"])?;
    ensure(his.repeats() >= 2, || format!("the INVITE was repeated {} times", his.repeats()))
}

/// Bob's phone rings, and then says that he is not there.
fn unavailable(scene: &Scene) -> Outcome {
    let bob = Sipp::new(scene, "rfc3665/callee_gives_up")?.fill("status", 480);
    let (hers, his) = refused(scene, bob, 480, "30")?;
    hers.is(&["-> INVITE", "<- 100 INVITE", "<- 180 INVITE", "<- 480 INVITE", "-> ACK"])?;
    his.is(&["<- INVITE", "-> 180 INVITE", "-> 480 INVITE", "<- ACK"])
}
