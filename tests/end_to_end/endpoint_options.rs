//! Single options of `pjsip.conf` that show on the wire.

use libtest_mimic::Trial;
use sip_parser::{Message, Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::{description, place_in};
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("endpoint_options::an_answer_stays_or_changes", &[], answers),
        trial("endpoint_options::another_branch_is_heard_or_not", &[], forks),
        trial("endpoint_options::header_names_are_short", &[], compact),
        trial("endpoint_options::who_asks_for_an_offer_hears_of_what_was_agreed_or_all", &[], offer_anew),
        trial("endpoint_options::a_text_follows_its_receiver", &[], redirected_text),
        trial("endpoint_options::audio_is_bound_to_the_address_that_is_told", &[], bound_media),
        trial("endpoint_options::a_channel_knows_its_tenant", &[], tenant),
        trial("endpoint_options::functions_are_set_on_new_channels", &[], functions),
        trial("endpoint_options::a_reload_changes_what_we_say_of_ourselves", &[], names),
        trial("endpoint_options::the_console_shows_every_option", &[], shown),
        trial("endpoint_options::phones_are_told_how_opus_is_wanted", &[], opus),
        trial("endpoint_options::new_calls_take_the_ports_of_a_reload", &[], ports),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)
exten => tenant,1,Verbose(1,it belongs to ${CHANNEL(tenantid)})
 same => n,Hangup(17)
[texts]
exten => _[a-z].,1,MessageSend(pjsip:${EXTEN},${MESSAGE(from)})
 same => n,Verbose(1,status ${MESSAGE_SEND_STATUS})";

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    /// At the caller, at the desk, elsewhere.
    media: [Media; 3],
}

fn stage(scene: &Scene, endpoint: &str, sections: &str) -> Outcome<Stage> {
    let (a, b, c) = (scene.address()?, scene.address()?, scene.address()?);
    let lines = format!("direct_media=no\n{endpoint}");
    let folder = Folder::new(scene)?
        .phone_with("alice", &format!("message_context=texts\nallow=alaw\n{lines}"))
        .desk_with("desk", (b, SIP_PORT).into(), &lines)
        .pjsip(sections)
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let media = [Media::start(a, 440)?, Media::start(b, 600)?, Media::start(c, 1_000)?];
    Ok(Stage { caller: Wire::bind(a, at)?, desk: Wire::bind(b, at)?, media, exchange })
}

impl Stage {
    /// Alice calls the desk; the INVITE that it gets.
    fn invited(&self) -> Outcome<(Caller<'_>, Message)> {
        let alice = Caller::new(&self.caller, "alice", "desk");
        alice.invite(&self.media[0].description("sendrecv"))?;
        Ok((alice, self.desk.expect("INVITE")?))
    }

    /// The call is up; Alice sends her tone.
    fn is_up(&self, alice: &Caller<'_>) -> Outcome {
        self.desk.expect("ACK")?;
        let answer = self.caller.await_any(&["200 INVITE"])?;
        alice.ack_answer(&answer)?;
        self.media[0].send_to(Some(place_in(answer.body())?));
        Ok(())
    }

    fn is_over(&self, alice: &Caller<'_>) -> Outcome {
        alice.send(&Method::Bye, None, None)?;
        self.caller.await_any(&["200 BYE"])?;
        let bye = self.desk.await_any(&["BYE"])?;
        self.desk.respond(&bye, 200, "")?;
        self.exchange.is_idle()
    }
}

/// The desk answers from its own place first, and then from another one, under these tags.
fn two_answers(scene: &Scene, tags: [&str; 2], endpoint: &str, system: &str, heard: usize) -> Outcome {
    let stage = stage(scene, endpoint, &format!("[system]\ntype=system\n{system}"))?;
    let (alice, invite) = stage.invited()?;
    stage.desk.respond_in_dialog(&invite, 183, tags[0], Some(&stage.media[1].description("sendrecv")))?;
    stage.caller.await_any(&["183 INVITE"])?;
    stage.desk.respond_in_dialog(&invite, 200, tags[1], Some(&stage.media[2].description("sendrecv")))?;
    stage.is_up(&alice)?;
    stage.media[heard].hears(440)?;
    stage.is_over(&alice)
}

fn answers(scene: &Scene) -> Outcome {
    let key = "accept_multiple_sdp_answers=yes";
    two_answers(scene, ["one", "one"], "", "", 1)?;
    two_answers(scene, ["one", "one"], key, "", 1)?;
    two_answers(scene, ["one", "one"], key, key, 2)
}

