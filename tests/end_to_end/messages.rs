//! Text messages, in calls and outside of them (RFC 3428).

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("messages::a_text_goes_where_the_dialplan_sends_it", &[], sent),
        trial("messages::a_text_waits_for_a_phone_that_is_away", &[], waits),
        trial("messages::a_text_that_a_phone_could_not_take_comes_as_it_registers_again", &[], comes_later),
        trial("messages::a_text_that_a_phone_is_silent_to_outlives_the_exchange", &[], outlives),
        trial("messages::a_text_goes_on_as_often_as_its_sender_allows", &[], hops),
        trial("messages::a_text_for_nobody_is_refused", &[], refused),
        trial("messages::a_text_in_a_call_reaches_the_other_end", &[], in_a_call),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)

[texts]
exten => _[a-z].,1,Set(MESSAGE_DATA(X-Ticket)=seven)
 same => n,MessageSend(pjsip:${EXTEN},${MESSAGE(from)})
 same => n,Verbose(1,status ${MESSAGE_SEND_STATUS}${MESSAGE_QUEUED})";

struct Stage {
    exchange: Exchange,
    sender: Wire,
    desk: Wire,
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .phone_with("alice", "message_context=texts")
        .phone("bob")
        .desk("desk", (a, SIP_PORT).into())
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage { desk: Wire::bind(a, at)?, sender: Wire::bind(b, at)?, exchange })
}

impl Stage {
    /// Alice sends a text; the answer to it.
    fn send(&self, number: &str, body: &str) -> Outcome<Message> {
        self.send_as(&Caller::new(&self.sender, "alice", number), body)
    }

    fn send_as(&self, alice: &Caller<'_>, body: &str) -> Outcome<Message> {
        alice.text(body, None)?;
        let challenge = self.sender.await_any(&["401 MESSAGE"])?;
        alice.text(body, Some(&challenge))?;
        self.sender.next()
    }
}

fn sent(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let answer = stage.send("desk", "Grüße & <more>")?;
    ensure(answer.status() == Some(202), || format!("{:?}", answer.status()))?;
    let text = stage.desk.expect("MESSAGE")?;
    ensure(text.body() == "Grüße & <more>".as_bytes(), || format!("{:?}", text.body()))?;
    ensure(header(&text, "From")?.contains("alice"), || "who sent it?".to_owned())?;
    ensure(header(&text, "Content-Type")? == "text/plain", || "what is it?".to_owned())?;
    ensure(header(&text, "X-Ticket")? == "seven", || "what did the dialplan add?".to_owned())?;
    stage.desk.respond(&text, 200, "desk")?;
    stage.exchange.says("status SUCCESS")?;
    stage.exchange.is_idle()
}

fn hops(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    for (said, passed_on) in [(5, Some("4")), (200, Some("69")), (1, Some("0")), (0, None)] {
        let alice = Caller::new(&stage.sender, "alice", "desk");
        alice.say_max_forwards(said);
        let answer = stage.send_as(&alice, "hello")?;
        ensure(answer.status() == Some(202), || format!("{:?}", answer.status()))?;
        let Some(wanted) = passed_on else {
            stage.exchange.says("status FAILURE")?;
            stage.desk.is_quiet(std::time::Duration::from_millis(300))?;
            continue;
        };
        let text = stage.desk.expect("MESSAGE")?;
        let found = header(&text, "Max-Forwards")?;
        ensure(found == wanted, || format!("{said} came to {found}, not to {wanted}"))?;
        stage.desk.respond(&text, 200, "desk")?;
    }
    stage.exchange.is_idle()
}

