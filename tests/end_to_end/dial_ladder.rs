//! `Dial`, message by message: a caller and a callee on one socket, so that the order of all that the exchange sends is
//! seen, against RFC 3261 (§8, §9, §12, §13, §15, §17, §22).

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message, Method};

use crate::harness::media::place_in;
use crate::harness::wire::{Caller, branch, from_tag, header, title, to_tag};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("dial_ladder::answered_and_the_caller_hangs_up", &[], caller_hangs_up),
        trial("dial_ladder::answered_and_the_callee_hangs_up", &[], callee_hangs_up),
        trial("dial_ladder::cancelled_by_the_caller", &[], cancelled),
        trial("dial_ladder::busy", &[], busy),
        trial("dial_ladder::not_answered", &[], not_answered),
        trial("dial_ladder::early_media", &[], early_media),
        trial("dial_ladder::an_offer_in_the_answer_s_place", &[], late_offer),
        trial("dial_ladder::a_repeated_invite_and_a_lost_ack", &[], repeats),
    ]
}

/// Both ends of a call on one socket.
struct Ladder {
    exchange: Exchange,
    wire: Wire,
    media: Media,
}

impl Ladder {
    fn new(scene: &Scene) -> Outcome<Self> {
        let address = scene.address()?;
        let folder = Folder::new(scene)?.phone("alice").desk("desk", (address, 5060).into()).dialplan(
            "exten => desk,1,Dial(PJSIP/desk,30)\nexten => brief,1,Dial(PJSIP/desk,1)\n same => n,Hangup(19)",
        );
        let exchange = Exchange::start(scene, &folder)?;
        let wire = Wire::bind(address, exchange.sip_address())?;
        Ok(Self { exchange, wire, media: Media::start(address, 440)? })
    }

    /// The order of all that comes until the callee has the INVITE: 401, then 100, then the INVITE.
    fn call(&self, alice: &Caller<'_>) -> Outcome<(Message, Message)> {
        let offer = self.media.description("sendrecv");
        alice.send(&Method::Invite, Some(&offer), None)?;
        let challenge = self.next_but_trying("401 INVITE")?;
        check_challenge(alice, &challenge)?;
        alice.ack_failure(&challenge)?;
        let invite = alice.send(&Method::Invite, Some(&offer), Some(&challenge))?;
        let trying = self.wire.expect("100 INVITE")?;
        check_response(alice, &invite, &trying)?;
        let outgoing = self.wire.expect("INVITE")?;
        check_invite(&self.wire, alice, &outgoing)?;
        Ok((invite, outgoing))
    }

    /// The next message of that title; a 100 may come before it.
    fn next_but_trying(&self, wanted: &str) -> Outcome<Message> {
        let message = self.wire.next()?;
        if title(&message).starts_with("100 ") {
            return self.wire.expect(wanted);
        }
        let found = title(&message);
        ensure(found == wanted, || {
            format!("'{wanted}' should come, not '{found}'. So far:\n{}", self.wire.story())
        })?;
        Ok(message)
    }

    /// 100 and 180 from the callee; 180 reaches the caller. Returns the caller's 180.
    fn ring(&self, alice: &Caller<'_>, invite: &Message, outgoing: &Message) -> Outcome<Message> {
        self.wire.respond(outgoing, 100, "")?;
        self.wire.respond_in_dialog(outgoing, 180, "callee-tag", None)?;
        let ringing = self.wire.expect("180 INVITE")?;
        check_response(alice, invite, &ringing)?;
        to_tag(&ringing)?;
        header(&ringing, "Contact")?;
        Ok(ringing)
    }

    /// 200 from the callee, its ACK, then 200 to the caller and its ACK. Returns the caller's 200.
    fn answer(&self, alice: &Caller<'_>, invite: &Message, outgoing: &Message) -> Outcome<Message> {
        let description = self.media.description("sendrecv");
        self.wire.respond_in_dialog(outgoing, 200, "callee-tag", Some(&description))?;
        let ack = self.wire.expect("ACK")?;
        check_ack_of_answer(&self.wire, outgoing, &ack)?;
        let answer = self.wire.expect("200 INVITE")?;
        check_response(alice, invite, &answer)?;
        place_in(answer.body())?;
        ensure(answer.content_type() == Some("application/sdp"), || "the answer's Content-Type".to_owned())?;
        header(&answer, "Contact")?;
        check_allow(&answer)?;
        alice.ack_answer(&answer)?;
        Ok(answer)
    }

