//! Audio that goes from phone to phone: what each is told, on the wire, and what then passes between their sockets.

mod coming_back;
mod early;
mod refusals;
mod streams;

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use libtest_mimic::Trial;
use rtp::Header;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::{self, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let own = vec![
        trial("direct_media::each_phone_is_told_the_other_after_the_answer", &[], after_the_answer),
        trial("direct_media::the_bye_of_the_caller_is_all_that_the_callee_hears", &[], caller_hangs_up),
        trial("direct_media::the_audio_of_a_real_phone_comes_straight", &["baresip"], real_phone),
        trial("direct_media::update_takes_the_place_of_invite", &[], by_update),
        trial("direct_media::a_phone_that_moves_is_told_to_the_other", &[], moved),
        trial("direct_media::offers_that_cross_are_made_again", &[], crossed),
        trial("direct_media::who_is_announced_by_an_offer_that_crosses_is_heard_at_once", &[], announced),
        trial("direct_media::the_first_move_can_be_left_to_the_phone", &[], mitigated),
        trial("direct_media::silence_here_ends_no_call", &[], silence),
        trial("direct_media::strangers_are_not_heard_in_the_place_of_a_phone", &[], injected),
        trial("direct_media::keys_have_the_number_that_the_caller_has_for_them", &[], as_the_caller_numbers),
    ];
    [own, coming_back::trials(), early::trials(), refusals::trials(), streams::trials()]
        .into_iter()
        .flatten()
        .collect()
}

/// So long nothing more comes when nothing is to come.
const QUIET: Duration = Duration::from_millis(400);

/// The numbers that Alice may dial.
const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)
exten => keys,1,Dial(PJSIP/desk,20,t)
exten => stay,1,Dial(PJSIP/desk,20,g)
 same => n,Echo()
exten => echo,1,Answer()
 same => n,Echo()
exten => bob,1,Dial(PJSIP/bob,20)";

/// Alice (440 Hz) and a desk (1000 Hz), both scripted, each on an address of its own.
struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    alice: Media,
    callee: Media,
}

/// Audio may go past the exchange for both, and further lines for each.
fn stage(scene: &Scene, alice: &str, desk: &str) -> Outcome<Stage> {
    let at = scene.address()?;
    let folder = Folder::new(scene)?
        .phone_with("alice", &format!("direct_media=yes\n{alice}"))
        .desk_with("desk", (at, SIP_PORT).into(), &format!("direct_media=yes\n{desk}"))
        .phone_with("bob", "direct_media=yes")
        .dialplan(DIALPLAN);
    Stage::start(scene, &folder, at)
}

impl Stage {
    fn start(scene: &Scene, folder: &Folder, desk: std::net::Ipv4Addr) -> Outcome<Self> {
        let exchange = Exchange::start(scene, folder)?;
        let (at, caller) = (exchange.sip_address(), scene.address()?);
        Ok(Self {
            caller: Wire::bind(caller, at)?,
            desk: Wire::bind(desk, at)?,
            alice: Media::start(caller, 440)?,
            callee: Media::start(desk, 1_000)?,
            exchange,
        })
    }

    /// Alice calls `number`; the desk answers with `description`. Returns the INVITE that the desk got.
    fn connect(&self, alice: &Caller<'_>, description: &str) -> Outcome<Message> {
        alice.invite(&self.alice.description("sendrecv"))?;
        let invite = self.desk.expect("INVITE")?;
        self.desk.respond_in_dialog(&invite, 200, "desk", Some(description))?;
        self.desk.expect("ACK")?;
        let answer = self.caller.await_any(&["200 INVITE"])?;
        alice.ack_answer(&answer)?;
        Ok(invite)
    }

    /// A call whose audio has gone direct.
    fn direct(&self, number: &str) -> Outcome<(Caller<'_>, Message)> {
        let alice = Caller::new(&self.caller, "alice", number);
        let invite = self.connect(&alice, &self.callee.description("sendrecv"))?;
        self.both_are_told()?;
        Ok((alice, invite))
    }

