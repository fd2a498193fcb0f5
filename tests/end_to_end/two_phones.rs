//! Two phones talk: each hears the other's tone, and either hangs up.

use std::net::SocketAddr;

use libtest_mimic::Trial;

use crate::harness::folder::SIP_PORT;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("two_phones::hear_each_other_and_the_caller_hangs_up", &["baresip"], caller_hangs_up),
        trial("two_phones::hear_each_other_and_the_callee_hangs_up", &["baresip"], callee_hangs_up),
        trial("two_phones::hear_each_other_over_tcp", &["baresip"], over_tcp),
        trial("two_phones::udp_and_tcp_meet", &["baresip"], udp_and_tcp),
        trial("two_phones::one_is_called_from_where_it_registered", &["baresip"], second_transport),
        trial("two_phones::mu_law_and_a_law_meet", &["baresip"], transcoding),
        trial("two_phones::keys_pass_from_one_to_the_other", &["baresip"], keys),
        trial("two_phones::the_dialplan_goes_on_after_the_callee_with_g", &["baresip"], goes_on),
        trial("two_phones::the_called_one_sees_who_calls", &["baresip"], caller_is_shown),
    ]
}

const DIALPLAN: &str = "exten => _X.,1,Dial(PJSIP/${EXTEN})
exten => alice,1,Dial(PJSIP/alice,30)
exten => bob,1,Dial(PJSIP/bob,30)
 same => n,NoOp(status=${DIALSTATUS})";

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(DIALPLAN))
}

fn caller_hangs_up(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    alice.dial("bob")?;
    bob.rings()?;
    alice.hears_ringing()?;
    bob.accept()?;
    hear_each_other(&alice, &bob)?;
    let shown = exchange.console("core show channels")?;
    let channels =
        ["PJSIP/alice-", "PJSIP/bob-", "bob@phones:1", "Up", "Dial", "2 active channels", "1 active call"];
    for wanted in channels {
        ensure(shown.contains(wanted), || format!("'{wanted}' is not in:\n{shown}"))?;
    }
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    let shown = exchange.console("core show channels")?;
    ensure(shown.contains("0 active calls"), || format!("a call is left:\n{shown}"))?;
    ensure(shown.contains("1 call processed"), || format!("the call was not counted:\n{shown}"))
}

fn callee_hangs_up(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}

fn over_tcp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).over_tcp().register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).over_tcp().register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn udp_and_tcp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).over_tcp().register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    alice.call_ends()?;
    bob.dial("alice")?;
    hear_each_other(&alice, &bob)
}

/// A translator lets in what comes from the port that the phone registered at, and nothing else.
fn second_transport(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?;
    let second = SocketAddr::from((folder.address(), SIP_PORT + 10));
    let folder = folder.second_udp(second).phone_with("alice", "rewrite_contact=yes");
    let folder = folder.phone_with("bob", "rewrite_contact=yes").dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).at(second).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    bob.process().says(&format!("Via: SIP/2.0/UDP {second};"))?;
    alice.hang_up()?;
    bob.call_ends()?;
    bob.dial("alice")?;
    hear_each_other(&alice, &bob)
}

/// One phone knows mu-law alone and the other A-law alone.
fn transcoding(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone_with("alice", "disallow=all\nallow=ulaw")
        .phone_with("bob", "disallow=all\nallow=alaw")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).codecs("PCMU/8000/1").register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).codecs("PCMA/8000/1").register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends().map(drop)
}

/// RFC 4733, both ways, through a bridge that translates the audio beside it.
fn keys(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).codecs("PCMU/8000/1").register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).codecs("PCMA/8000/1").register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.press("15#")?;
    bob.gets_keys("15#")?;
    bob.press("*0")?;
    alice.gets_keys("*0")
}

fn goes_on(scene: &Scene) -> Outcome {
    let lines = "exten => bob,1,Dial(PJSIP/bob,30,g)
 same => n,NoOp(status=${DIALSTATUS} cause=${HANGUPCAUSE})
 same => n,Echo()";
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    exchange.says("status=ANSWER cause=16")?;
    alice.hears(440)
}

fn caller_is_shown(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    alice.dial("bob")?;
    bob.rings()?;
    bob.process().says("From: \"alice\" <sip:alice@")?;
    alice.hang_up()?;
    bob.call_ends().map(drop)
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}