fn forks(scene: &Scene) -> Outcome {
    two_answers(scene, ["one", "two"], "", "", 2)?;
    for (endpoint, heard) in [("", 2), ("follow_early_media_fork=no", 1)] {
        let stage = stage(scene, endpoint, "")?;
        let (alice, invite) = stage.invited()?;
        for (tag, media) in [("one", &stage.media[1]), ("two", &stage.media[2])] {
            stage.desk.respond_in_dialog(&invite, 183, tag, Some(&media.description("sendrecv")))?;
        }
        let progress = stage.caller.await_any(&["183 INVITE"])?;
        stage.media[0].send_to(Some(place_in(progress.body())?));
        stage.media[heard].hears(440)?;
        // Who takes the call is heard in any case.
        stage.desk.respond_in_dialog(&invite, 200, "two", Some(&stage.media[2].description("sendrecv")))?;
        stage.is_up(&alice)?;
        stage.media[2].hears(440)?;
        stage.is_over(&alice)?;
    }
    Ok(())
}

fn compact(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "[system]\ntype=system\ncompact_headers=yes\n")?;
    let (alice, invite) = stage.invited()?;
    let text = String::from_utf8_lossy(invite.as_bytes()).into_owned();
    for start in ["v: ", "f: ", "t: ", "i: ", "m: ", "c: ", "l: ", "k: "] {
        ensure(text.contains(&format!("\r\n{start}")), || format!("there is no '{start}' in\n{text}"))?;
    }
    ensure(!text.contains("\r\nVia:"), || format!("there is a long name in\n{text}"))?;
    stage.desk.respond_in_dialog(&invite, 200, "one", Some(&stage.media[1].description("sendrecv")))?;
    stage.is_up(&alice)?;
    stage.is_over(&alice)
}

fn offer_anew(scene: &Scene) -> Outcome {
    for (section, codecs) in [("", "0"), ("[global]\ntype=global\nall_codecs_on_empty_reinvite=yes", "0 8")] {
        let stage = stage(scene, "", section)?;
        let (alice, invite) = stage.invited()?;
        stage.desk.respond_in_dialog(&invite, 200, "one", Some(&stage.media[1].description("sendrecv")))?;
        stage.is_up(&alice)?;
        alice.send(&Method::Invite, None, None)?;
        let offer = stage.caller.await_any(&["200 INVITE"])?;
        let text = String::from_utf8_lossy(offer.body()).into_owned();
        ensure(text.contains(&format!("RTP/AVP {codecs} 101\r\n")), || {
            format!("it should offer '{codecs}':\n{text}")
        })?;
        alice.ack_answer_with(&offer, Some(&stage.media[0].description("sendrecv")))?;
        stage.media[1].hears(440)?;
        stage.is_over(&alice)?;
    }
    Ok(())
}

fn redirected_text(scene: &Scene) -> Outcome {
    for (endpoint, status) in [("follow_redirect_methods=MESSAGE", "SUCCESS"), ("", "FAILURE")] {
        let stage = stage(scene, endpoint, "")?;
        let alice = Caller::new(&stage.caller, "alice", "desk");
        alice.text("hello", None)?;
        let challenge = stage.caller.await_any(&["401 MESSAGE"])?;
        alice.text("hello", Some(&challenge))?;
        let text = stage.desk.expect("MESSAGE")?;
        let contacts = format!("<sip:far@{0}>;q=0.1, <sip:near@{0}?Subject=x>;q=0.9", stage.desk.address());
        let moved = ResponseBuilder::reply(&text, 302).to_tag("one").header("Contact", contacts);
        stage.desk.send(&moved.build())?;
        if !endpoint.is_empty() {
            let again = stage.desk.expect("MESSAGE")?;
            let uri = again.uri().unwrap_or_default().to_owned();
            ensure(uri == format!("sip:near@{}", stage.desk.address()), || format!("it went to {uri}"))?;
            ensure(again.body() == b"hello", || "it is another text".to_owned())?;
            stage.desk.respond(&again, 200, "two")?;
        }
        stage.exchange.says(&format!("status {status}"))?;
    }
    Ok(())
}

fn bound_media(scene: &Scene) -> Outcome {
    let other = scene.address()?;
    let stage = stage(scene, &format!("media_address={other}\nbind_rtp_to_media_address=yes"), "")?;
    let (alice, invite) = stage.invited()?;
    ensure(place_in(invite.body())?.ip() == other, || "the offer names another address".to_owned())?;
    stage.media[1].send_to(Some(place_in(invite.body())?));
    stage.desk.respond_in_dialog(&invite, 200, "one", Some(&stage.media[1].description("sendrecv")))?;
    stage.is_up(&alice)?;
    stage.media[1].hears(440)?;
    stage.media[0].hears(600)?;
    let sources = stage.media[1].sources();
    ensure(sources.iter().all(|source| source.ip() == other), || format!("it comes from {sources:?}"))?;
    stage.is_over(&alice)
}