    /// Each is told where the other is, and hears it from there.
    fn both_are_told(&self) -> Outcome {
        let to_alice = told(&self.caller, &self.alice)?;
        let to_desk = told(&self.desk, &self.callee)?;
        ensure(to_alice == self.callee.address(), || format!("Alice was told {to_alice}"))?;
        ensure(to_desk == self.alice.address(), || format!("the desk was told {to_desk}"))
    }

    /// Alice and the desk hear each other at the places that they were told, and nobody else is on the way.
    fn hear_each_other(&self) -> Outcome {
        self.alice.send_to(Some(self.callee.address()));
        self.callee.send_to(Some(self.alice.address()));
        self.alice.hears(1_000)?;
        self.callee.hears(440)?;
        ensure(self.alice.sources() == [self.callee.address()], || format!("{:?}", self.alice.sources()))?;
        ensure(self.callee.sources() == [self.alice.address()], || format!("{:?}", self.callee.sources()))
    }

    /// The desk is called back to the exchange.
    fn desk_comes_back(&self) -> Outcome<SocketAddr> {
        self.is_ours(told(&self.desk, &self.callee)?)
    }

    fn is_ours(&self, place: SocketAddr) -> Outcome<SocketAddr> {
        let ours = place.ip() == self.exchange.sip_address().ip();
        ensure(ours, || format!("{place} is not the exchange"))?;
        Ok(place)
    }

    fn nothing_more(&self) -> Outcome {
        self.caller.is_quiet(QUIET)?;
        self.desk.is_quiet(QUIET)
    }

    /// Alice hangs up: the desk gets its BYE, and nothing before it.
    fn ends(&self, alice: &Caller<'_>) -> Outcome {
        alice.send(&Method::Bye, None, None)?;
        self.caller.expect("200 BYE")?;
        let bye = self.desk.expect("BYE")?;
        self.desk.respond(&bye, 200, "")?;
        self.exchange.is_idle()
    }
}

/// A phone gets a re-INVITE, and takes it. Where it was told to send.
fn told(wire: &Wire, media: &Media) -> Outcome<SocketAddr> {
    let offer = wire.expect("INVITE")?;
    take(wire, &offer, &media.description("sendrecv"))?;
    place_in(offer.body())
}

fn take(wire: &Wire, offer: &Message, description: &str) -> Outcome {
    wire.respond_in_dialog(offer, 200, "x", Some(description))?;
    wire.expect("ACK").map(drop)
}

fn body_of(message: &Message) -> String {
    String::from_utf8_lossy(message.body()).into_owned()
}

/// Each gets one INVITE with the other's description; the callee's BYE reaches the caller at once.
fn after_the_answer(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let invite = stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    let ours = stage.exchange.sip_address().ip();
    ensure(place_in(invite.body())?.ip() == ours, || "the first INVITE names another than us".to_owned())?;
    let offer = stage.desk.expect("INVITE")?;
    let text = body_of(&offer);
    ensure(text.contains("RTP/AVP 0 101\r\n"), || {
        format!("the codec and the events of Alice alone:\n{text}")
    })?;
    ensure(text.starts_with("v=0\r\no=- ") && text.contains(&format!("IN IP4 {ours}\r\ns=")), || {
        format!("the session is still ours:\n{text}")
    })?;
    take(&stage.desk, &offer, &stage.callee.description("sendrecv"))?;
    ensure(place_in(offer.body())? == stage.alice.address(), || text.clone())?;
    let to_alice = told(&stage.caller, &stage.alice)?;
    ensure(to_alice == stage.callee.address(), || format!("Alice was told {to_alice}"))?;
    stage.nothing_more()?;
    stage.hear_each_other()?;
    let desk = Caller::answered(&stage.desk, "desk", &invite, "desk")?;
    desk.send(&Method::Bye, None, None)?;
    stage.desk.expect("200 BYE")?;
    let bye = stage.caller.expect("BYE")?;
    stage.caller.respond(&bye, 200, "")?;
    stage.nothing_more()?;
    stage.exchange.is_idle()
}

