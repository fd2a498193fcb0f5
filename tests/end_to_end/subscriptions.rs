//! Lamps and presence: what watchers are told of phones that ring, talk, go and publish (RFC 6665, 4235, 3863, 3842, 3903).

use std::path::Path;
use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::wait::until;
use crate::harness::wire::{Caller, header, title};
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("subscriptions::a_lamp_follows_a_phone_through_a_call", &[], lamp),
        trial("subscriptions::a_phone_that_unregisters_is_closed", &[], closed),
        trial("subscriptions::messages_are_told_after_registration", &[], messages),
        trial("subscriptions::what_a_phone_publishes_is_told", &[], publish),
        trial("subscriptions::a_lamp_of_the_dialplan_survives_a_restart", &[], custom),
        trial("subscriptions::what_may_not_be_watched_is_refused", &[], refused),
        trial("subscriptions::baresip_sees_presence", &["baresip"], baresip),
        trial("subscriptions::registrations_are_told_to_their_owner", &[], registrations),
    ]
}

const PLAN: &str = "exten => 100,hint,PJSIP/bob\nexten => 100,1,Dial(PJSIP/bob)";

/// Somebody with one socket and one name.
pub(crate) struct Phone {
    name: &'static str,
    pub(crate) wire: Wire,
}

impl Phone {
    pub(crate) fn new(scene: &Scene, exchange: &Exchange, name: &'static str) -> Outcome<Self> {
        Ok(Self { name, wire: Wire::bind(scene.address()?, exchange.sip_address())? })
    }

    pub(crate) fn registers(&self) -> Outcome<Caller<'_>> {
        let registrar = Caller::new(&self.wire, self.name, self.name);
        registrar.say(&[("Expires", "300")]);
        registrar.send(&Method::Register, None, None)?;
        let challenge = self.wire.expect("401 REGISTER")?;
        registrar.send(&Method::Register, None, Some(&challenge))?;
        Ok(registrar)
    }

    fn unregisters(&self, registrar: &Caller<'_>) -> Outcome {
        registrar.say(&[("Expires", "0")]);
        registrar.ask(&Method::Register, None).map(drop)
    }

    /// Subscribes, and returns the dialog and the first document.
    pub(crate) fn watches(&self, number: &str, package: &str) -> Outcome<(Caller<'_>, Message)> {
        let watcher = Caller::new(&self.wire, self.name, number);
        watcher.say(&[("Event", package), ("Expires", "600")]);
        let answer = watcher.ask(&Method::Subscribe, None)?;
        let found = title(&answer);
        ensure(found == "200 SUBSCRIBE", || format!("a subscription should be taken, not '{found}'"))?;
        ensure(header(&answer, "Expires")? == "600", || "it should last as long as it asked".to_owned())?;
        watcher.follow(&answer)?;
        let first = self.is_told()?;
        ensure(header(&first, "Event")? == package, || "the package should be the one asked for".to_owned())?;
        Ok((watcher, first))
    }

    /// The next NOTIFY, answered.
    fn is_told(&self) -> Outcome<Message> {
        let notify = self.wire.expect("NOTIFY")?;
        self.wire.respond(&notify, 200, "")?;
        Ok(notify)
    }

    /// The next document must have these parts.
    pub(crate) fn is_told_of(&self, parts: &[&str]) -> Outcome<String> {
        let notify = self.is_told()?;
        has(&notify, parts)
    }
}

fn has(notify: &Message, parts: &[&str]) -> Outcome<String> {
    let text = String::from_utf8_lossy(notify.body()).into_owned();
    for part in parts {
        ensure(text.contains(part), || format!("'{part}' should be in:\n{text}"))?;
    }
    Ok(text)
}

