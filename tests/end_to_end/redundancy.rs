//! Redundant sound (RFC 2198): phones that have it get it, others get the sound that was in it, and losses are made good.

use std::time::Duration;

use libtest_mimic::Trial;
use rtp::Header;
use rtp::redundancy::RedundantPayload;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};
use crate::video::{Stream, hang_up, stream_of};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("redundancy::phones_that_have_it_get_it_in_their_own_numbers", &[], between),
        trial("redundancy::a_phone_without_it_hears_what_another_lost", &[], alone),
        trial("redundancy::what_is_repeated_in_another_codec_is_heard", &[], mixed),
    ]
}

const OURS: &str = "allow=!all,ulaw,red\ndirect_media=no";
const OFFERED: &[&str] = &["rtpmap:121 red/8000", "fmtp:121 0/0"];
/// Octets of a packet of 20 ms.
const SOUND: usize = 160;

fn header(payload_type: u8, sequence: u16) -> Header {
    Header { payload_type, marker: false, sequence, timestamp: 160 * u32::from(sequence), ssrc: 77 }
}

/// The sound of a packet, and before it that of the packet before.
fn doubled(before: u8, now: u8) -> Vec<u8> {
    let word = 0x80_u32 << 24 | 160 << 10 | SOUND as u32;
    [&word.to_be_bytes()[..], &[0], &[before; SOUND], &[now; SOUND]].concat()
}

fn description(wire: &Wire, section: &str) -> String {
    let ip = wire.address().ip();
    format!("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n{section}")
}

/// A call from a phone with redundancy, which it has offered; the called one answers with this.
fn call<'w>(
    (exchange, here, there): (&Exchange, &'w Wire, &Wire),
    (microphone, ear): (&Stream, &Stream),
    (formats, attributes): (&str, &[&str]),
) -> Outcome<(Caller<'w>, std::net::SocketAddr, String)> {
    let caller = Caller::new(here, "from", "to");
    let offer = description(here, &microphone.section("audio", "0 121", OFFERED)?);
    caller.send(&Method::Invite, Some(&offer), None)?;
    let invite = there.expect("INVITE")?;
    let offered = String::from_utf8_lossy(invite.body()).into_owned();
    let answered = description(there, &ear.section("audio", formats, attributes)?);
    there.respond_in_dialog(&invite, 200, "there", Some(&answered))?;
    there.expect("ACK")?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let (room, named) = stream_of(&answer, "audio")?;
    ensure(named == "0 121", || format!("'{named}' is answered"))?;
    exchange.says("Channel PJSIP/from-00000000 joined")?;
    // The media plane hears of it a moment later.
    std::thread::sleep(Duration::from_millis(200));
    Ok((caller, room, offered))
}

fn phones(scene: &Scene, called: &str) -> Outcome<(Exchange, Wire, Wire)> {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("from", (here, SIP_PORT).into(), OURS)
        .desk_with("to", (there, SIP_PORT).into(), called)
        .dialplan("exten => to,1,Dial(PJSIP/to,20)\nexten => h,1,NoOp(received=${CHANNEL(rtcp,rxcount)})");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok((exchange, Wire::bind(here, at)?, Wire::bind(there, at)?))
}

fn between(scene: &Scene) -> Outcome {
    let (exchange, here, there) = phones(scene, OURS)?;
    let (microphone, ear) = (Stream::open(here.address().ip())?, Stream::open(there.address().ip())?);
    let theirs: &[&str] = &["rtpmap:99 red/8000", "fmtp:99 0/0"];
    // It answers with another number for what it was offered.
    let parties = (&exchange, &here, &there);
    let (caller, room, offered) = call(parties, (&microphone, &ear), ("0 99", theirs))?;
    ensure(offered.contains("a=rtpmap:121 red/8000\r\na=fmtp:121 0/0\r\n"), || offered.clone())?;
    microphone.send(room, header(121, 500), &doubled(1, 2))?;
    let (first, sound, _) = ear.hear()?;
    ensure(first.payload_type == 0 && sound == [2; SOUND], || format!("{first:?} with {}", sound[0]))?;
    // 501 and 502 are lost on the way; the latter is in 503.
    microphone.send(room, header(121, 503), &doubled(4, 5))?;
    for (behind, octet) in [(2, 4), (3, 5)] {
        let (heard, payload, _) = ear.hear()?;
        ensure(heard.sequence == first.sequence.wrapping_add(behind), || format!("{heard:?} came"))?;
        ensure(heard.timestamp == first.timestamp.wrapping_add(160 * u32::from(behind)), || {
            format!("{heard:?} came after {first:?}")
        })?;
        let sound = match heard.payload_type {
            99 => {
                let payload = RedundantPayload::parse(&payload)?;
                let carried =
                    payload.blocks().all(|block| block.payload_type == 0 && block.data == [4; SOUND]);
                ensure(carried && payload.primary().payload_type == 0, || format!("{payload:?}"))?;
                payload.primary().data.to_vec()
            }
            _ => payload,
        };
        ensure(sound == [octet; SOUND], || format!("{behind} sounds of {}", sound[0]))?;
        // There is something to add to the second one alone.
        ensure(heard.payload_type == if octet == 5 { 99 } else { 0 }, || format!("{heard:?}"))?;
    }
    hang_up(&exchange, &caller, &here, &there)?;
    exchange.says("received=2")
}

