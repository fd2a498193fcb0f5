//! Calls over IPv6.

use std::net::{Ipv6Addr, SocketAddr, UdpSocket};

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ipv6::phones_hear_each_other", &["baresip"], phones_hear_each_other),
        trial("ipv6::a_phone_of_ipv4_is_called", &["baresip"], both_families),
    ]
}

/// There is one loopback address of IPv6 only: its port is one that nobody has at the moment.
fn exchange(scene: &Scene) -> Outcome<(Exchange, SocketAddr)> {
    let port = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0))?.local_addr()?.port();
    let at = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    let dialplan = "exten => alice,1,Dial(PJSIP/alice,30)\nexten => bob,1,Dial(PJSIP/bob,30)";
    let folder = Folder::new(scene)?.second_udp(at).phone("alice").phone("bob").dialplan(dialplan);
    Ok((Exchange::start(scene, &folder)?, at))
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}

fn phones_hear_each_other(scene: &Scene) -> Outcome {
    let (exchange, at) = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).at(at).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).at(at).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    ensure(bob.process().count("c=IN IP6 ::1")? > 0, || "the audio is not of IPv6".to_owned())?;
    bob.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}

fn both_families(scene: &Scene) -> Outcome {
    let (exchange, at) = exchange(scene)?;
    let mut alice = Baresip::named(scene, "alice", 440).at(at).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    bob.dial("alice")?;
    hear_each_other(&alice, &bob)?;
    bob.hang_up()?;
    alice.call_ends()?;
    exchange.is_idle()
}