fn lamp(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").phone("carol").dialplan(PLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let (alice, bob) = (Phone::new(scene, &exchange, "alice")?, Phone::new(scene, &exchange, "bob")?);
    bob.registers()?;
    bob.wire.expect("200 REGISTER")?;
    let (watcher, first) = alice.watches("100", "dialog")?;
    let state = header(&first, "Subscription-State")?;
    ensure(state.starts_with("active;expires="), || format!("it should be active: {state}"))?;
    ensure(header(&first, "Content-Type")? == "application/dialog-info+xml", || "the type".to_owned())?;
    let entity = format!("entity=\"sip:100@{}\"", exchange.sip_address());
    has(
        &first,
        &["version=\"0\"", "state=\"full\"", &entity, "<dialog id=\"100\">", "<state>terminated</state>"],
    )?;
    let shown = exchange.console("core show hints")?;
    ensure(shown.contains("100@phones") && shown.contains("State:Idle"), || shown.clone())?;
    ensure(shown.contains("Watchers  1"), || shown.clone())?;
    let shown = exchange.console("pjsip show subscriptions inbound")?;
    ensure(shown.contains("100/dialog") && shown.contains("Endpoint: alice/"), || shown.clone())?;

    let address = scene.address()?;
    let (wire, media) = (Wire::bind(address, exchange.sip_address())?, Media::start(address, 440)?);
    let carol = Caller::new(&wire, "carol", "100");
    carol.invite(&media.description("sendrecv"))?;
    let invite = bob.wire.expect("INVITE")?;
    bob.wire.respond_in_dialog(&invite, 180, "bobs", None)?;
    let parts = [
        "version=\"1\"",
        "<state>early</state>",
        "direction=\"recipient\"",
        "sip:carol@",
        "display=\"carol\"",
    ];
    alice.is_told_of(&parts)?;
    bob.wire.respond_in_dialog(&invite, 200, "bobs", Some(&media.description("sendrecv")))?;
    bob.wire.expect("ACK")?;
    alice.is_told_of(&["version=\"2\"", "<state>confirmed</state>"])?;
    let answer = wire.await_any(&["200 INVITE"])?;
    carol.ack_answer(&answer)?;
    let shown = exchange.console("core show hint 100")?;
    ensure(shown.contains("State:InUse"), || shown.clone())?;
    carol.send(&Method::Bye, None, None)?;
    let bye = bob.wire.expect("BYE")?;
    bob.wire.respond(&bye, 200, "")?;
    alice.is_told_of(&["version=\"3\"", "<state>terminated</state>"])?;
    alice.wire.is_quiet(Duration::from_millis(300))?;

    watcher.say(&[("Event", "dialog"), ("Expires", "0")]);
    watcher.send(&Method::Subscribe, None, None)?;
    alice.wire.expect("200 SUBSCRIBE")?;
    let last = alice.is_told()?;
    let state = header(&last, "Subscription-State")?;
    ensure(state == "terminated;reason=timeout", || format!("it should be over: {state}"))?;
    let shown = exchange.console("pjsip show subscriptions inbound")?;
    ensure(shown.contains("No active subscriptions"), || shown.clone())
}

