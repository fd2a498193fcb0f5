//! Video and text beside the audio of a call: passed on untouched between phones that share a codec.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use libtest_mimic::Trial;
use rtp::rtcp::feedback::{Feedback, MissingPackets};
use rtp::rtcp::{Compound, CompoundWriter, Packet as ControlPacket};
use rtp::{Header, Packet};
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::description;
use crate::harness::wait::{PATIENCE, until};
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("video::video_and_text_pass_between_phones", &[], |scene| both_ways(scene, DIAL)),
        trial("video::they_pass_through_a_local_channel", &[], |scene| both_ways(scene, THROUGH)),
        trial("video::softphones_see_each_other", &["baresip"], |scene| softphones(scene, "PJSIP/bob")),
        trial("video::softphones_see_each_other_through_a_local_channel", &["baresip"], |scene| {
            softphones(scene, "Local/desk@phones")
        }),
        trial("video::what_the_called_phone_has_not_is_refused", &[], refused),
        trial("video::video_comes_and_goes_in_mid_call", &[], escalation),
        trial("video::an_echo_has_video_too", &[], |scene| {
            echo(scene, "exten => to,1,Answer()\n same => n,Echo()")
        }),
        trial("video::an_echo_behind_local_channels_has_video_too", &[], |scene| echo(scene, BEHIND)),
    ]
}

const ALL: &str = "allow=!all,ulaw,h264,vp8,t140,red";
const CAMERA: u32 = 77;
const LENGTH: usize = 1_200;

/// A stream of a phone: its sockets for RTP and RTCP, on whatever ports are free.
pub(crate) struct Stream {
    pub(crate) rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Stream {
    pub(crate) fn open(at: IpAddr) -> Outcome<Self> {
        let open = || -> Outcome<UdpSocket> {
            let socket = UdpSocket::bind((at, 0))?;
            socket.set_read_timeout(Some(PATIENCE))?;
            Ok(socket)
        };
        Ok(Self { rtp: open()?, rtcp: open()? })
    }

    /// Its media description, with these formats and their attributes.
    pub(crate) fn section(&self, kind: &str, formats: &str, attributes: &[&str]) -> Outcome<String> {
        let (rtp, rtcp) = (self.rtp.local_addr()?.port(), self.rtcp.local_addr()?.port());
        let attributes: String = attributes.iter().map(|attribute| format!("a={attribute}\r\n")).collect();
        Ok(format!("m={kind} {rtp} RTP/AVP {formats}\r\n{attributes}a=rtcp:{rtcp}\r\n"))
    }

    pub(crate) fn send(&self, to: SocketAddr, header: Header, payload: &[u8]) -> Outcome {
        self.rtp.send_to(&[&header.to_bytes()[..], payload].concat(), to)?;
        Ok(())
    }

    pub(crate) fn hear(&self) -> Outcome<(Header, Vec<u8>, SocketAddr)> {
        let mut buffer = [0; 2_000];
        let heard = self.rtp.recv_from(&mut buffer);
        let (length, from) = heard.map_err(|error| format!("no packet came: {error}"))?;
        let packet = Packet::parse(&buffer[..length])?;
        Ok((packet.header(), packet.payload().to_vec(), from))
    }

    /// Says this of the stream `media`, to RTCP above `rtp`.
    fn say(&self, rtp: SocketAddr, media: u32, feedback: &Feedback<'_>) -> Outcome {
        let mut octets = [0; 200];
        let mut writer = CompoundWriter::new(&mut octets);
        writer.receiver_report(1, &[])?;
        writer.feedback(1, media, feedback)?;
        let length = writer.finish();
        self.rtcp.send_to(&octets[..length], SocketAddr::new(rtp.ip(), rtp.port() + 1))?;
        Ok(())
    }

    /// Waits for feedback that is wanted: the source that it is about, and what it says.
    fn is_told(&self, wanted: &str) -> Outcome {
        until(wanted, || {
            let mut buffer = [0; 2_000];
            let told = self.rtcp.recv_from(&mut buffer);
            let (length, _) = told.map_err(|error| format!("'{wanted}' was not said: {error}"))?;
            let told = Compound::parse(&buffer[..length])?.packets().filter_map(|packet| match packet {
                ControlPacket::Feedback(packet) => Some(match packet.feedback {
                    Feedback::PictureLoss => format!("{} lost a picture", packet.media),
                    Feedback::Missing(missing) => {
                        format!("{} misses {:?}", packet.media, missing.iter().collect::<Vec<_>>())
                    }
                    other => format!("{other:?}"),
                }),
                _ => None,
            });
            Ok(told.into_iter().any(|told| told == wanted).then_some(()))
        })
    }
}

/// Where a description has its stream of this kind, and the formats that it names.
pub(crate) fn stream_of(message: &Message, kind: &str) -> Outcome<(SocketAddr, String)> {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let ip = text.lines().find_map(|line| line.strip_prefix("c=IN IP4 ")).ok_or("no c= line")?;
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("m={kind} ")));
    let mut words = line.ok_or_else(|| format!("no {kind} in:\n{text}"))?.splitn(3, ' ');
    let port = words.next().ok_or("no port")?.parse()?;
    let formats = words.nth(1).unwrap_or_default().to_owned();
    Ok((SocketAddr::new(ip.trim().parse()?, port), formats))
}

