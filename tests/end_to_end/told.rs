//! What phones are told on the way, and what is made of what they tell: rings, causes, parties.

use libtest_mimic::Trial;
use sip_parser::{Message, Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("told::a_tone_in_place_of_180", &[], tone),
        trial("told::a_ring_behind_early_audio", &[], ring_behind_audio),
        trial("told::a_ring_of_a_network_that_says_no_more", &[], silent_ring),
        trial("told::early_sounds_tell_of_themselves_once", &[], early_sounds),
        trial("told::a_183_without_a_description", &[], without_description),
        trial("told::causes_in_reason", &[], causes),
        trial("told::whom_it_calls_while_it_rings", &[], parties),
        trial("told::a_new_party_by_update_or_by_invite", &[], changed),
    ]
}

const DIALPLAN: &str = "exten => late,1,Progress()
 same => n,Dial(PJSIP/desk,20)
exten => row,1,Progress()
 same => n,PlayTones(busy)
 same => n,StopPlayTones()
 same => n,PlayTones(ring)
 same => n,Hangup(17)
exten => desk,1,NoOp(the tag is ${CALLERID(tag)} in ${CHANNEL(tonezone)})
 same => n,Dial(PJSIP/desk,20)
 same => n,NoOp(it came to ${HANGUPCAUSE})";

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    media: [Media; 2],
}

fn stage(scene: &Scene, gateway: &str, desk: &str, global: &str) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (a, SIP_PORT).into(), gateway)
        .desk_with("desk", (b, SIP_PORT).into(), &format!("callerid=Desk <101>\n{desk}"))
        .dialplan(DIALPLAN)
        .pjsip(&format!("[global](+)\n{global}\n"));
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let media = [Media::start(a, 600)?, Media::start(b, 1_000)?];
    Ok(Stage { caller: Wire::bind(a, at)?, desk: Wire::bind(b, at)?, media, exchange })
}

impl Stage {
    fn call(&self) -> Outcome<(Caller<'_>, Message)> {
        let gateway = Caller::new(&self.caller, "gateway", "desk");
        gateway.send(&Method::Invite, Some(&self.media[0].description("sendrecv")), None)?;
        let invite = self.desk.await_any(&["INVITE"])?;
        Ok((gateway, invite))
    }

    /// The desk refuses, for that reason if there is one.
    fn refuse(&self, gateway: &Caller<'_>, invite: &Message, reason: Option<&str>) -> Outcome<Message> {
        let mut response = ResponseBuilder::reply(invite, 486).to_tag("desk");
        if let Some(reason) = reason {
            response = response.header("Reason", reason);
        }
        self.desk.send(&response.build())?;
        self.desk.await_any(&["ACK"])?;
        let refusal = self.caller.await_any(&["486 INVITE", "503 INVITE"])?;
        gateway.ack_failure(&refusal)?;
        self.exchange.is_idle()?;
        Ok(refusal)
    }
}

fn tone(scene: &Scene) -> Outcome {
    let stage = stage(scene, "inband_progress=yes\ntone_zone=fr\ncallerid_tag=blue", "", "")?;
    let (gateway, invite) = stage.call()?;
    stage.exchange.says("the tag is blue in fr")?;
    stage.desk.respond(&invite, 180, "desk")?;
    let progress = stage.caller.await_any(&["183 INVITE", "180 INVITE"])?;
    ensure(progress.status() == Some(183), || "180 came in place of a tone".to_owned())?;
    let [caller, desk] = &stage.media;
    caller.send_to(Some(place_in(progress.body())?));
    caller.hears(440)?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&desk.description("sendrecv")))?;
    desk.send_to(Some(place_in(invite.body())?));
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    gateway.ack_answer(&answer)?;
    caller.hears(1_000)?;
    gateway.send(&Method::Bye, None, None)?;
    let bye = stage.desk.await_any(&["BYE"])?;
    stage.desk.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

/// Several sounds before the answer, and a `Progress` before them, are one 183: each needs a PRACK where they are reliable.
fn early_sounds(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "", "")?;
    let gateway = Caller::new(&stage.caller, "gateway", "row");
    gateway.send(&Method::Invite, Some(&stage.media[0].description("sendrecv")), None)?;
    stage.caller.await_any(&["183 INVITE"])?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    // The others would have been the same, octet for octet.
    let story = stage.caller.story();
    ensure(story.matches("183 INVITE").count() == 1, || format!("told again:\n{story}"))?;
    gateway.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

/// A phone that hears early audio makes no tone of its own: it hears one, unless it is told by 180 all the same.
fn ring_behind_audio(scene: &Scene) -> Outcome {
    for (global, told) in [("", false), ("allow_sending_180_after_183=yes", true)] {
        let stage = stage(scene, "tone_zone=fr", "", global)?;
        let gateway = Caller::new(&stage.caller, "gateway", "late");
        gateway.send(&Method::Invite, Some(&stage.media[0].description("sendrecv")), None)?;
        let progress = stage.caller.await_any(&["183 INVITE"])?;
        let invite = stage.desk.await_any(&["INVITE"])?;
        stage.desk.respond(&invite, 180, "desk")?;
        let [caller, desk] = &stage.media;
        caller.send_to(Some(place_in(progress.body())?));
        caller.hears(440)?;
        if told {
            stage.caller.await_any(&["180 INVITE"])?;
        }
        stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&desk.description("sendrecv")))?;
        desk.send_to(Some(place_in(invite.body())?));
        let answer = stage.caller.await_any(&["180 INVITE", "200 INVITE"])?;
        ensure(answer.status() == Some(200), || "180 came behind early audio".to_owned())?;
        gateway.ack_answer(&answer)?;
        caller.hears(1_000)?;
        gateway.send(&Method::Bye, None, None)?;
        let bye = stage.desk.await_any(&["BYE"])?;
        stage.desk.respond(&bye, 200, "")?;
        stage.exchange.is_idle()?;
    }
    Ok(())
}

