//! Video and text that go from phone to phone with the audio, or stay with it.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use rtp::Header;
use sip_parser::{Message, Method};

use super::{DIALPLAN, Stage, body_of, take};
use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Folder, Outcome, Scene, Wire, ensure, trial};
use crate::video::{Stream, stream_of};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("direct_media::video_and_text_go_with_the_audio", &[], go_and_come_back),
        trial("direct_media::video_of_other_numbers_keeps_all_here", &[], stay),
        trial("direct_media::video_that_comes_in_mid_call_goes_too", &[], comes_later),
        trial("direct_media::the_video_of_a_real_phone_comes_straight", &["baresip"], real_phone),
    ]
}

const ALL: &str = "direct_media=yes\nallow=!all,ulaw,h264,vp8,t140,red";
const VP8: &[&str] = &["rtpmap:98 VP8/90000", "rtcp-fb:* nack pli"];
const BOTH: &[&str] = &[
    "rtpmap:97 H264/90000",
    "fmtp:97 profile-level-id=42e01f;packetization-mode=1",
    "rtpmap:98 VP8/90000",
    "rtcp-fb:* nack pli",
];
const TEXT: &[&str] = &["rtpmap:99 t140/1000", "rtpmap:100 red/1000", "fmtp:100 99/99/99"];

fn stage(scene: &Scene) -> Outcome<Stage> {
    let at = scene.address()?;
    let folder = Folder::new(scene)?
        .phone_with("alice", ALL)
        .phone_with("bob", ALL)
        .desk_with("desk", (at, SIP_PORT).into(), ALL)
        .dialplan(DIALPLAN);
    Stage::start(scene, &folder, at)
}

/// What a phone has beside its audio.
struct Screen {
    video: Stream,
    text: Stream,
}

impl Screen {
    fn of(wire: &Wire) -> Outcome<Self> {
        let at = wire.address().ip();
        Ok(Self { video: Stream::open(at)?, text: Stream::open(at)? })
    }

    /// Both, with these formats of video.
    fn sections(&self, (formats, attributes): (&str, &[&str])) -> Outcome<String> {
        Ok(self.video.section("video", formats, attributes)? + &self.text.section("text", "99 100", TEXT)?)
    }

    fn place(&self) -> Outcome<(SocketAddr, SocketAddr)> {
        Ok((self.video.rtp.local_addr()?, self.text.rtp.local_addr()?))
    }
}

/// Where a description has video and text, and the formats of the video.
fn streams_in(message: &Message) -> Outcome<((SocketAddr, SocketAddr), String)> {
    let ((video, formats), (text, _)) = (stream_of(message, "video")?, stream_of(message, "text")?);
    Ok(((video, text), formats))
}

/// Alice calls the desk with one description, and the desk answers with the other.
fn connect(stage: &Stage, alice: &Caller<'_>, offer: &str, answer: &str) -> Outcome<Message> {
    alice.invite(offer)?;
    let invite = stage.desk.expect("INVITE")?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(answer))?;
    stage.desk.expect("ACK")?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answered)?;
    Ok(answered)
}

/// A picture goes from one to the other without anybody between.
fn passes(from: &Stream, to: &Stream) -> Outcome {
    let header = Header { payload_type: 98, marker: true, sequence: 9, timestamp: 90, ssrc: 7 };
    from.send(to.rtp.local_addr()?, header, &[5; 1_000])?;
    let (heard, payload, source) = to.hear()?;
    ensure((heard, payload.len(), source) == (header, 1_000, from.rtp.local_addr()?), || {
        format!("{heard:?} came from {source}")
    })
}

fn go_and_come_back(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let (ours, theirs) = (Screen::of(&stage.caller)?, Screen::of(&stage.desk)?);
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let offer = stage.alice.description("sendrecv") + &ours.sections(("97 98", BOTH))?;
    let narrow = stage.alice.description("sendrecv") + &ours.sections(("98", VP8))?;
    let answer = stage.callee.description("sendrecv") + &theirs.sections(("98", VP8))?;
    connect(&stage, &alice, &offer, &answer)?;

    // Both are told all of the other, in the formats that both have.
    let both_are_told = || -> Outcome {
        let parties = [
            (&stage.desk, &answer, stage.alice.address(), &ours),
            (&stage.caller, &narrow, stage.callee.address(), &theirs),
        ];
        for (wire, own, audio, other) in parties {
            let told = wire.expect("INVITE")?;
            take(wire, &told, own)?;
            ensure(place_in(told.body())? == audio, || body_of(&told))?;
            ensure(streams_in(&told)? == (other.place()?, "98".to_owned()), || body_of(&told))?;
            for line in ["a=fmtp:100 99/99/99\r\n", "a=rtcp-fb:* nack pli\r\n"] {
                ensure(body_of(&told).contains(line), || format!("no {line} in:\n{}", body_of(&told)))?;
            }
        }
        stage.nothing_more()
    };
    both_are_told()?;
    stage.hear_each_other()?;
    passes(&ours.video, &theirs.video)?;
    passes(&theirs.text, &ours.text)?;

    let ours_alone = |message: &Message| -> Outcome {
        let (audio, ((video, text), _)) = (place_in(message.body())?, streams_in(message)?);
        for place in [audio, video, text] {
            stage.is_ours(place)?;
        }
        Ok(())
    };
    let held = narrow.replace("a=sendrecv", "a=sendonly");
    alice.send(&Method::Invite, Some(&held), None)?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answered)?;
    ours_alone(&answered)?;
    let back = stage.desk.expect("INVITE")?;
    take(&stage.desk, &back, &answer)?;
    ours_alone(&back)?;
    stage.nothing_more()?;

    alice.send(&Method::Invite, Some(&narrow), None)?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answered)?;
    both_are_told()?;
    stage.ends(&alice)
}

