//! Who calls and who is called, as phones and trunks are told (RFC 3325, RFC 3323, RFC 5806).

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("identities::a_trusted_caller_asserts_who_it_is", &[], asserted),
        trial("identities::a_private_caller_stays_private", &[], private),
        trial("identities::who_answers_is_shown_to_the_caller", &[], connected),
        trial("identities::a_number_beyond_a_trunk_is_shown_to_the_caller", &[], beyond),
        trial("identities::who_was_called_before_is_passed_on", &[], diverted),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)
exten => _0.,1,Dial(PJSIP/${EXTEN:1}@desk,20)
exten => hidden,1,Set(CALLERID(pres)=prohib)
 same => n,Dial(PJSIP/desk,20)";

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    media: Media,
}

fn stage(scene: &Scene, gateway: &str, desk: &str) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (b, SIP_PORT).into(), gateway)
        .desk_with("desk", (a, SIP_PORT).into(), desk)
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage { desk: Wire::bind(a, at)?, caller: Wire::bind(b, at)?, media: Media::start(b, 440)?, exchange })
}

impl Stage {
    /// The gateway calls; the INVITE that the desk gets.
    fn call(&self, gateway: &Caller<'_>, headers: &[(&str, &str)]) -> Outcome<Message> {
        gateway.send_with(&Method::Invite, headers, Some(&self.media.description("sendrecv")), None)?;
        self.desk.expect("INVITE")
    }

    /// The desk has answered: the gateway is shown who that is, and hangs up.
    fn shows_who_answered(&self, gateway: &Caller<'_>, who: &str) -> Outcome {
        self.desk.expect("ACK")?;
        let answer = self.caller.await_any(&["200 INVITE"])?;
        says(&answer, "P-Asserted-Identity", who)?;
        gateway.ack_answer(&answer)?;
        gateway.send(&Method::Bye, None, None)?;
        self.caller.await_any(&["200 BYE"])?;
        let bye = self.desk.expect("BYE")?;
        self.desk.respond(&bye, 200, "")?;
        self.exchange.is_idle()
    }

    /// The desk refuses, and the call is over.
    fn refuse(&self, gateway: &Caller<'_>, invite: &Message) -> Outcome {
        self.desk.respond(invite, 486, "desk")?;
        self.desk.await_any(&["ACK"])?;
        let refusal = self.caller.await_any(&["486 INVITE"])?;
        gateway.ack_failure(&refusal)?;
        self.exchange.is_idle()
    }
}

fn says(message: &Message, name: &str, wanted: &str) -> Outcome {
    let value = header(message, name)?;
    ensure(value.contains(wanted), || format!("{name} should say '{wanted}', not '{value}'"))
}

fn asserted(scene: &Scene) -> Outcome {
    let stage = stage(scene, "trust_id_inbound=yes", "send_pai=yes\nsend_rpid=yes")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    let asserts = [("P-Asserted-Identity", "\"Real Caller\" <sip:+331234@example.com>")];
    let invite = stage.call(&gateway, &asserts)?;
    says(&invite, "From", "\"Real Caller\" <sip:+331234@")?;
    says(&invite, "P-Asserted-Identity", "\"Real Caller\" <sip:+331234@")?;
    says(&invite, "Remote-Party-ID", "party=calling;privacy=off")?;
    stage.refuse(&gateway, &invite)
}

fn private(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "send_pai=yes")?;
    let gateway = Caller::new(&stage.caller, "gateway", "hidden");
    let invite = stage.call(&gateway, &[])?;
    says(&invite, "From", "<sip:anonymous@anonymous.invalid>")?;
    ensure(header(&invite, "P-Asserted-Identity").is_err(), || "the private caller was named".to_owned())?;
    stage.refuse(&gateway, &invite)
}

fn connected(scene: &Scene) -> Outcome {
    let stage = stage(scene, "send_pai=yes", "trust_id_inbound=yes")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    let invite = stage.call(&gateway, &[])?;
    let answer = sip_parser::ResponseBuilder::reply(&invite, 200)
        .to_tag("desk")
        .header("Contact", stage.desk.contact("desk"))
        .header("P-Asserted-Identity", "\"Front Desk\" <sip:700@example.com>")
        .body("application/sdp", stage.media.description("sendrecv").as_bytes());
    stage.desk.send(&answer.build())?;
    stage.shows_who_answered(&gateway, "\"Front Desk\" <sip:700@")
}

/// The desk is a trunk whose far end does not say who answers: the caller sees the number that it dialled, not the trunk's name.
fn beyond(scene: &Scene) -> Outcome {
    let stage = stage(scene, "send_pai=yes", "")?;
    let gateway = Caller::new(&stage.caller, "gateway", "0331234");
    let invite = stage.call(&gateway, &[])?;
    ensure(invite.uri().is_some_and(|uri| uri.starts_with("sip:331234@")), || stage.desk.story())?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.shows_who_answered(&gateway, "<sip:0331234@")
}

fn diverted(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "send_history_info=yes")?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    let diverts = [("Diversion", "\"Sales\" <sip:500@example.com>;reason=no-answer;counter=2")];
    let invite = stage.call(&gateway, &diverts)?;
    says(&invite, "Diversion", "\"Sales\" <sip:500@")?;
    says(&invite, "Diversion", ";reason=no-answer;counter=2")?;
    says(&invite, "History-Info", "cause%3D408>;index=1, <sip:desk@")?;
    stage.refuse(&gateway, &invite)
}