    /// Nothing more comes, and no call is left.
    fn is_over(&self) -> Outcome {
        self.wire.is_quiet(Duration::from_millis(300))?;
        self.exchange.is_idle()
    }
}

fn caller_hangs_up(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    let ringing = ladder.ring(&alice, &invite, &outgoing)?;
    let answer = ladder.answer(&alice, &invite, &outgoing)?;
    ensure(to_tag(&ringing)? == to_tag(&answer)?, || "180 and 200 have different tags".to_owned())?;
    let bye = alice.send(&Method::Bye, None, None)?;
    let gone = ladder.wire.expect("200 BYE")?;
    check_response(&alice, &bye, &gone)?;
    let bye = ladder.wire.expect("BYE")?;
    check_request_of_callee_dialog(&ladder.wire, &outgoing, &bye, 2)?;
    header(&bye, "Reason")?;
    ladder.wire.respond(&bye, 200, "")?;
    ladder.is_over()
}

fn callee_hangs_up(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    ladder.ring(&alice, &invite, &outgoing)?;
    let answer = ladder.answer(&alice, &invite, &outgoing)?;
    ladder.wire.send(&bye_of_callee(&ladder.wire, &outgoing)?)?;
    ladder.wire.expect("200 BYE")?;
    let bye = ladder.wire.expect("BYE")?;
    check_way(&ladder.wire, &bye)?;
    ensure(bye.call_id()? == alice.call_id(), || "the caller's BYE has another Call-ID".to_owned())?;
    ensure(from_tag(&bye)? == to_tag(&answer)?, || "the exchange changed its tag".to_owned())?;
    ensure(to_tag(&bye)? == alice.tag(), || "the caller's tag is not kept".to_owned())?;
    ensure(bye.uri() == Some(uri_of(&ladder.wire, "alice").as_str()), || format!("BYE to {:?}", bye.uri()))?;
    ladder.wire.respond(&bye, 200, "")?;
    ladder.is_over()
}

/// CANCEL is answered 200, the INVITE 487; the callee gets a CANCEL of its own.
fn cancelled(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    let ringing = ladder.ring(&alice, &invite, &outgoing)?;
    alice.cancel(&invite)?;
    let done = ladder.wire.expect("200 CANCEL")?;
    ensure(branch(&done)? == branch(&invite)?, || "the 200 is not for the CANCEL".to_owned())?;
    ensure(to_tag(&done)? == to_tag(&ringing)?, || {
        "200 to CANCEL has another tag than 180 (§9.2)".to_owned()
    })?;
    let terminated = ladder.wire.expect("487 INVITE")?;
    check_response(&alice, &invite, &terminated)?;
    ensure(to_tag(&terminated)? == to_tag(&ringing)?, || "487 has another tag than 180".to_owned())?;
    alice.ack_failure(&terminated)?;
    let cancel = ladder.wire.expect("CANCEL")?;
    check_cancel(&outgoing, &cancel)?;
    ladder.wire.respond(&cancel, 200, "callee-tag")?;
    ladder.wire.respond(&outgoing, 487, "callee-tag")?;
    let ack = ladder.wire.expect("ACK")?;
    check_ack_of_failure(&outgoing, &ack)?;
    ladder.is_over()
}

fn busy(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    ladder.wire.respond(&outgoing, 486, "callee-tag")?;
    let ack = ladder.wire.expect("ACK")?;
    check_ack_of_failure(&outgoing, &ack)?;
    let refused = ladder.wire.expect("486 INVITE")?;
    check_response(&alice, &invite, &refused)?;
    to_tag(&refused)?;
    alice.ack_failure(&refused)?;
    ladder.is_over()
}

/// `Dial`'s time is over: the callee is cancelled, the caller gets what the dialplan says.
fn not_answered(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "brief");
    let (invite, outgoing) = ladder.call(&alice)?;
    ladder.ring(&alice, &invite, &outgoing)?;
    let mut titles = Vec::new();
    while titles.len() < 2 {
        let message = ladder.wire.next()?;
        match message.method() {
            Some(Method::Cancel) => {
                check_cancel(&outgoing, &message)?;
                ladder.wire.respond(&message, 200, "callee-tag")?;
                ladder.wire.respond(&outgoing, 487, "callee-tag")?;
            }
            None => alice.ack_failure(&message)?,
            Some(Method::Ack) => {
                check_ack_of_failure(&outgoing, &message)?;
                continue;
            }
            Some(other) => return Err(format!("{other} should not come").into()),
        }
        titles.push(title(&message));
    }
    titles.sort();
    ensure(titles == ["480 INVITE", "CANCEL"], || format!("CANCEL and 480 should come: {titles:?}"))?;
    ladder.exchange.is_idle()
}