fn audio(wire: &Wire) -> String {
    description((wire.address().ip(), 8_000).into(), "0", "", "sendrecv")
}

/// Two desks, the called one with further lines for its endpoint, and their wires.
fn desks(scene: &Scene, called: &str, dialplan: &str) -> Outcome<(Exchange, Wire, Wire)> {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("from", (here, SIP_PORT).into(), ALL)
        .desk_with("to", (there, SIP_PORT).into(), called)
        .dialplan(dialplan);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok((exchange, Wire::bind(here, at)?, Wire::bind(there, at)?))
}

const DIAL: &str = "exten => to,1,Dial(PJSIP/to,20)";
const THROUGH: &str = "\
exten => to,1,Dial(Local/further@phones,20)
exten => further,1,Dial(Local/desk@phones/n,20)
exten => desk,1,Dial(PJSIP/to,20)";
const BEHIND: &str = "\
exten => to,1,Dial(Local/further@phones,20)
exten => further,1,Dial(Local/back@phones,20)
exten => back,1,Answer()
 same => n,Echo()";
const VIDEO: &[&str] = &[
    "rtpmap:97 H264/90000",
    "fmtp:97 profile-level-id=42e01f;packetization-mode=1",
    "rtpmap:98 VP8/90000",
    "rtcp-fb:* nack",
    "rtcp-fb:* nack pli",
];
const TEXT: &[&str] = &["rtpmap:99 t140/1000", "rtpmap:100 red/1000", "fmtp:100 99/99/99"];

fn header(payload_type: u8, sequence: u16) -> Header {
    Header { payload_type, marker: true, sequence, timestamp: 3_000 * u32::from(sequence), ssrc: CAMERA }
}

/// A picture goes from one phone to the other, whole, and under the number that the other knows it by; answers
/// with what was sent, what was heard, and from where.
///
/// It is sent anew until it is heard: an exchange opens the way of a stream a moment after its ACK.
fn passes(
    from: &Stream,
    to: SocketAddr,
    (sent, heard): (u8, u8),
    other: &Stream,
) -> Outcome<(Header, Header, SocketAddr)> {
    let mut picture: Vec<u8> = (0..LENGTH).map(|n| (n * 7) as u8).collect();
    let mut sequence = 499_u16;
    other.rtp.set_read_timeout(Some(Duration::from_millis(200)))?;
    let came = until(&format!("a picture to come that was sent as {sent}"), || {
        sequence += 1;
        picture[..2].copy_from_slice(&sequence.to_be_bytes());
        from.send(to, header(sent, sequence), &picture)?;
        Ok(other.hear().ok())
    });
    other.rtp.set_read_timeout(Some(PATIENCE))?;
    let (came, payload, source) = came?;
    // The first to come need not be the last that was sent.
    let sequence = payload.first_chunk().map_or(0, |octets| u16::from_be_bytes(*octets));
    picture[..2].copy_from_slice(&sequence.to_be_bytes());
    ensure(payload == picture, || format!("{} octets came of {LENGTH}, or others", payload.len()))?;
    ensure((came.payload_type, came.marker) == (heard, true), || format!("{came:?} came"))?;
    Ok((header(sent, sequence), came, source))
}

pub(crate) fn hang_up(exchange: &Exchange, caller: &Caller<'_>, here: &Wire, there: &Wire) -> Outcome {
    caller.send(&Method::Bye, None, None)?;
    here.await_any(&["200 BYE"])?;
    there.respond(&there.await_any(&["BYE"])?, 200, "")?;
    exchange.is_idle()
}

