//! The end of the exchange: registrations outlive it, calls are told of it.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::media::place_in;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("restart::a_phone_is_reached_after_a_power_cut", &["baresip"], power_cut),
        trial("restart::core_stop_now_ends_the_program", &[], stop_now),
        trial("restart::phones_are_told_that_the_exchange_ends", &["baresip"], told),
    ]
}

fn folder(scene: &Scene) -> Outcome<Folder> {
    Ok(Folder::new(scene)?.phone("alice").phone("bob").dialplan("exten => bob,1,Dial(PJSIP/bob,30)"))
}

fn power_cut(scene: &Scene) -> Outcome {
    let mut exchange = Exchange::start(scene, &folder(scene)?)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    exchange.kill_and_start_again(scene)?;
    let address = scene.address()?;
    let wire = Wire::bind(address, exchange.sip_address())?;
    let media = Media::start(address, 440)?;
    let alice = Caller::new(&wire, "alice", "bob");
    alice.invite(&media.description("sendrecv"))?;
    let answer = wire.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media.send_to(Some(place_in(answer.body())?));
    media.hears(1_000)?;
    bob.hears(440)?;
    let registered = bob.process().count("[1 binding]")?;
    ensure(registered == 1, || format!("the phone registered {registered} times, so this proves nothing"))
}

fn stop_now(scene: &Scene) -> Outcome {
    let mut exchange = Exchange::start(scene, &folder(scene)?)?;
    // The console may lose its connection before the program has said that it stops.
    let _ = exchange.console("core stop now");
    let status = exchange.process().ends_within(Duration::from_secs(10))?;
    ensure(status.success(), || format!("it ended with {status}"))
}

fn told(scene: &Scene) -> Outcome {
    let mut exchange = Exchange::start(scene, &folder(scene)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    let _ = exchange.console("core stop now");
    alice.call_ends()?;
    bob.call_ends()?;
    exchange.process().ends_within(Duration::from_secs(10)).map(drop)
}