fn caller_hangs_up(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, _) = stage.direct("desk")?;
    stage.ends(&alice)?;
    stage.nothing_more()
}

/// Bob is a program: Alice is told his socket, and hears his tone from there.
fn real_phone(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&stage.exchange)?;
    let alice = Caller::new(&stage.caller, "alice", "bob");
    alice.call_with(&[], &stage.alice.description("sendrecv"))?;
    let place = told(&stage.caller, &stage.alice)?;
    ensure(place.ip() != stage.exchange.sip_address().ip(), || format!("{place} is the exchange"))?;
    stage.alice.send_to(Some(place));
    stage.alice.hears(1_000)?;
    ensure(stage.alice.sources().contains(&place), || {
        format!("audio came from {:?}, not from {place}", stage.alice.sources())
    })?;
    bob.process().says(&format!("c=IN IP4 {}", stage.alice.address().ip()))?;
    // He holds, and Alice hears the exchange; he resumes, and she hears him from his own socket again.
    bob.hold()?;
    stage.is_ours(told(&stage.caller, &stage.alice)?)?;
    bob.resume()?;
    let place = told(&stage.caller, &stage.alice)?;
    ensure(place.ip() != stage.exchange.sip_address().ip(), || format!("{place} is the exchange"))?;
    stage.alice.send_to(Some(place));
    stage.alice.hears(1_000)?;
    stage.caller.is_quiet(QUIET)?;
    bob.hang_up()?;
    let bye = stage.caller.expect("BYE")?;
    stage.caller.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

/// `direct_media_method=update`, for a phone that knows UPDATE and for one that does not.
fn by_update(scene: &Scene) -> Outcome {
    let stage = stage(scene, "direct_media_method=update", "direct_media_method=update")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    alice.say(&[("Allow", "INVITE, ACK, CANCEL, BYE, UPDATE")]);
    stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    let update = stage.caller.expect("UPDATE")?;
    ensure(place_in(update.body())? == stage.callee.address(), || body_of(&update))?;
    stage.caller.respond_in_dialog(&update, 200, "x", Some(&stage.alice.description("sendrecv")))?;
    // The desk said nothing of UPDATE.
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == stage.alice.address(), || format!("the desk was told {place}"))?;
    stage.nothing_more()?;
    stage.hear_each_other()?;
    stage.ends(&alice)
}

/// The desk takes another port in the middle of the call; its re-INVITE is answered with Alice's place.
fn moved(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, invite) = stage.direct("desk")?;
    let desk = Caller::answered(&stage.desk, "desk", &invite, "desk")?;
    let elsewhere = SocketAddr::new(stage.callee.address().ip(), 9_000);
    let description = media::description(elsewhere, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
    desk.send(&Method::Invite, Some(&description), None)?;
    let answer = stage.desk.await_any(&["200 INVITE"])?;
    desk.ack_answer(&answer)?;
    ensure(place_in(answer.body())? == stage.alice.address(), || body_of(&answer))?;
    let place = told(&stage.caller, &stage.alice)?;
    ensure(place == elsewhere, || format!("Alice was told {place}"))?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

/// 491: the exchange waits and asks again (RFC 3261 section 14.1).
fn crossed(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    let offer = stage.caller.expect("INVITE")?;
    stage.caller.respond(&offer, 491, "")?;
    stage.caller.expect("ACK")?;
    stage.both_are_told()?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

/// Alice is another exchange, which sends the media of its phone past it as we do: both make that offer at the answer, and its
/// phone sends to us from then on, however long it takes until the offer is made again.
fn announced(scene: &Scene) -> Outcome {
    let stage = stage(scene, "rtp_symmetric=no", "")?;
    let phone = Media::start(scene.address()?, 700)?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    alice.invite(&stage.alice.description("sendrecv"))?;
    let invite = stage.desk.expect("INVITE")?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&stage.callee.description("sendrecv")))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    let ours = place_in(answer.body())?;
    stage.alice.send_to(Some(ours));
    alice.ack_answer(&answer)?;
    let offer = stage.caller.expect("INVITE")?;
    alice.send(&Method::Invite, Some(&phone.description("sendrecv")), None)?;
    alice.ack_failure(&stage.caller.await_any(&["491 INVITE"])?)?;
    stage.caller.respond(&offer, 491, "")?;
    stage.caller.expect("ACK")?;
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == stage.alice.address(), || format!("the desk was told {place}"))?;
    stage.callee.hears(440)?;
    stage.alice.send_to(None);
    phone.send_to(Some(ours));
    // No offer is answered before that.
    stage.callee.hears(700)?;
    let again = stage.caller.await_any(&["INVITE"])?;
    take(&stage.caller, &again, &phone.description("sendrecv"))?;
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == phone.address(), || format!("the desk was told {place}"))?;
    stage.ends(&alice)
}

