//! Exchanges that tell each other of their phones (RFC 3903): a lamp of one follows a phone of the other.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::{SIP_PORT, secret_of};
use crate::harness::wait::until;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Sipp, Wire, ensure, trial};
use crate::subscriptions::Phone;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("publications::a_lamp_follows_a_phone_of_another_exchange", &[], lamp),
        trial("publications::a_lamp_goes_out_with_the_exchange_of_its_phone_and_comes_back", &[], power_cut),
        trial("publications::a_compositor_challenges_asks_for_more_time_and_forgets", &["sipp"], demanding),
    ]
}

/// Seconds that states of an exchange outlive it.
const EXPIRATION: u32 = 3;

/// West has the phones bob and carol, east has alice, who watches bob.
struct Houses {
    west: Exchange,
    east: Exchange,
}

impl Houses {
    fn new(scene: &Scene) -> Outcome<Self> {
        let (west, east) = (Folder::new(scene)?, Folder::new(scene)?);
        let (at_west, at_east) = (west.address(), east.address());
        let west = with_entity_id(west, 1)?
            .phone("bob")
            .phone("carol")
            .pjsip(&format!("{}{}", takes("east"), tells("east", "west", &at_east.to_string())))
            .dialplan("exten => bob,1,Dial(PJSIP/bob)");
        let east = with_entity_id(east, 2)?
            .phone("alice")
            .pjsip(&format!("{}{}", takes("west"), tells("west", "east", &at_west.to_string())))
            .dialplan("exten => 100,hint,PJSIP/bob");
        Ok(Self { west: Exchange::start(scene, &west)?, east: Exchange::start(scene, &east)? })
    }
}

/// Gives an exchange a name among others; on one machine all would have the same.
fn with_entity_id(folder: Folder, number: u8) -> Outcome<Folder> {
    let path = folder.path().display();
    let folders = ["astvarlibdir=lib", "astspooldir=spool", "astlogdir=log", "astrundir=run", "astdbdir=db"];
    let folders = folders.map(|folder| {
        let (key, name) = folder.split_once('=').unwrap_or_default();
        format!("{key}={path}/var/{name}\n")
    });
    let text = format!(
        "[directories]\nastetcdir={path}\n{}[options]\nentityid=02:00:00:00:00:{number:02x}\n",
        folders.concat()
    );
    folder.write_file("asterisk.conf", &text)?;
    Ok(folder)
}

/// What takes the states of the exchange `name`, who proves that it is this one.
fn takes(name: &str) -> String {
    format!(
        "[{name}](phone)\nauth={name}\nsub_min_expiry=1\n\
         [{name}]\ntype=auth\nusername={name}\npassword={secret}\n\
         [{name}]\ntype=inbound-publication\nendpoint={name}\nevent_asterisk-devicestate={name}\n\
         [{name}]\ntype=asterisk-publication\ndevice_state=yes\ndevicestate_publish=to-{name}\n",
        secret = secret_of(name)
    )
}

/// What tells our states to the exchange `name`, where we are `own`.
fn tells(name: &str, own: &str, at: &str) -> String {
    format!(
        "[own]\ntype=auth\nusername={own}\npassword={secret}\n\
         [to-{name}]\ntype=outbound-publish\nserver_uri=sip:{own}@{at}:{SIP_PORT}\nevent=asterisk-devicestate\n\
         expiration={EXPIRATION}\noutbound_auth=own\n",
        secret = secret_of(own)
    )
}

