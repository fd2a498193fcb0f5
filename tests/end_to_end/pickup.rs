//! Calls that ring at one phone and are taken at another one.

use libtest_mimic::Trial;
use sip_parser::Message;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("pickup::a_phone_of_the_group_dials_the_number_for_it", &["baresip"], |scene| {
            taken(scene, "pickup_group=1-3", "call_group=3", "*8")
        }),
        trial("pickup::groups_have_names_too", &["baresip"], |scene| {
            taken(scene, "named_pickup_group=sales", "named_call_group=service,sales", "*8")
        }),
        trial("pickup::an_application_takes_what_a_number_dialled", &["baresip"], |scene| {
            taken(scene, "", "", "71")
        }),
        trial("pickup::an_application_finds_the_context_that_dialled", &["baresip"], |scene| {
            taken(scene, "", "", "76")
        }),
        trial("pickup::an_application_takes_what_is_marked", &["baresip"], |scene| {
            taken(scene, "", "", "72")
        }),
        trial("pickup::an_application_takes_what_rings_on_a_channel", &["baresip"], |scene| {
            taken(scene, "", "", "73")
        }),
        trial("pickup::groups_can_be_set_by_the_dialplan", &["baresip"], |scene| {
            taken(scene, "", "call_group=7", "74")
        }),
        trial("pickup::nobody_takes_calls_of_others", &["baresip"], of_another_group),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Set(_PICKUPMARK=urgent)
 same => n,Goto(inside,desk,1)
exten => 71,1,Pickup(nobody&desk@phones)
 same => n,Congestion()
exten => 76,1,Pickup(desk@phoneless&desk@inside)
 same => n,Congestion()
exten => 72,1,Pickup(other@PICKUPMARK&urgent@PICKUPMARK)
 same => n,Congestion()
exten => 73,1,PickupChan(PJSIP/nobody&PJSIP/desk)
 same => n,Congestion()
exten => 74,1,Set(CHANNEL(pickupgroup)=7)
 same => n,Verbose(1,takes ${CHANNEL(pickupgroup)} and not ${CHANNEL(namedpickupgroup)})
 same => n,Pickup()
 same => n,Congestion()
exten => 75,1,Pickup()
 same => n,Answer()
 same => n,Echo()
[inside]
exten => desk,1,Dial(PJSIP/desk,30)";

struct Stage {
    exchange: Exchange,
    wire: Wire,
    media: Media,
    bob: Baresip,
}

/// Bob, who is real, calls the desk, which rings.
fn ringing(scene: &Scene, alice: &str, desk: &str) -> Outcome<(Stage, Message)> {
    let address = scene.address()?;
    let folder = Folder::new(scene)?.phone_with("alice", alice).phone("bob");
    let folder = folder.desk_with("desk", (address, SIP_PORT).into(), desk).dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let mut stage = Stage {
        wire: Wire::bind(address, exchange.sip_address())?,
        media: Media::start(address, 440)?,
        bob: Baresip::named(scene, "bob", 1_000).register_at(&exchange)?,
        exchange,
    };
    stage.bob.dial("desk")?;
    let invite = stage.wire.expect("INVITE")?;
    stage.wire.respond_in_dialog(&invite, 180, "desk", None)?;
    stage.bob.hears_ringing()?;
    Ok((stage, invite))
}

/// Alice dials `number`, and speaks with Bob; the desk is told that somebody has the call.
fn taken(scene: &Scene, alice: &str, desk: &str, number: &str) -> Outcome {
    let (mut stage, invite) = ringing(scene, alice, desk)?;
    let caller = Caller::new(&stage.wire, "alice", number);
    let offer = stage.media.description("sendrecv");
    let answer = caller.call_with(&[], &offer)?;
    stage.media.send_to(Some(place_in(answer.body())?));
    let cancel = stage.wire.await_any(&["CANCEL"])?;
    ensure(cancel.call_id()? == invite.call_id()?, || "another call was taken back".to_owned())?;
    let reason = cancel.raw(&sip_parser::HeaderName::Reason).unwrap_or_default();
    ensure(reason.contains("cause=200"), || format!("the desk notes a missed call: '{reason}'"))?;
    stage.wire.respond(&cancel, 200, "")?;
    stage.wire.respond(&invite, 487, "desk")?;
    stage.bob.hears(440)?;
    stage.media.hears(1_000)?;
    if number == "74" {
        stage.exchange.says("takes 7 and not")?;
    }
    stage.bob.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    ensure(bye.call_id()? == caller.call_id(), || "the BYE is not for Alice".to_owned())?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn of_another_group(scene: &Scene) -> Outcome {
    let (mut stage, invite) = ringing(scene, "pickup_group=1", "call_group=2\nnamed_call_group=1")?;
    let offer = stage.media.description("sendrecv");
    let caller = Caller::new(&stage.wire, "alice", "*8");
    caller.invite(&offer)?;
    let refusal = stage.wire.await_any(&["403 INVITE"])?;
    caller.ack_failure(&refusal)?;
    // An application that finds nothing lets the dialplan go on.
    let other = Caller::new(&stage.wire, "alice", "75");
    let answer = other.call_with(&[], &offer)?;
    stage.media.send_to(Some(place_in(answer.body())?));
    stage.media.hears(440)?;
    other.send(&sip_parser::Method::Bye, None, None)?;
    stage.wire.await_any(&["200 BYE"])?;
    // The desk rings on, and answers.
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&offer))?;
    stage.bob.is_in_call()?;
    stage.bob.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}