/// 183 with a description: the caller gets 183 with one as well, and hears the callee before the answer.
fn early_media(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    let description = ladder.media.description("sendrecv");
    ladder.wire.respond_in_dialog(&outgoing, 183, "callee-tag", Some(&description))?;
    let progress = ladder.wire.expect("183 INVITE")?;
    check_response(&alice, &invite, &progress)?;
    place_in(progress.body())?;
    // Caller and callee share their socket for audio, too: what the callee sends to the exchange comes back here.
    ladder.media.send_to(Some(place_in(outgoing.body())?));
    ladder.media.hears(440)?;
    let answer = ladder.answer(&alice, &invite, &outgoing)?;
    ensure(to_tag(&progress)? == to_tag(&answer)?, || "183 and 200 have different tags".to_owned())?;
    ensure(place_in(progress.body())? == place_in(answer.body())?, || "the audio moved".to_owned())?;
    alice.send(&Method::Bye, None, None)?;
    ladder.wire.expect("200 BYE")?;
    let bye = ladder.wire.expect("BYE")?;
    ladder.wire.respond(&bye, 200, "")?;
    ladder.is_over()
}

/// An INVITE without a description: the 200 holds the offer, the ACK the answer (§13.2.1).
fn late_offer(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    alice.send(&Method::Invite, None, None)?;
    let challenge = ladder.next_but_trying("401 INVITE")?;
    alice.ack_failure(&challenge)?;
    alice.send(&Method::Invite, None, Some(&challenge))?;
    ladder.wire.expect("100 INVITE")?;
    let outgoing = ladder.wire.expect("INVITE")?;
    let description = ladder.media.description("sendrecv");
    ladder.wire.respond_in_dialog(&outgoing, 200, "callee-tag", Some(&description))?;
    ladder.wire.expect("ACK")?;
    let offer = ladder.wire.expect("200 INVITE")?;
    let caller_media = place_in(offer.body())?;
    alice.ack_answer_with(&offer, Some(&description))?;
    ladder.media.send_to(Some(caller_media));
    ladder.media.hears(440)?;
    alice.send(&Method::Bye, None, None)?;
    ladder.wire.expect("200 BYE")?;
    let bye = ladder.wire.expect("BYE")?;
    ladder.wire.respond(&bye, 200, "")?;
    ladder.is_over()
}

/// A repeated INVITE makes no second call, a repeated 200 gets a second ACK, and a 200 without ACK is repeated.
fn repeats(scene: &Scene) -> Outcome {
    let ladder = Ladder::new(scene)?;
    let alice = Caller::new(&ladder.wire, "alice", "desk");
    let (invite, outgoing) = ladder.call(&alice)?;
    ladder.wire.send(invite.as_bytes())?;
    ladder.wire.is_quiet(Duration::from_millis(200))?;
    ladder.ring(&alice, &invite, &outgoing)?;
    let description = ladder.media.description("sendrecv");
    ladder.wire.respond_in_dialog(&outgoing, 200, "callee-tag", Some(&description))?;
    ladder.wire.expect("ACK")?;
    let answer = ladder.wire.expect("200 INVITE")?;
    let repeats = ladder.wire.repeats();
    // No ACK from the caller: its 200 comes again. The callee's 200 once more: its ACK comes again.
    ladder.wire.respond_in_dialog(&outgoing, 200, "callee-tag", Some(&description))?;
    ladder.wire.repeat_of("ACK", repeats)?;
    ladder.wire.repeat_of("200 INVITE", repeats)?;
    alice.ack_answer(&answer)?;
    alice.send(&Method::Bye, None, None)?;
    ladder.wire.expect("200 BYE")?;
    let bye = ladder.wire.expect("BYE")?;
    ladder.wire.respond(&bye, 200, "")?;
    ladder.is_over()
}