fn closed(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(PLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let (alice, bob) = (Phone::new(scene, &exchange, "alice")?, Phone::new(scene, &exchange, "bob")?);
    let (_watcher, first) = alice.watches("100", "presence")?;
    has(&first, &["<basic>closed</basic>", "<note>Unavailable</note>", "<tuple id=\"100\">"])?;
    let registrar = bob.registers()?;
    alice.is_told_of(&["<basic>open</basic>", "<note>Ready</note>"])?;
    bob.wire.expect("200 REGISTER")?;
    bob.unregisters(&registrar)?;
    alice.is_told_of(&["<basic>closed</basic>"]).map(drop)
}

fn messages(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone_with("bob", "mailboxes=100@default").dialplan(PLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let bob = Phone::new(scene, &exchange, "bob")?;
    bob.registers()?;
    let (mut told, mut registered) = (None, false);
    while told.is_none() || !registered {
        let message = bob.wire.await_any(&["NOTIFY", "200 REGISTER"])?;
        match title(&message).as_str() {
            "NOTIFY" => {
                bob.wire.respond(&message, 200, "")?;
                told = Some(message);
            }
            _ => registered = true,
        }
    }
    let notify = told.ok_or("there is a NOTIFY")?;
    ensure(header(&notify, "Event")? == "message-summary", || "the package".to_owned())?;
    has(&notify, &["Messages-Waiting: no\r\n", "Voice-Message: 0/0 (0/0)\r\n"])?;
    let (_watcher, first) = bob.watches("bob", "message-summary")?;
    has(&first, &["Messages-Waiting: no\r\n"]).map(drop)
}

fn publish(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(PLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let (alice, bob) = (Phone::new(scene, &exchange, "alice")?, Phone::new(scene, &exchange, "bob")?);
    bob.registers()?;
    bob.wire.expect("200 REGISTER")?;
    let (_watcher, _) = alice.watches("100", "presence")?;
    let document = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
        xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:r=\"urn:ietf:params:xml:ns:pidf:rpid\" \
        entity=\"sip:bob@x\"><tuple id=\"a\"><status><basic>open</basic></status></tuple>\
        <dm:person id=\"p\"><r:activities><r:away/></r:activities><dm:note>Tea &amp; cake</dm:note></dm:person>\
        </presence>";
    let publisher = Caller::new(&bob.wire, "bob", "bob");
    publisher.say(&[("Event", "presence"), ("Expires", "120")]);
    publisher.say_type("application/pidf+xml");
    let answer = publisher.ask(&Method::Publish, Some(document))?;
    ensure(title(&answer) == "200 PUBLISH", || title(&answer))?;
    let tag = header(&answer, "SIP-ETag")?.to_owned();
    alice.is_told_of(&["<basic>open</basic>", "<rpid:away/>", "<note>Tea &amp; cake</note>"])?;

    let again = Caller::new(&bob.wire, "bob", "bob");
    again.say(&[("Event", "presence"), ("Expires", "0"), ("SIP-If-Match", "unknown")]);
    let answer = again.ask(&Method::Publish, None)?;
    ensure(title(&answer) == "412 PUBLISH", || title(&answer))?;
    let end = Caller::new(&bob.wire, "bob", "bob");
    end.say(&[("Event", "presence"), ("Expires", "0"), ("SIP-If-Match", &tag)]);
    let answer = end.ask(&Method::Publish, None)?;
    ensure(title(&answer) == "200 PUBLISH", || title(&answer))?;
    let text = alice.is_told_of(&["<basic>open</basic>"])?;
    ensure(!text.contains("away"), || format!("it is taken back:\n{text}"))?;

    let other = Caller::new(&bob.wire, "bob", "alice");
    other.say(&[("Event", "presence"), ("Expires", "120")]);
    other.say_type("application/pidf+xml");
    let answer = other.ask(&Method::Publish, Some(document))?;
    ensure(title(&answer) == "403 PUBLISH", || title(&answer))
}

fn custom(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan(
        "exten => 200,hint,Custom:night,CustomPresence:desk\n\
         exten => 1,1,Set(DEVICE_STATE(Custom:night)=INUSE)\n same => n,Hangup()\n\
         exten => 2,1,Set(PRESENCE_STATE(CustomPresence:desk)=dnd,,In a meeting)\n same => n,Hangup()\n\
         exten => 3,1,NoOp(It is ${EXTENSION_STATE(200@phones)} by ${HINT(200@phones)} and \
         ${PRESENCE_STATE(CustomPresence:desk,message)})\n same => n,Hangup()",
    );
    let mut exchange = Exchange::start(scene, &folder)?;
    let alice = Phone::new(scene, &exchange, "alice")?;
    let (_watcher, first) = alice.watches("200", "presence")?;
    has(&first, &["<note>Ready</note>"])?;
    let media = Media::start(scene.address()?, 440)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let dial = |number: &str| -> Outcome {
        let caller = Caller::new(&wire, "alice", number);
        caller.invite(&media.description("sendrecv"))?;
        loop {
            let message = wire.next()?;
            if message.status().is_some_and(|status| status >= 300) {
                return caller.ack_failure(&message);
            }
        }
    };
    dial("1")?;
    alice.is_told_of(&["<note>On the phone</note>"])?;
    dial("2")?;
    alice.is_told_of(&["<note>On the phone</note>", "<rpid:busy/>", "<note>In a meeting</note>"])?;
    // A thread of its own writes what is set, within moments; only an ordered end waits for it.
    until("what was set to be on the disk", || Ok(holds(folder.path(), b"In a meeting")?.then_some(())))?;
    exchange.kill_and_start_again(scene)?;
    dial("3")?;
    exchange.says("It is INUSE by Custom:night,CustomPresence:desk and In a meeting")
}

/// Whether a store in the folder or below holds this text.
fn holds(folder: &Path, text: &[u8]) -> Outcome<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_store =
            path.file_name().is_some_and(|name| name == "presence.sqlite3" || name == "presence.sqlite3-wal");
        let found = match path.is_dir() {
            true => holds(&path, text)?,
            false => is_store && std::fs::read(&path)?.windows(text.len()).any(|octets| octets == text),
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone("alice")
        .phone_with("bob", "allow_subscribe=no")
        .phone_with("carol", "subscribe_context=elsewhere\nsub_min_expiry=120")
        .dialplan(PLAN)
        .dialplan("[elsewhere]\nexten => _3XX,hint,PJSIP/alice");
    let exchange = Exchange::start(scene, &folder)?;
    let (a, b, c) = ("alice", "bob", "carol");
    for (name, number, lines, wanted) in [
        (a, "999", [("Event", "dialog"), ("Expires", "600")], "404 SUBSCRIBE"),
        (b, "100", [("Event", "dialog"), ("Expires", "600")], "603 SUBSCRIBE"),
        (c, "100", [("Event", "dialog"), ("Expires", "600")], "404 SUBSCRIBE"),
        (c, "300", [("Event", "dialog"), ("Expires", "100")], "423 SUBSCRIBE"),
        (c, "300", [("Event", "dialog"), ("Expires", "120")], "200 SUBSCRIBE"),
        (a, "100", [("Event", "presence"), ("Accept", "text/plain")], "406 SUBSCRIBE"),
        (a, "alice", [("Event", "message-summary"), ("Expires", "600")], "404 SUBSCRIBE"),
        (a, "bob", [("Event", "reg"), ("Expires", "600")], "403 SUBSCRIBE"),
    ] {
        let phone = Phone::new(scene, &exchange, name)?;
        let watcher = Caller::new(&phone.wire, name, number);
        watcher.say(&lines);
        let answer = watcher.ask(&Method::Subscribe, None)?;
        let found = title(&answer);
        ensure(found == wanted, || {
            format!("{name} to {number} with {lines:?}: {found} instead of {wanted}")
        })?;
    }
    let phone = Phone::new(scene, &exchange, "alice")?;
    let watcher = Caller::new(&phone.wire, "alice", "100");
    watcher.say(&[("Event", "weather")]);
    watcher.send(&Method::Subscribe, None, None)?;
    let answer = phone.wire.expect("489 SUBSCRIBE")?;
    let allowed = header(&answer, "Allow-Events")?;
    ensure(allowed == "dialog, presence, message-summary, reg", || allowed.to_owned())
}

/// A phone that we did not write watches one that we play.
fn baresip(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(PLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let watched = format!("sip:100@{}", exchange.sip_address());
    let mut alice = Baresip::named(scene, "alice", 440).watching(watched).register_at(&exchange)?;
    alice.sees("Offline")?;
    let bob = Phone::new(scene, &exchange, "bob")?;
    let registrar = bob.registers()?;
    bob.wire.expect("200 REGISTER")?;
    alice.sees("Online")?;
    bob.unregisters(&registrar)?;
    alice.sees("Offline")?;
    let shown = exchange.console("pjsip show subscriptions inbound")?;
    ensure(shown.contains("100/presence"), || format!("the subscription should be there:\n{shown}"))
}

fn registrations(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(PLAN))?;
    let (alice, desk) = (Phone::new(scene, &exchange, "alice")?, Phone::new(scene, &exchange, "alice")?);
    let (_watcher, first) = alice.watches("alice", "reg")?;
    has(&first, &["version=\"0\"", "state=\"init\""])?;
    let registrar = desk.registers()?;
    alice.is_told_of(&["version=\"1\"", "state=\"active\"", "event=\"registered\"", "<uri>sip:alice@"])?;
    desk.wire.expect("200 REGISTER")?;
    desk.unregisters(&registrar)?;
    alice.is_told_of(&["version=\"2\"", "state=\"terminated\"", "event=\"unregistered\""]).map(drop)
}