/// `direct_media_glare_mitigation=incoming`: Alice's phone makes the offer, and is answered with the desk's place.
fn mitigated(scene: &Scene) -> Outcome {
    let stage = stage(scene, "direct_media_glare_mitigation=incoming", "")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == stage.alice.address(), || format!("the desk was told {place}"))?;
    stage.nothing_more()?;
    alice.send(&Method::Invite, Some(&stage.alice.description("sendrecv")), None)?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    ensure(place_in(answer.body())? == stage.callee.address(), || body_of(&answer))?;
    stage.nothing_more()?;
    stage.hear_each_other()?;
    stage.ends(&alice)
}

/// `rtp_timeout` counts what comes here, and nothing is to come.
fn silence(scene: &Scene) -> Outcome {
    let stage = stage(scene, "rtp_timeout=1\nrtp_timeout_hold=1", "rtp_timeout=1\nrtp_timeout_hold=1")?;
    let (alice, _) = stage.direct("desk")?;
    stage.caller.is_quiet(Duration::from_millis(2_600))?;
    stage.ends(&alice)
}

/// Somebody streams to the port where the desk is heard no more.
fn injected(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, invite) = stage.direct("desk")?;
    stage.nothing_more()?;
    let stranger = UdpSocket::bind((scene.address()?, 0))?;
    let place = stage.is_ours(place_in(invite.body())?)?;
    for sequence in 0..100 {
        let header = Header { sequence, timestamp: 160 * u32::from(sequence), ssrc: 66, ..Header::default() };
        stranger.send_to(&[&header.to_bytes()[..], &[0xFE; 160]].concat(), place)?;
    }
    stage.hear_each_other()?;
    stage.ends(&alice)
}

/// Alice has telephone-event as 120, as PJSIP does: the desk is offered it so, and no difference keeps the audio here.
fn as_the_caller_numbers(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let numbered = |media: &Media| {
        let usual = media.description("sendrecv");
        usual.replace(" 0 101\r\n", " 0 120\r\n").replace(":101 ", ":120 ")
    };
    alice.invite(&numbered(&stage.alice))?;
    let invite = stage.desk.expect("INVITE")?;
    let offer = body_of(&invite);
    ensure(offer.contains("a=rtpmap:120 telephone-event/8000"), || offer.clone())?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&numbered(&stage.callee)))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    for (wire, media, other) in
        [(&stage.caller, &stage.alice, &stage.callee), (&stage.desk, &stage.callee, &stage.alice)]
    {
        let offer = wire.expect("INVITE")?;
        let text = body_of(&offer);
        ensure(text.contains("a=rtpmap:120 telephone-event/8000"), || text.clone())?;
        let place = place_in(offer.body())?;
        ensure(place == other.address(), || format!("a phone was told {place}"))?;
        take(wire, &offer, &numbered(media))?;
    }
    stage.hear_each_other()?;
    stage.ends(&alice)
}