fn waits(scene: &Scene) -> Outcome {
    let mut stage = stage(scene)?;
    for body in ["one", "two"] {
        let answer = stage.send("bob", body)?;
        ensure(answer.status() == Some(202), || format!("{:?}", answer.status()))?;
    }
    crate::harness::wait::until("both texts to be kept", || {
        Ok((stage.exchange.count("waits until it is back")? == 2).then_some(()))
    })?;
    stage.exchange.kill_and_start_again(scene)?;
    let phone = Wire::bind(scene.address()?, stage.exchange.sip_address())?;
    let bob = Caller::new(&phone, "bob", "bob").with_contact_parameter("expires=60");
    bob.send(&Method::Register, None, None)?;
    let challenge = phone.await_any(&["401 REGISTER"])?;
    bob.send(&Method::Register, None, Some(&challenge))?;
    let mut came = Vec::new();
    while came.len() < 2 {
        let message = phone.await_any(&["MESSAGE", "200 REGISTER"])?;
        if message.is_request() {
            ensure(header(&message, "X-Ticket")? == "seven", || {
                "its header should have waited, too".to_owned()
            })?;
            came.push(String::from_utf8_lossy(message.body()).into_owned());
            phone.respond(&message, 200, "bob")?;
        }
    }
    ensure(came == ["one", "two"], || format!("{came:?}"))
}

/// The phone is there all the time: its registrations are refreshes.
fn comes_later(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let phone = Wire::bind(scene.address()?, stage.exchange.sip_address())?;
    let bob = Caller::new(&phone, "bob", "bob").with_contact_parameter("expires=60");
    register(&bob, &phone)?;
    phone.await_any(&["200 REGISTER"])?;
    stage.send("bob", "one")?;
    phone.respond(&phone.expect("MESSAGE")?, 480, "bob")?;
    stage.exchange.says("waits until it is back")?;
    register(&bob, &phone)?;
    let text = phone.await_any(&["MESSAGE"])?;
    ensure(text.body() == b"one", || format!("{:?}", text.body()))?;
    phone.respond(&text, 200, "bob")
}

/// The sender was told that its text was taken; the exchange is killed while it still hopes for the phone.
fn outlives(scene: &Scene) -> Outcome {
    let mut stage = stage(scene)?;
    let phone = Wire::bind(scene.address()?, stage.exchange.sip_address())?;
    let bob = Caller::new(&phone, "bob", "bob").with_contact_parameter("expires=60");
    register(&bob, &phone)?;
    phone.await_any(&["200 REGISTER"])?;
    let answer = stage.send("bob", "one")?;
    ensure(answer.status() == Some(202), || format!("{:?}", answer.status()))?;
    phone.expect("MESSAGE")?;
    // It is repeated after half a second, and one second later.
    phone.repeat_of("MESSAGE", 0)?;
    phone.repeat_of("MESSAGE", 1)?;
    stage.exchange.kill_and_start_again(scene)?;
    register(&bob, &phone)?;
    let text = phone.await_any(&["MESSAGE"])?;
    ensure(text.body() == b"one", || format!("{:?}", text.body()))?;
    phone.respond(&text, 200, "bob")
}

fn register(phone: &Caller<'_>, wire: &Wire) -> Outcome {
    phone.send(&Method::Register, None, None)?;
    let challenge = wire.await_any(&["401 REGISTER"])?;
    phone.send(&Method::Register, None, Some(&challenge)).map(drop)
}

fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let answer = stage.send("9", "hello")?;
    ensure(answer.status() == Some(404), || format!("{:?}", answer.status()))
}

fn in_a_call(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let media = Media::start(stage.sender.address().ip().to_string().parse()?, 440)?;
    let alice = Caller::new(&stage.sender, "alice", "desk");
    let description = media.description("sendrecv");
    alice.invite(&description)?;
    let invite = stage.desk.expect("INVITE")?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&description))?;
    stage.desk.expect("ACK")?;
    let answer = stage.sender.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    stage.exchange.console("core show channels")?;
    alice.text("see you at eight", None)?;
    stage.sender.await_any(&["200 MESSAGE"])?;
    let text = stage.desk.expect("MESSAGE")?;
    ensure(text.body() == "see you at eight".as_bytes(), || format!("{:?}", text.body()))?;
    ensure(text.call_id()? == invite.call_id()?, || "it came outside of the call".to_owned())?;
    stage.desk.respond(&text, 200, "")?;
    alice.send(&Method::Bye, None, None)?;
    stage.sender.await_any(&["200 BYE"])?;
    let bye = stage.desk.expect("BYE")?;
    stage.desk.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}
