//! `Dial`, message by message: a caller and a callee on one socket, so that the order of all that the exchange sends is
//! seen, against RFC 3261 (§8, §9, §12, §13, §15, §17, §22).

mod rules;

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, branch, from_tag, header, title, to_tag};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

use rules::{
    bye_of_callee, check_ack_of_answer, check_ack_of_failure, check_allow, check_cancel, check_challenge,
    check_invite, check_request_of_callee_dialog, check_response, check_way, uri_of,
};

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
        let folder = Folder::new(scene)?.phone("alice").desk("desk", (address, SIP_PORT).into()).dialplan(
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