/// Early audio, then a 180: where the network sends no more the caller hears a tone, and what comes later all the same.
fn silent_ring(scene: &Scene) -> Outcome {
    let stage = stage(scene, "tone_zone=fr", "", "")?;
    let (gateway, invite) = stage.call()?;
    let [caller, desk] = &stage.media;
    stage.desk.respond_in_dialog(&invite, 183, "desk", Some(&desk.description("sendrecv")))?;
    let progress = stage.caller.await_any(&["183 INVITE"])?;
    caller.send_to(Some(place_in(progress.body())?));
    let theirs = Some(place_in(invite.body())?);
    desk.send_to(theirs);
    caller.hears(1_000)?;
    stage.desk.respond(&invite, 180, "desk")?;
    desk.send_to(None);
    caller.hears(440)?;
    desk.send_to(theirs);
    caller.hears(1_000)?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&desk.description("sendrecv")))?;
    desk.send_to(theirs);
    let answer = stage.caller.await_any(&["180 INVITE", "200 INVITE"])?;
    gateway.ack_answer(&answer)?;
    caller.hears(1_000)?;
    gateway.send(&Method::Bye, None, None)?;
    let bye = stage.desk.await_any(&["BYE"])?;
    stage.desk.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn without_description(scene: &Scene) -> Outcome {
    for (lines, wanted) in [("", "183 INVITE"), ("ignore_183_without_sdp=yes", "486 INVITE")] {
        let stage = stage(scene, "", lines, "")?;
        let (gateway, invite) = stage.call()?;
        stage.desk.respond(&invite, 183, "desk")?;
        let wanted_183 = wanted.starts_with("183");
        if wanted_183 {
            let progress = stage.caller.await_any(&["183 INVITE"])?;
            ensure(!progress.body().is_empty(), || "the 183 says nothing".to_owned())?;
        }
        let refusal = stage.refuse(&gateway, &invite, None)?;
        ensure(refusal.status() == Some(486), || format!("{:?} came", refusal.status()))?;
    }
    Ok(())
}

fn causes(scene: &Scene) -> Outcome {
    let told = stage(scene, "", "", "")?;
    let (gateway, invite) = told.call()?;
    // What Reason says is more than what the status stands for; others than Q.850 are passed over.
    let refusal = told.refuse(&gateway, &invite, Some("SIP;cause=486, Q.850;cause=34"))?;
    told.exchange.says("it came to 34")?;
    let reason = header(&refusal, "Reason")?;
    ensure(reason.starts_with("Q.850;cause=34"), || format!("Reason: {reason}"))?;
    let silent = stage(scene, "suppress_q850_reason_headers=yes", "", "")?;
    let (gateway, invite) = silent.call()?;
    let refusal = silent.refuse(&gateway, &invite, None)?;
    silent.exchange.says("it came to 17")?;
    ensure(header(&refusal, "Reason").is_err(), || "a Reason was told".to_owned())
}

fn parties(scene: &Scene) -> Outcome {
    for (lines, told) in [("rpid_immediate=yes", true), ("", false)] {
        let stage = stage(scene, &format!("send_pai=yes\n{lines}"), "", "use_callerid_contact=yes")?;
        let (gateway, invite) = stage.call()?;
        let contact = header(&invite, "Contact")?;
        ensure(contact.starts_with("<sip:gateway@"), || format!("Contact: {contact}"))?;
        stage.desk.respond(&invite, 180, "desk")?;
        let rings = stage.caller.await_any(&["180 INVITE"])?;
        let party = header(&rings, "P-Asserted-Identity").unwrap_or_default();
        ensure(party.contains("\"Desk\" <sip:101@") == told, || format!("P-Asserted-Identity: {party}"))?;
        stage.refuse(&gateway, &invite, None)?;
    }
    Ok(())
}

fn changed(scene: &Scene) -> Outcome {
    for (lines, wanted) in [("", "UPDATE"), ("connected_line_method=invite", "INVITE")] {
        let stage = stage(scene, "trust_id_inbound=yes", &format!("send_pai=yes\n{lines}"), "")?;
        let (gateway, invite) = stage.call()?;
        let description = stage.media[1].description("sendrecv");
        let answer = ResponseBuilder::reply(&invite, 200)
            .to_tag("desk")
            .header("Contact", stage.desk.contact("desk"))
            .header("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")
            .body("application/sdp", description.as_bytes());
        stage.desk.send(&answer.build())?;
        stage.desk.await_any(&["ACK"])?;
        let answer = stage.caller.await_any(&["200 INVITE"])?;
        gateway.ack_answer(&answer)?;
        gateway.send_with(
            &Method::Update,
            &[("P-Asserted-Identity", "<sip:777@example.com>")],
            None,
            None,
        )?;
        stage.caller.await_any(&["200 UPDATE"])?;
        let news = stage.desk.expect(wanted)?;
        let party = header(&news, "P-Asserted-Identity")?;
        ensure(party.starts_with("<sip:777@"), || format!("P-Asserted-Identity: {party}"))?;
        stage.desk.respond_in_dialog(&news, 200, "", (wanted == "INVITE").then_some(&*description))?;
        gateway.send(&Method::Bye, None, None)?;
        let bye = stage.desk.await_any(&["BYE"])?;
        stage.desk.respond(&bye, 200, "")?;
        stage.exchange.is_idle()?;
    }
    Ok(())
}