/// 401 (§22.1): a tag, a challenge with a realm, a nonce and qop.
fn check_challenge(alice: &Caller<'_>, response: &Message) -> Outcome {
    ensure(response.call_id()? == alice.call_id(), || "the 401 has another Call-ID".to_owned())?;
    to_tag(response)?;
    let value = header(response, "WWW-Authenticate")?;
    for wanted in ["Digest ", "realm=\"", "nonce=\"", "qop=\"auth"] {
        ensure(value.contains(wanted), || format!("'{wanted}' is not in the challenge: {value}"))?;
    }
    ensure(response.body().is_empty(), || "the 401 has a body".to_owned())
}

/// What every response keeps of its request (§8.2.6.2).
fn check_response(alice: &Caller<'_>, request: &Message, response: &Message) -> Outcome {
    let name = title(response);
    ensure(branch(response)? == branch(request)?, || format!("{name}: another branch"))?;
    ensure(response.raw_all(&HeaderName::Via).count() == 1, || format!("{name}: not one Via"))?;
    ensure(response.via()?.rport().flatten() == Some(5060), || format!("{name}: rport is not filled in"))?;
    ensure(response.call_id()? == alice.call_id(), || format!("{name}: another Call-ID"))?;
    ensure(response.cseq()? == request.cseq()?, || format!("{name}: another CSeq"))?;
    ensure(from_tag(response)? == alice.tag(), || format!("{name}: another From tag"))?;
    ensure(response.to()?.uri_str() == request.to()?.uri_str(), || format!("{name}: another To"))?;
    ensure(response.raw(&HeaderName::RecordRoute).is_none(), || format!("{name}: Record-Route from a UA"))
}

/// The INVITE to the callee (§8.1.1, §13.2.1): a call of its own.
fn check_invite(wire: &Wire, alice: &Caller<'_>, invite: &Message) -> Outcome {
    check_way(wire, invite)?;
    ensure(invite.uri() == Some(uri_of(wire, "desk").as_str()), || format!("INVITE to {:?}", invite.uri()))?;
    ensure(invite.call_id()? != alice.call_id(), || "both legs have one Call-ID".to_owned())?;
    ensure(from_tag(invite)? != alice.tag(), || "both legs have one From tag".to_owned())?;
    ensure(invite.to()?.tag().is_none(), || "To has a tag before there is a dialog".to_owned())?;
    ensure(invite.from()?.uri().user() == Some("alice"), || "From does not name the caller".to_owned())?;
    ensure(invite.cseq()?.method == Method::Invite, || "CSeq names another method".to_owned())?;
    ensure(invite.cseq()?.number < 1 << 31, || "CSeq is out of its range (§8.1.1.5)".to_owned())?;
    ensure(header(invite, "Contact")?.contains(&wire.exchange().to_string()), || "Contact".to_owned())?;
    check_allow(invite)?;
    ensure(invite.content_type() == Some("application/sdp"), || "Content-Type".to_owned())?;
    let media = place_in(invite.body())?;
    ensure(media.ip() == wire.exchange().ip() && media.port() % 2 == 0, || format!("RTP at {media}"))?;
    let length: usize = header(invite, "Content-Length")?.parse()?;
    ensure(length == invite.body().len(), || "Content-Length".to_owned())
}

/// What every request needs to find its way (§8.1.1): one Via of ours with a fresh branch, Max-Forwards, no routes.
fn check_way(wire: &Wire, request: &Message) -> Outcome {
    let name = title(request);
    let via = request.via()?;
    ensure(branch(request)?.starts_with("z9hG4bK"), || format!("{name}: the branch has no cookie"))?;
    ensure(via.transport() == "UDP", || format!("{name}: Via says {}", via.transport()))?;
    let here = wire.exchange().to_string();
    ensure(header(request, "Via")?.contains(&here), || format!("{name}: Via is not from {here}"))?;
    ensure(request.raw_all(&HeaderName::Via).count() == 1, || format!("{name}: not one Via"))?;
    let hops = request.max_forwards().ok_or_else(|| format!("{name}: no Max-Forwards"))??;
    ensure(hops == 70, || format!("{name}: Max-Forwards {hops}"))?;
    for route in [HeaderName::Route, HeaderName::RecordRoute] {
        ensure(request.raw(&route).is_none(), || format!("{name}: {route} from a UA without proxies"))?;
    }
    Ok(())
}

fn check_allow(message: &Message) -> Outcome {
    let allowed: Vec<&str> = message.values(&HeaderName::Allow).collect();
    let needed = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"];
    ensure(needed.iter().all(|method| allowed.contains(method)), || {
        format!("{}: Allow is {allowed:?}", title(message))
    })
}