fn both_ways(scene: &Scene, dialplan: &str) -> Outcome {
    let (exchange, here, there) = desks(scene, ALL, dialplan)?;
    let [video, text] = [Stream::open(here.address().ip())?, Stream::open(here.address().ip())?];
    let [screen, paper] = [Stream::open(there.address().ip())?, Stream::open(there.address().ip())?];
    let caller = Caller::new(&here, "from", "to");
    let image = "m=image 4000 udptl t38\r\n";
    let offer = audio(&here)
        + &video.section("video", "97 98", VIDEO)?
        + image
        + &text.section("text", "99 100", TEXT)?;
    caller.send(&Method::Invite, Some(&offer), None)?;
    let invite = there.expect("INVITE")?;
    let ((camera, formats), (pen, letters)) = (stream_of(&invite, "video")?, stream_of(&invite, "text")?);
    ensure((formats.as_str(), letters.as_str()) == ("97 98", "99 100"), || there.story())?;
    let body = String::from_utf8_lossy(invite.body()).into_owned();
    for told in [
        "a=fmtp:97 profile-level-id=42e01f;packetization-mode=1",
        "a=rtcp-fb:* nack pli",
        "a=fmtp:100 99/99/99",
    ] {
        ensure(body.contains(told), || format!("no {told} in:\n{body}"))?;
    }
    let answered = audio(&there)
        + &screen.section(
            "video",
            "120",
            &["rtpmap:120 VP8/90000", "rtcp-fb:* nack pli", "rtcp-fb:* nack"],
        )?
        + &paper.section(
            "text",
            "110 111",
            &["rtpmap:110 t140/1000", "rtpmap:111 red/1000", "fmtp:111 110/110/110"],
        )?;
    there.respond_in_dialog(&invite, 200, "there", Some(&answered))?;
    there.expect("ACK")?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let ((view, formats), (page, letters)) = (stream_of(&answer, "video")?, stream_of(&answer, "text")?);
    ensure((formats.as_str(), letters.as_str()) == ("98", "99 100"), || {
        "what both have is answered".to_owned()
    })?;
    ensure(stream_of(&answer, "image")?.0.port() == 0, || "fax is refused in its place".to_owned())?;

    exchange.says("Channel PJSIP/from-00000000 joined")?;
    let (sent, heard, source) = passes(&video, view, (98, 120), &screen)?;
    ensure(source == camera, || format!("it came from {source}, and {camera} was told"))?;
    // Whoever begins to see needs a whole picture.
    video.is_told(&format!("{CAMERA} lost a picture"))?;
    screen.say(camera, heard.ssrc, &Feedback::PictureLoss)?;
    video.is_told(&format!("{CAMERA} lost a picture"))?;
    let [high, low] = heard.sequence.to_be_bytes();
    let entry = [high, low, 0, 0];
    let missing = MissingPackets::new(&entry).ok_or("an entry")?;
    screen.say(camera, heard.ssrc, &Feedback::Missing(missing))?;
    video.is_told(&format!("{CAMERA} misses [{}]", sent.sequence))?;
    passes(&screen, camera, (98, 98), &video)?;

    // A letter with the one before it: the headers within name the numbers of the reader.
    text.send(page, header(100, 9), &[0x80 | 99, 0, 4, 1, 99, b'a', b'b'])?;
    let (header, letters, _) = paper.hear()?;
    ensure(header.payload_type == 111 && letters == [0x80 | 110, 0, 4, 1, 110, b'a', b'b'], || {
        format!("{header:?} with {letters:?}")
    })?;
    // Under its own number, which is understood all the same.
    passes(&paper, pen, (110, 99), &text)?;
    hang_up(&exchange, &caller, &here, &there)
}

