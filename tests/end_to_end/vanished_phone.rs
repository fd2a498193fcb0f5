//! A phone that loses its power in a call.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("vanished_phone::its_silence_ends_the_call", &["baresip"], vanished),
        trial("vanished_phone::one_that_missed_the_end_of_its_call_is_not_heard_in_the_next", &[], talks_on),
    ]
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

/// Ports serve one call after the other. A phone that goes on to send is in no call, for all that its port is in another one.
fn talks_on(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("talker", (a, SIP_PORT).into(), "")
        .desk_with("desk", (b, SIP_PORT).into(), "")
        .dialplan("exten => echo,1,Answer()\n same => n,Echo()");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (talker, talk) = (Wire::bind(a, at)?, Media::start(a, 600)?);
    let (desk, silence) = (Wire::bind(b, at)?, Media::start(b, 1_000)?);
    let begin = |caller: &Caller<'_>, wire: &Wire, media: &Media| -> Outcome<_> {
        caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
        let answer = wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        place_in(answer.body())
    };
    let end = |caller: &Caller<'_>, wire: &Wire| -> Outcome {
        caller.send(&Method::Bye, None, None)?;
        wire.await_any(&["200 BYE"])?;
        exchange.is_idle()
    };
    let first = Caller::new(&talker, "talker", "echo");
    talk.send_to(Some(begin(&first, &talker, &talk)?));
    talk.hears(600)?;
    end(&first, &talker)?;
    for _ in 0..4 {
        // Longer than ports rest.
        talk.falls_silent(Duration::from_millis(600))?;
        let next = Caller::new(&desk, "desk", "echo");
        begin(&next, &desk, &silence)?;
        // Whoever was heard would hear himself, wherever that is sent.
        silence.falls_silent(Duration::from_millis(400))?;
        talk.falls_silent(Duration::ZERO)?;
        end(&next, &desk)?;
    }
    Ok(())
}