/// The ACK of a 2xx is a transaction of its own, towards the Contact (§13.2.2.4).
fn check_ack_of_answer(wire: &Wire, invite: &Message, ack: &Message) -> Outcome {
    check_way(wire, ack)?;
    ensure(branch(ack)? != branch(invite)?, || "the ACK of a 200 has the INVITE's branch".to_owned())?;
    ensure(ack.cseq()?.number == invite.cseq()?.number, || "the ACK has another CSeq".to_owned())?;
    ensure(ack.call_id()? == invite.call_id()?, || "the ACK has another Call-ID".to_owned())?;
    ensure(from_tag(ack)? == from_tag(invite)?, || "the ACK has another From tag".to_owned())?;
    ensure(to_tag(ack)? == "callee-tag", || "the ACK has another To tag".to_owned())?;
    ensure(ack.uri() == Some(uri_of(wire, "callee").as_str()), || format!("ACK to {:?}", ack.uri()))
}

/// The ACK of a refusal belongs to the INVITE's transaction (§17.1.1.3).
fn check_ack_of_failure(invite: &Message, ack: &Message) -> Outcome {
    ensure(branch(ack)? == branch(invite)?, || "the ACK of a refusal has another branch".to_owned())?;
    ensure(ack.uri() == invite.uri(), || "the ACK of a refusal goes elsewhere".to_owned())?;
    ensure(ack.cseq()?.number == invite.cseq()?.number, || "the ACK has another CSeq".to_owned())?;
    ensure(ack.raw_all(&HeaderName::Via).count() == 1, || "the ACK has not one Via".to_owned())?;
    ensure(from_tag(ack)? == from_tag(invite)?, || "the ACK has another From tag".to_owned())?;
    ensure(to_tag(ack)? == "callee-tag", || "the ACK has not the response's To tag".to_owned())
}

/// A CANCEL copies its INVITE (§9.1).
fn check_cancel(invite: &Message, cancel: &Message) -> Outcome {
    ensure(cancel.uri() == invite.uri(), || "CANCEL: another Request-URI".to_owned())?;
    for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId] {
        ensure(cancel.raw(&name) == invite.raw(&name), || {
            format!("CANCEL: {name} is {:?}, not {:?}", cancel.raw(&name), invite.raw(&name))
        })?;
    }
    ensure(cancel.cseq()?.number == invite.cseq()?.number, || "CANCEL: another CSeq".to_owned())?;
    ensure(cancel.cseq()?.method == Method::Cancel, || "CANCEL: CSeq names another method".to_owned())?;
    ensure(cancel.raw(&HeaderName::Require).is_none(), || "CANCEL: Require".to_owned())
}

/// A request of the exchange in the callee's dialog, `later` after the INVITE.
fn check_request_of_callee_dialog(wire: &Wire, invite: &Message, request: &Message, later: u32) -> Outcome {
    let name = title(request);
    check_way(wire, request)?;
    ensure(branch(request)? != branch(invite)?, || format!("{name}: the INVITE's branch again"))?;
    ensure(request.call_id()? == invite.call_id()?, || format!("{name}: another Call-ID"))?;
    ensure(from_tag(request)? == from_tag(invite)?, || format!("{name}: another From tag"))?;
    ensure(to_tag(request)? == "callee-tag", || format!("{name}: another To tag"))?;
    ensure(request.uri() == Some(uri_of(wire, "callee").as_str()), || {
        format!("{name} to {:?}", request.uri())
    })?;
    let (first, now) = (invite.cseq()?.number, request.cseq()?.number);
    ensure(now > first && now <= first + later, || format!("{name}: CSeq {now} after {first}"))
}

/// BYE as the callee sends it: the dialog's ends change places.
fn bye_of_callee(wire: &Wire, invite: &Message) -> Outcome<Vec<u8>> {
    let target = header(invite, "Contact")?;
    let target = target.split_once('<').and_then(|(_, r)| r.split_once('>')).map_or(target, |(uri, _)| uri);
    let (from, to) = (header(invite, "To")?, header(invite, "From")?);
    let (here, call_id) = (wire.address(), invite.call_id()?);
    Ok(format!(
        "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK-callee-bye;rport\r\nMax-Forwards: 70\r\n\
         From: {from};tag=callee-tag\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes())
}

fn uri_of(wire: &Wire, name: &str) -> String {
    format!("sip:{name}@{}", wire.address())
}