fn lamp(scene: &Scene) -> Outcome {
    let Houses { west, east } = Houses::new(scene)?;
    let alice = Phone::new(scene, &east, "alice")?;
    let (_watcher, _) = alice.watches("100", "presence")?;
    let bob = Phone::new(scene, &west, "bob")?;
    bob.registers()?;
    bob.wire.expect("200 REGISTER")?;
    comes_to(&alice, &["<basic>open</basic>", "<note>Ready</note>"])?;
    let address = scene.address()?;
    let (wire, media) = (Wire::bind(address, west.sip_address())?, Media::start(address, 440)?);
    let carol = Caller::new(&wire, "carol", "bob");
    carol.invite(&media.description("sendrecv"))?;
    let invite = bob.wire.expect("INVITE")?;
    bob.wire.respond_in_dialog(&invite, 180, "bobs", None)?;
    alice.is_told_of(&["<note>Ringing</note>"])?;
    bob.wire.respond_in_dialog(&invite, 200, "bobs", Some(&media.description("sendrecv")))?;
    bob.wire.expect("ACK")?;
    alice.is_told_of(&["<note>On the phone</note>"])?;
    let answer = wire.await_any(&["200 INVITE"])?;
    carol.ack_answer(&answer)?;
    // Longer than the states live without a refresh.
    alice.wire.is_quiet(Duration::from_secs(u64::from(EXPIRATION) + 1))?;
    let shown = east.console("core show hint 100")?;
    ensure(shown.contains("State:InUse"), || shown.clone())?;
    let shown = east.console("pjsip show publications inbound")?;
    ensure(shown.contains("west/west/asterisk-devicestate"), || shown.clone())?;
    let shown = west.console("pjsip show publications outbound")?;
    ensure(shown.contains("to-east/sip:west@") && shown.contains("Published (exp. "), || shown.clone())?;
    carol.send(&Method::Bye, None, None)?;
    let bye = bob.wire.expect("BYE")?;
    bob.wire.respond(&bye, 200, "")?;
    alice.is_told_of(&["<note>Ready</note>"])?;
    // An exchange that ends takes its states back at once.
    let _ = west.console("core stop now");
    alice.is_told_of(&["<basic>closed</basic>"]).map(drop)
}

/// The next documents, up to one with these parts: what an exchange tells as it starts may come in parts.
fn comes_to(phone: &Phone, parts: &[&str]) -> Outcome {
    until(&format!("a document with {parts:?}"), || Ok(phone.is_told_of(parts).ok().map(drop)))
}

fn power_cut(scene: &Scene) -> Outcome {
    let Houses { mut west, east } = Houses::new(scene)?;
    let alice = Phone::new(scene, &east, "alice")?;
    let (_watcher, _) = alice.watches("100", "presence")?;
    let bob = Phone::new(scene, &west, "bob")?;
    bob.registers()?;
    bob.wire.expect("200 REGISTER")?;
    comes_to(&alice, &["<note>Ready</note>"])?;
    west.process().kill();
    alice.is_told_of(&["<basic>closed</basic>", "<note>Unavailable</note>"])?;
    let shown = east.console("pjsip show publications inbound")?;
    ensure(shown.contains("No active publications"), || shown.clone())?;
    // The registration of the phone outlives the cut, and its exchange tells of it anew.
    west.kill_and_start_again(scene)?;
    comes_to(&alice, &["<note>Ready</note>"])?;
    // The other one is cut: its lamps are lit again by what it asks for.
    let mut east = east;
    east.kill_and_start_again(scene)?;
    until("the lamp to be lit again", || {
        Ok(east.console("core show hint 100")?.contains("State:Idle").then_some(()))
    })
}

fn demanding(scene: &Scene) -> Outcome {
    let sipp = Sipp::new(scene, "compositor")?;
    let folder = with_entity_id(Folder::new(scene)?, 1)?
        .phone("alice")
        .dialplan("exten => 1,1,Answer()")
        .pjsip(&format!(
            "[own]\ntype=auth\nusername=0123456\npassword=a-long-secret\n\
         [lamps]\ntype=outbound-publish\nserver_uri=sip:west@{}\nevent=asterisk-devicestate\nexpiration=60\n\
         @device_state_filter=^Custom:lamp$\noutbound_auth=own\n",
            sipp.at()
        ));
    // It has nothing to tell yet.
    let mut exchange = Exchange::start(scene, &folder)?;
    let compositor = sipp.wait_for_calls()?;
    exchange.console("devstate change Custom:lamp INUSE")?;
    let is_told = |times: usize| {
        until("the compositor to be content", || {
            let shown = exchange.console("pjsip show publications outbound")?;
            let taken = compositor.ladder()?.all("-> 200 PUBLISH").count();
            Ok((shown.contains("Published") && taken == times).then_some(()))
        })
    };
    is_told(1)?;
    exchange.console("devstate change Custom:lamp RINGING")?;
    is_told(2)?;
    let _ = exchange.console("core stop now");
    exchange.process().ends_within(Duration::from_secs(10))?;
    compositor.succeeds()
}