/// The desk takes the video under a number of its own, which Alice would not understand.
fn stay(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let (ours, theirs) = (Screen::of(&stage.caller)?, Screen::of(&stage.desk)?);
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let offer = stage.alice.description("sendrecv") + &ours.sections(("98", VP8))?;
    let renumbered = ("120", &["rtpmap:120 VP8/90000"][..]);
    let answer = stage.callee.description("sendrecv") + &theirs.sections(renumbered)?;
    let answered = connect(&stage, &alice, &offer, &answer)?;
    stage.nothing_more()?;
    let (view, _) = stream_of(&answered, "video")?;
    let header = Header { payload_type: 98, marker: true, sequence: 9, timestamp: 90, ssrc: 7 };
    ours.video.send(view, header, &[5; 1_000])?;
    let (heard, _, source) = theirs.video.hear()?;
    ensure(heard.payload_type == 120, || format!("{heard:?}"))?;
    stage.is_ours(source)?;
    stage.is_ours(place_in(answered.body())?)?;
    stage.ends(&alice)
}

/// A call goes direct with its audio; Alice adds video, and is answered with ours. Once the desk has some, it goes direct too.
fn comes_later(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let (alice, _) = stage.direct("desk")?;
    let (ours, theirs) = (Screen::of(&stage.caller)?, Screen::of(&stage.desk)?);
    let own = stage.alice.description("sendrecv") + &ours.video.section("video", "98", VP8)?;
    let other = stage.callee.description("sendrecv") + &theirs.video.section("video", "98", VP8)?;
    alice.send(&Method::Invite, Some(&own), None)?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answered)?;
    stage.is_ours(place_in(answered.body())?)?;
    stage.is_ours(stream_of(&answered, "video")?.0)?;
    let parties = [(&stage.desk, &other, &ours.video), (&stage.caller, &own, &theirs.video)];
    for (wire, own, other) in parties {
        let wanted = other.rtp.local_addr()?;
        // The desk may be called back with its audio alone first.
        let mut rounds = 0;
        loop {
            let told = wire.expect("INVITE")?;
            let video = stream_of(&told, "video").map(|(place, _)| place);
            let alone = stage.callee.description("sendrecv");
            take(wire, &told, if video.is_ok() { own } else { &alone })?;
            if video.is_ok_and(|place| place == wanted) {
                break;
            }
            rounds += 1;
            ensure(rounds < 4, || format!("it never goes direct:\n{}", wire.story()))?;
        }
    }
    stage.nothing_more()?;
    passes(&ours.video, &theirs.video)?;
    passes(&theirs.video, &ours.video)?;
    stage.ends(&alice)
}

/// Bob is a program: Alice sees his pictures from his own socket.
fn real_phone(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let bob = Baresip::named(scene, "bob", 1_000).with_video().register_at(&stage.exchange)?;
    let ours = Stream::open(stage.caller.address().ip())?;
    let own = stage.alice.description("sendrecv") + &ours.section("video", "98", VP8)?;
    let alice = Caller::new(&stage.caller, "alice", "bob");
    alice.call_with(&[], &own)?;
    let offer = stage.caller.expect("INVITE")?;
    take(&stage.caller, &offer, &own)?;
    let (audio, (video, _)) = (place_in(offer.body())?, stream_of(&offer, "video")?);
    let exchange = stage.exchange.sip_address().ip();
    ensure(audio.ip() != exchange && video.ip() != exchange, || body_of(&offer))?;
    stage.alice.send_to(Some(audio));
    stage.alice.hears(1_000)?;
    loop {
        let (header, _, source) = ours.hear()?;
        if source == video {
            ensure(header.payload_type == 98, || format!("{header:?}"))?;
            break;
        }
    }
    alice.send(&Method::Bye, None, None)?;
    stage.caller.await_any(&["200 BYE"])?;
    bob.call_ends()?;
    stage.exchange.is_idle()
}