/// Two phones that show what they decode.
fn softphones(scene: &Scene, destination: &str) -> Outcome {
    let dialplan = format!("exten => bob,1,Dial({destination},30)\nexten => desk,1,Dial(PJSIP/bob,30)");
    let video = "allow=!all,ulaw,vp8";
    let folder = Folder::new(scene)?.phone_with("alice", video).phone_with("bob", video).dialplan(&dialplan);
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).with_video().register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).with_video().register_at(&exchange)?;
    alice.dial("bob")?;
    alice.sees_pictures(20)?;
    bob.sees_pictures(20)?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn refused(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("from", (here, SIP_PORT).into(), ALL)
        .desk_with("to", (there, SIP_PORT).into(), "allow=!all,ulaw")
        .desk_with("old", (there, SIP_PORT).into(), "allow=!all,ulaw,h264")
        .dialplan("exten => to,1,Dial(PJSIP/to,20)\nexten => old,1,Dial(PJSIP/old,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let (here, there) =
        (Wire::bind(here, exchange.sip_address())?, Wire::bind(there, exchange.sip_address())?);
    let video = Stream::open(here.address().ip())?;
    for (name, answered) in [("to", ""), ("old", "m=video 0 RTP/AVP 97\r\n")] {
        let caller = Caller::new(&here, "from", name);
        caller.send(
            &Method::Invite,
            Some(&(audio(&here) + &video.section("video", "97 98", VIDEO)?)),
            None,
        )?;
        let invite = there.expect("INVITE")?;
        let offered = stream_of(&invite, "video").map(|(_, formats)| formats).unwrap_or_default();
        ensure(offered == if answered.is_empty() { "" } else { "97" }, || {
            format!("'{offered}' was offered")
        })?;
        there.respond_in_dialog(&invite, 200, "there", Some(&(audio(&there) + answered)))?;
        there.expect("ACK")?;
        let answer = here.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        let (audio, video) = (stream_of(&answer, "audio")?.0, stream_of(&answer, "video")?.0);
        ensure(audio.port() != 0 && video.port() == 0, || format!("audio at {audio}, video at {video}"))?;
        until("no ports to be open but those of both phones' audio", || {
            Ok((exchange.media_sockets()? == 4).then_some(()))
        })?;
        hang_up(&exchange, &caller, &here, &there)?;
    }
    Ok(())
}

fn escalation(scene: &Scene) -> Outcome {
    let (exchange, here, there) = desks(scene, &format!("{ALL}\ndirect_media=no"), DIAL)?;
    let caller = Caller::new(&here, "from", "to");
    caller.send(&Method::Invite, Some(&audio(&here)), None)?;
    let invite = there.expect("INVITE")?;
    ensure(stream_of(&invite, "video").is_err(), || "nobody has asked for video".to_owned())?;
    there.respond_in_dialog(&invite, 200, "there", Some(&audio(&there)))?;
    there.expect("ACK")?;
    caller.ack_answer(&here.await_any(&["200 INVITE"])?)?;

    let (video, screen) = (Stream::open(here.address().ip())?, Stream::open(there.address().ip())?);
    caller.send(&Method::Invite, Some(&(audio(&here) + &video.section("video", "97 98", VIDEO)?)), None)?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let (view, _) = stream_of(&answer, "video")?;
    let again = there.await_any(&["INVITE"])?;
    let (camera, formats) = stream_of(&again, "video")?;
    ensure(formats == "97 98", || format!("'{formats}' is offered"))?;
    let answered =
        audio(&there) + &screen.section("video", "98", &["rtpmap:98 VP8/90000", "rtcp-fb:* nack pli"])?;
    there.respond_in_dialog(&again, 200, "there", Some(&answered))?;
    there.await_any(&["ACK"])?;
    // The caller is told that there is one codec alone.
    let narrowed = here.await_any(&["INVITE"])?;
    ensure(stream_of(&narrowed, "video")?.1 == "98", || "what the other phone has is offered".to_owned())?;
    let described =
        audio(&here) + &video.section("video", "98", &["rtpmap:98 VP8/90000", "rtcp-fb:* nack pli"])?;
    here.respond_in_dialog(&narrowed, 200, "here", Some(&described))?;
    here.await_any(&["ACK"])?;
    passes(&video, view, (98, 98), &screen)?;
    passes(&screen, camera, (98, 98), &video)?;

    let closed = audio(&here) + "m=video 0 RTP/AVP 98\r\n";
    caller.send(&Method::Invite, Some(&closed), None)?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    ensure(stream_of(&answer, "video")?.0.port() == 0, || "a closed stream is answered alike".to_owned())?;
    let again = there.await_any(&["INVITE"])?;
    ensure(stream_of(&again, "video")?.0.port() == 0, || "it is closed for the other too".to_owned())?;
    there.respond_in_dialog(&again, 200, "there", Some(&(audio(&there) + "m=video 0 RTP/AVP 98\r\n")))?;
    there.await_any(&["ACK"])?;
    until("the ports of video to be free", || Ok((exchange.media_sockets()? == 4).then_some(())))?;
    hang_up(&exchange, &caller, &here, &there)
}

fn echo(scene: &Scene, dialplan: &str) -> Outcome {
    let (exchange, here, _there) = desks(scene, ALL, dialplan)?;
    let video = Stream::open(here.address().ip())?;
    let caller = Caller::new(&here, "from", "to");
    caller.send(&Method::Invite, Some(&(audio(&here) + &video.section("video", "97 98", VIDEO)?)), None)?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let (view, formats) = stream_of(&answer, "video")?;
    ensure(formats == "97 98", || format!("'{formats}' is answered"))?;
    // The echo begins a moment after the answer.
    video.rtp.set_read_timeout(Some(Duration::from_millis(50)))?;
    let mut sequence = 500;
    until("a picture to come back", || {
        sequence += 1;
        video.send(view, header(97, sequence), &[5; LENGTH])?;
        let heard = video.hear().ok();
        Ok(heard
            .filter(|(header, payload, _)| header.payload_type == 97 && payload == &[5; LENGTH])
            .map(|_| ()))
    })?;
    caller.send(&Method::Bye, None, None)?;
    here.await_any(&["200 BYE"])?;
    exchange.is_idle()
}