fn alone(scene: &Scene) -> Outcome {
    let (exchange, here, there) = phones(scene, "allow=!all,ulaw\ndirect_media=no")?;
    let (microphone, ear) = (Stream::open(here.address().ip())?, Stream::open(there.address().ip())?);
    let parties = (&exchange, &here, &there);
    let (caller, room, offered) = call(parties, (&microphone, &ear), ("0", &[]))?;
    ensure(!offered.contains("red/"), || offered.clone())?;
    microphone.send(room, header(121, 500), &doubled(1, 2))?;
    microphone.send(room, header(121, 502), &doubled(3, 4))?;
    // It was late, and its sound has been heard.
    microphone.send(room, header(121, 501), &doubled(2, 3))?;
    microphone.send(room, header(0, 503), &[5; SOUND])?;
    let mut first = None;
    for (nth, octet) in [2, 3, 4, 5].into_iter().enumerate() {
        let (heard, sound, _) = ear.hear()?;
        let number = *first.get_or_insert(heard.sequence);
        ensure((heard.payload_type, heard.sequence) == (0, number.wrapping_add(nth as u16)), || {
            format!("{heard:?} is packet {nth}")
        })?;
        ensure(sound == [octet; SOUND], || format!("{} sounds in place of {octet}", sound[0]))?;
    }
    hang_up(&exchange, &caller, &here, &there)?;
    exchange.says("received=4")
}

/// The phone repeats in A-law what it says in mu-law; the other one has mu-law alone.
fn mixed(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("from", (here, SIP_PORT).into(), "allow=!all,ulaw,alaw,red\ndirect_media=no")
        .desk_with("to", (there, SIP_PORT).into(), "allow=!all,ulaw\ndirect_media=no")
        .dialplan("exten => to,1,Dial(PJSIP/to,20)\nexten => h,1,NoOp(received=${CHANNEL(rtcp,rxcount)})");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (here, there) = (Wire::bind(here, at)?, Wire::bind(there, at)?);
    let (microphone, ear) = (Stream::open(here.address().ip())?, Stream::open(there.address().ip())?);
    let caller = Caller::new(&here, "from", "to");
    let mixture: &[&str] = &["rtpmap:121 red/8000", "fmtp:121 0/8"];
    let offer = description(&here, &microphone.section("audio", "0 8 121", mixture)?);
    caller.send(&Method::Invite, Some(&offer), None)?;
    let invite = there.expect("INVITE")?;
    let answered = description(&there, &ear.section("audio", "0", &[])?);
    there.respond_in_dialog(&invite, 200, "there", Some(&answered))?;
    there.expect("ACK")?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    ensure(body.contains("a=fmtp:121 0/8\r\n"), || body.clone())?;
    let (room, _) = stream_of(&answer, "audio")?;
    exchange.says("Channel PJSIP/from-00000000 joined")?;
    std::thread::sleep(Duration::from_millis(200));

    // What is silence in A-law is all but silence in mu-law.
    let word = (0x80_u32 | 8) << 24 | 160 << 10 | SOUND as u32;
    let payload = |now: u8| [&word.to_be_bytes()[..], &[0], &[0xD5; SOUND], &[now; SOUND]].concat();
    microphone.send(room, header(121, 500), &payload(2))?;
    microphone.send(room, header(121, 502), &payload(4))?;
    let mut first = None;
    for (nth, octets) in [[2, 2], [0xFE, 0xFF], [4, 4]].into_iter().enumerate() {
        let (heard, sound, _) = ear.hear()?;
        let number = *first.get_or_insert(heard.sequence);
        ensure((heard.payload_type, heard.sequence) == (0, number.wrapping_add(nth as u16)), || {
            format!("{heard:?} is packet {nth}")
        })?;
        let is_it = sound.len() == SOUND && sound.iter().all(|octet| octets.contains(octet));
        ensure(is_it, || format!("{} sounds in place of {octets:?}", sound[0]))?;
    }
    hang_up(&exchange, &caller, &here, &there)?;
    exchange.says("received=2")
}