fn tenant(scene: &Scene) -> Outcome {
    let stage = stage(scene, "tenantid=acme", "")?;
    let alice = Caller::new(&stage.caller, "alice", "tenant");
    alice.invite(&description(stage.media[0].address(), "0", "", "sendrecv"))?;
    stage.exchange.says("it belongs to acme")?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    ensure(header(&refusal, "Reason").is_ok(), || "there is no reason".to_owned())?;
    alice.ack_failure(&refusal)
}

/// `set_var` names variables, and functions of the dialplan as well: on the caller's channel and on the desk's.
fn functions(scene: &Scene) -> Outcome {
    let lines = "set_var=CALLERID(name)=Front door\nset_var=PJSIP_HEADER(add,X-Floor)=2\nset_var=NO_SUCH()=1";
    let stage = stage(scene, lines, "")?;
    let (alice, invite) = stage.invited()?;
    ensure(header(&invite, "X-Floor")? == "2", || "the header is missing".to_owned())?;
    let from = header(&invite, "From")?;
    ensure(from.starts_with("\"Front door\" "), || format!("the name is missing in {from}"))?;
    stage.exchange.says("NO_SUCH()=1: there is no function of that name")?;
    refused(&stage, &alice, &invite)
}

fn names(scene: &Scene) -> Outcome {
    let global = |name: &str, keep_alive: u32| {
        format!("[global]\ntype=global\nuser_agent={name}\nkeep_alive_interval={keep_alive}\n")
    };
    let stage = stage(scene, "", &global("before", 90))?;
    let (alice, invite) = stage.invited()?;
    ensure(header(&invite, "User-Agent")? == "before", || "another name is told".to_owned())?;
    refused(&stage, &alice, &invite)?;
    let file = stage.exchange.folder().join("pjsip.conf");
    let text = std::fs::read_to_string(&file)?.replace(&global("before", 90), &global("after", 30));
    std::fs::write(&file, text)?;
    stage.exchange.console("module reload res_pjsip.so")?;
    stage.exchange.says("keep_alive_interval stays as it was at the start until a restart")?;
    let (alice, invite) = stage.invited()?;
    ensure(header(&invite, "User-Agent")? == "after", || "the old name is told".to_owned())?;
    refused(&stage, &alice, &invite)
}

fn shown(scene: &Scene) -> Outcome {
    let stage = stage(scene, "send_pai=on\nset_var=FLOOR=2\ntimers_min_se=120", "")?;
    let told = stage.exchange.console("pjsip show endpoint desk")?;
    for (option, value) in
        [("send_pai", "true"), ("set_var", "FLOOR=2"), ("timers_min_se", "120"), ("100rel", "yes")]
    {
        let line = told.lines().find(|line| line.trim_start().starts_with(&format!("{option} ")));
        ensure(line.is_some_and(|line| line.ends_with(&format!(": {value}"))), || {
            format!("{option} should be {value} in\n{told}")
        })?;
    }
    Ok(())
}

fn opus(scene: &Scene) -> Outcome {
    let stage = stage(scene, "allow=opus", "")?;
    let fmtp = |invite: &Message| {
        let text = String::from_utf8_lossy(invite.body()).into_owned();
        text.lines().find(|line| line.starts_with("a=fmtp:9")).unwrap_or_default().to_owned()
    };
    let (alice, invite) = stage.invited()?;
    ensure(fmtp(&invite).ends_with(" useinbandfec=1"), || format!("otherwise: {}", fmtp(&invite)))?;
    refused(&stage, &alice, &invite)?;
    let section = "[opus]\ntype=opus\nbitrate=24000\nmax_playback_rate=16000\nfec=no\ndtx=yes\n";
    std::fs::write(stage.exchange.folder().join("codecs.conf"), section)?;
    stage.exchange.console("module reload codec_opus.so")?;
    let (alice, invite) = stage.invited()?;
    let wanted = " maxplaybackrate=16000;maxaveragebitrate=24000;usedtx=1";
    ensure(fmtp(&invite).ends_with(wanted), || format!("otherwise: {}", fmtp(&invite)))?;
    refused(&stage, &alice, &invite)
}

fn ports(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    // Those of the harness are below.
    std::fs::write(stage.exchange.folder().join("rtp.conf"), "[general]\nrtpstart=61000\nrtpend=61999\n")?;
    stage.exchange.console("module reload res_rtp_asterisk.so")?;
    let (alice, invite) = stage.invited()?;
    let port = place_in(invite.body())?.port();
    ensure((61_000..62_000).contains(&port), || format!("audio is at port {port}"))?;
    refused(&stage, &alice, &invite)
}

/// The desk is busy, and the call is over.
fn refused(stage: &Stage, alice: &Caller<'_>, invite: &Message) -> Outcome {
    stage.desk.respond(invite, 486, "busy")?;
    stage.desk.expect("ACK")?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    alice.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}
