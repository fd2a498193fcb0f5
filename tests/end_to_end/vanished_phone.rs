//! A phone that loses its power in a call.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("vanished_phone::its_silence_ends_the_call", &["baresip"], vanished)]
}

fn vanished(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone_with("alice", "rtp_timeout=2")
        .phone_with("bob", "rtp_timeout=2")
        .dialplan("exten => bob,1,Dial(PJSIP/bob,30)");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    bob.process().kill();
    alice.call_ends_within(Duration::from_secs(10))?;
    exchange.is_idle()
}
