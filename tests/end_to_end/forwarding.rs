//! Phones that send their calls elsewhere (3xx, RFC 3261 §8.1.3.4), and calls into the dialplan (`Local/`).

use libtest_mimic::Trial;
use sip_parser::{Message, Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("forwarding::to_the_numbers_of_a_302_one_after_another", &[], numbers),
        trial("forwarding::in_a_context_of_its_own", &[], context),
        trial("forwarding::to_the_addresses_of_a_302", &[], addresses),
        trial("forwarding::not_where_dial_ignores_it", &[], ignored),
        trial("forwarding::not_in_circles", &[], circles),
        trial("forwarding::a_call_into_the_dialplan", &[], local),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)
exten => elsewhere,1,Set(FORWARD_CONTEXT=away)
 same => n,Dial(PJSIP/desk,20)
exten => stubborn,1,Dial(PJSIP/desk,20,i)
 same => n,NoOp(it came to ${DIALSTATUS})
 same => n,Hangup(17)
exten => 901,1,Hangup(17)
exten => 900,1,Dial(PJSIP/mobile,20)
exten => inside,1,Dial(Local/prompt@away&Local/nowhere@away,20)
[away]
exten => 900,1,Hangup(34)
exten => prompt,1,Progress()
 same => n,Wait(0.1)
 same => n,Dial(PJSIP/mobile,20)";

/// Somebody who calls, a desk that is called, and a mobile that the desk sends its calls to.
struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    mobile: Wire,
    media: [Media; 2],
}

fn stage(scene: &Scene, desk: &str) -> Outcome<Stage> {
    let (a, b, c) = (scene.address()?, scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (a, SIP_PORT).into(), "")
        .desk_with("desk", (b, SIP_PORT).into(), &format!("callerid=Desk <101>\n{desk}"))
        .desk_with("mobile", (c, SIP_PORT).into(), "send_history_info=yes")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let media = [Media::start(a, 440)?, Media::start(c, 600)?];
    Ok(Stage {
        caller: Wire::bind(a, at)?,
        desk: Wire::bind(b, at)?,
        mobile: Wire::bind(c, at)?,
        media,
        exchange,
    })
}

impl Stage {
    /// Calls the desk, which answers 302 with these contacts.
    fn forwards<'s>(&'s self, number: &str, contacts: &str) -> Outcome<Caller<'s>> {
        let gateway = Caller::new(&self.caller, "gateway", number);
        gateway.send(&Method::Invite, Some(&self.media[0].description("sendrecv")), None)?;
        self.divert(contacts)?;
        Ok(gateway)
    }

    /// The desk takes an INVITE and answers 302.
    fn divert(&self, contacts: &str) -> Outcome {
        let invite = self.desk.expect("INVITE")?;
        let moved = ResponseBuilder::reply(&invite, 302).to_tag("desk").header("Contact", contacts);
        self.desk.send(&moved.build())?;
        self.desk.expect("ACK").map(drop)
    }

    /// The mobile answers, both hear each other, and the caller hangs up.
    fn talk(&self, gateway: &Caller<'_>, invite: &Message) -> Outcome {
        let [caller, mobile] = &self.media;
        self.mobile.respond_in_dialog(invite, 200, "mobile", Some(&mobile.description("sendrecv")))?;
        self.mobile.expect("ACK")?;
        mobile.send_to(Some(place_in(invite.body())?));
        let answer = self.caller.await_any(&["200 INVITE"])?;
        gateway.ack_answer(&answer)?;
        caller.send_to(Some(place_in(answer.body())?));
        caller.hears(600)?;
        mobile.hears(440)?;
        gateway.send(&Method::Bye, None, None)?;
        self.caller.await_any(&["200 BYE"])?;
        let bye = self.mobile.await_any(&["BYE"])?;
        self.mobile.respond(&bye, 200, "")?;
        self.exchange.is_idle()
    }

    fn ends(&self, gateway: &Caller<'_>, refusal: &str) -> Outcome {
        let refusal = self.caller.await_any(&[refusal])?;
        gateway.ack_failure(&refusal)?;
        self.exchange.is_idle()
    }
}

fn says(message: &Message, name: &str, wanted: &str) -> Outcome {
    let value = header(message, name)?;
    ensure(value.contains(wanted), || format!("{name} should say '{wanted}', not '{value}'"))
}

fn numbers(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let gateway = stage.forwards("desk", "<sip:900@192.0.2.9>;q=0.2, <sip:901@192.0.2.9>;q=0.7")?;
    let invite = stage.mobile.expect("INVITE")?;
    says(&invite, "From", "sip:gateway@")?;
    says(&invite, "Diversion", "\"Desk\" <sip:101@")?;
    says(&invite, "Diversion", ";reason=unconditional;counter=1")?;
    says(&invite, "History-Info", "<sip:101@")?;
    stage.exchange.says("to 'Local/901@phones' (thanks to PJSIP/desk-")?;
    stage.talk(&gateway, &invite)
}

fn context(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let gateway = stage.forwards("elsewhere", "<sip:900@192.0.2.9>")?;
    stage.ends(&gateway, "503 INVITE")
}

fn addresses(scene: &Scene) -> Outcome {
    for method in ["uri_core", "uri_pjsip"] {
        let stage = stage(scene, &format!("redirect_method={method}"))?;
        let mobile = stage.mobile.address();
        let gateway = stage.forwards("desk", &format!("<sip:+33123@{mobile}>"))?;
        let invite = stage.mobile.expect("INVITE")?;
        ensure(invite.uri() == Some(&format!("sip:+33123@{mobile}")), || {
            format!("{:?} was called", invite.uri())
        })?;
        says(&invite, "Diversion", "<sip:101@")?;
        stage.talk(&gateway, &invite)?;
    }
    Ok(())
}

fn ignored(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let gateway = stage.forwards("stubborn", "<sip:900@192.0.2.9>")?;
    stage.exchange.says("it came to BUSY")?;
    stage.ends(&gateway, "486 INVITE")
}

/// The desk sends every call to its own number.
fn circles(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let gateway = stage.forwards("desk", "<sip:desk@192.0.2.9>")?;
    for _ in 0..10 {
        stage.divert("<sip:desk@192.0.2.9>")?;
    }
    stage.exchange.says("the call was forwarded too often")?;
    stage.ends(&gateway, "483 INVITE")
}

fn local(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let gateway = Caller::new(&stage.caller, "gateway", "inside");
    gateway.send(&Method::Invite, Some(&stage.media[0].description("sendrecv")), None)?;
    let invite = stage.mobile.expect("INVITE")?;
    stage.caller.await_any(&["183 INVITE"])?;
    stage.exchange.says("extension 'nowhere' is not in context 'away'")?;
    let shown = stage.exchange.console("core show channels")?;
    ensure(shown.contains("Local/prompt@away-"), || format!("which channels are there?\n{shown}"))?;
    stage.talk(&gateway, &invite)
}
