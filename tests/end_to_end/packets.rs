//! How audio travels: the length of packets (`use_ptime`, `allow=ulaw:30`), a codec that changes under way
//! (`asymmetric_rtp_codec`), ports of an endpoint's own (`rtp_port_start`), and packets in a silence (`rtp_keepalive`).

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libtest_mimic::Trial;
use rtp::Header;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::{MEDIA_PORT, description, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("packets::each_party_gets_the_length_that_it_asks_for_or_that_allow_says", &[], lengths),
        trial("packets::phones_of_different_lengths_and_codecs_hear_each_other", &["baresip"], phones),
        trial("packets::a_phone_that_changes_its_codec_is_followed_unless_it_may_differ", &[], changes),
        trial("packets::what_is_evened_out_is_heard", &["baresip"], evened_out),
        trial("packets::none_is_longer_than_the_phone_takes", &[], cut),
        trial("packets::a_phone_is_silent_for_as_long_as_the_other_one_rings", &[], silence_while_it_rings),
        trial("packets::who_sprays_a_port_shuts_no_phone_out", &[], sprayed),
        trial("packets::who_streams_to_a_port_first_shuts_no_phone_out", &[], streamed),
        trial("packets::a_phone_is_told_where_it_is_seen_on_both_ports", &[], seen),
        trial("packets::a_silent_call_keeps_its_way_open_from_ports_of_its_own", &[], keepalive),
    ]
}

fn has_line(message: &Message, line: &str) -> Outcome {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    ensure(text.lines().any(|found| found == line), || format!("'{line}' should be in:\n{text}"))
}

/// The caller asks for 30 ms and gets them; the called phone, which asks for nothing else, gets the 40 ms of its `allow`. Both
/// send 20 ms.
fn lengths(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("wish", (here, SIP_PORT).into(), "use_ptime=yes")
        .desk_with("long", (there, SIP_PORT).into(), "allow=!all,ulaw:40")
        .dialplan("exten => long,1,Dial(PJSIP/long,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (office, afar) = (Wire::bind(here, at)?, Wire::bind(there, at)?);
    let (near, far) = (Media::start(here, 440)?, Media::start(there, 1_000)?);
    let caller = Caller::new(&office, "wish", "long");
    let offer = near.description("sendrecv").replace("a=ptime:20", "a=ptime:30");
    caller.send(&Method::Invite, Some(&offer), None)?;
    let invite = afar.expect("INVITE")?;
    has_line(&invite, "a=ptime:40")?;
    far.send_to(Some(place_in(invite.body())?));
    afar.respond_in_dialog(&invite, 200, "far", Some(&far.description("sendrecv")))?;
    afar.expect("ACK")?;
    let answer = office.await_any(&["200 INVITE"])?;
    has_line(&answer, "a=ptime:30")?;
    caller.ack_answer(&answer)?;
    near.send_to(Some(place_in(answer.body())?));
    near.hears(1_000)?;
    far.hears(440)?;
    let heard = (near.lengths(), far.lengths());
    ensure(heard == (vec![240], vec![320]), || format!("240 and 320 octets should come, not {heard:?}"))?;
    caller.send(&Method::Bye, None, None)?;
    office.await_any(&["200 BYE"])?;
    afar.respond(&afar.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// Packets that a channel has received and sent, as the console shows them.
fn counted(exchange: &Exchange, channel: &str) -> Outcome<[u64; 2]> {
    let shown = exchange.console(&format!("core show channel {channel}"))?;
    let count = |word: &str| {
        let line = shown.lines().find_map(|line| line.trim_start().strip_prefix(word));
        line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok())
    };
    match (count("Received:"), count("Sent:")) {
        (Some(received), Some(sent)) => Ok([received, sent]),
        _ => Err(format!("no packets are counted in:\n{shown}").into()),
    }
}

/// One phone has packets of 40 ms and mu-law, the other 20 ms and A-law.
fn phones(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone_with("alice", "use_ptime=yes")
        .phone("bob")
        .dialplan("exten => bob,1,Dial(PJSIP/bob,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice =
        Baresip::named(scene, "alice", 440).codecs("PCMU/8000/1").packet_time(40).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).codecs("PCMA/8000/1").register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)?;
    let [[from_alice, to_alice], [from_bob, _]] =
        [counted(&exchange, "PJSIP/alice-00000000")?, counted(&exchange, "PJSIP/bob-00000001")?];
    let half = |packets: u64| (from_bob * 4 / 10..=from_bob * 6 / 10).contains(&packets);
    ensure(half(from_alice) && half(to_alice), || {
        format!("bob sent {from_bob} packets, alice {from_alice}, and she got {to_alice}: not half as many")
    })?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

/// The caller's sound waits in a jitter buffer, and its keys go past it.
fn evened_out(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(
        "exten => _X,1,Set(JITTERBUFFER(${IF($[${EXTEN}=1]?adaptive:fixed)})=default)\n same => n,Dial(PJSIP/bob,20)",
    );
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    for number in ["1", "2"] {
        alice.dial(number)?;
        alice.is_in_call()?;
        bob.is_in_call()?;
        bob.hears_nothing_but(440)?;
        alice.hears_nothing_but(1_000)?;
        alice.press("5")?;
        bob.gets_keys("5")?;
        alice.hang_up()?;
        bob.call_ends()?;
        exchange.is_idle()?;
    }
    Ok(())
}

/// A-law is agreed on first, and the phone sends mu-law.
fn changes(scene: &Scene) -> Outcome {
    for (line, expected) in [("asymmetric_rtp_codec=no", 0), ("asymmetric_rtp_codec=yes", 8)] {
        let here = scene.address()?;
        let folder = Folder::new(scene)?
            .desk_with("desk", (here, SIP_PORT).into(), &format!("allow=!all,alaw,ulaw\n{line}"))
            .dialplan("exten => echo,1,Answer()\n same => n,Echo()");
        let exchange = Exchange::start(scene, &folder)?;
        let wire = Wire::bind(here, exchange.sip_address())?;
        let media = Media::start(here, 440)?;
        let caller = Caller::new(&wire, "desk", "echo");
        let offer = description(media.address(), "8 0", "", "sendrecv");
        caller.send(&Method::Invite, Some(&offer), None)?;
        let answer = wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        media.send_to(Some(place_in(answer.body())?));
        media.hears(440)?;
        let types = media.payload_types();
        ensure(types == [expected], || format!("{line}: {expected} should come back, not {types:?}"))?;
        caller.send(&Method::Bye, None, None)?;
        wire.await_any(&["200 BYE"])?;
        exchange.is_idle()?;
    }
    Ok(())
}

/// The called phone has packets of 60 ms, and the caller takes 30 at most. Nobody has asked for any length.
fn cut(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "")
        .desk_with("long", (there, SIP_PORT).into(), "")
        .dialplan("exten => long,1,Dial(PJSIP/long,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (office, afar) = (Wire::bind(here, at)?, Wire::bind(there, at)?);
    let near = Media::start(here, 440)?;
    let far = UdpSocket::bind((there, MEDIA_PORT))?;
    let caller = Caller::new(&office, "desk", "long");
    let offer = format!("{}a=maxptime:30\r\n", near.description("sendrecv"));
    caller.send(&Method::Invite, Some(&offer), None)?;
    let invite = afar.expect("INVITE")?;
    let place = place_in(invite.body())?;
    let description = description(far.local_addr()?, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
    afar.respond_in_dialog(&invite, 200, "far", Some(&description))?;
    afar.expect("ACK")?;
    let answer = office.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    near.send_to(Some(place_in(answer.body())?));
    wait::until("packets of the caller's", || {
        far.set_read_timeout(Some(Duration::from_millis(20)))?;
        Ok(far.recv_from(&mut [0; 400]).ok().map(drop))
    })?;
    for n in 0..10_u16 {
        let (sequence, timestamp) = (n, u32::from(n) * 480);
        let header = Header { sequence, timestamp, ssrc: 7, ..Header::default() };
        far.send_to(&[&header.to_bytes()[..], &[0xFE; 480]].concat(), place)?;
    }
    wait::until("thirty packets", || Ok((near.counts().1 >= 30).then_some(())))?;
    let lengths = near.lengths();
    ensure(lengths == [160], || format!("20 ms should come, not {lengths:?}"))?;
    caller.send(&Method::Bye, None, None)?;
    office.await_any(&["200 BYE"])?;
    afar.respond(&afar.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// `rtp_timeout` counts from the answer on.
fn silence_while_it_rings(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "rtp_timeout=1")
        .desk_with("late", (there, SIP_PORT).into(), "")
        .dialplan("exten => late,1,Progress()\n same => n,Dial(PJSIP/late,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (office, afar) = (Wire::bind(here, at)?, Wire::bind(there, at)?);
    let (near, far) = (Media::start(here, 440)?, Media::start(there, 1_000)?);
    let caller = Caller::new(&office, "desk", "late");
    caller.send(&Method::Invite, Some(&near.description("sendrecv")), None)?;
    let invite = afar.expect("INVITE")?;
    afar.respond(&invite, 180, "far")?;
    afar.is_quiet(Duration::from_millis(2_500))?;
    afar.respond_in_dialog(&invite, 200, "far", Some(&far.description("sendrecv")))?;
    afar.expect("ACK")?;
    caller.ack_answer(&office.await_any(&["200 INVITE"])?)?;
    // Now it has to be heard.
    office.respond(&office.expect("BYE")?, 200, "")?;
    afar.respond(&afar.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// An echo for a phone whose media comes from elsewhere than it says.
fn echo_behind_a_translator(scene: &Scene, here: Ipv4Addr) -> Outcome<(Exchange, Wire)> {
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "rtp_symmetric=yes")
        .dialplan("exten => echo,1,Answer()\n same => n,Echo()");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    Ok((exchange, wire))
}

/// Calls with a description of an address behind the translator; the answer, and where it wants the media.
fn call_from_inside(caller: &Caller<'_>, wire: &Wire) -> Outcome<(Message, SocketAddr)> {
    let inside = SocketAddr::from(([10, 1, 2, 3], MEDIA_PORT));
    let offer = description(inside, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
    caller.send(&Method::Invite, Some(&offer), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    let place = place_in(answer.body())?;
    Ok((answer, place))
}

/// A stranger is heard first on the port of a phone behind a translator, and goes on to the next port.
fn sprayed(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let (exchange, wire) = echo_behind_a_translator(scene, here)?;
    let media = Media::start(here, 440)?;
    let caller = Caller::new(&wire, "desk", "echo");
    let (answer, place) = call_from_inside(&caller, &wire)?;
    let stranger = UdpSocket::bind((scene.address()?, 0))?;
    for sequence in 0..8 {
        let header = Header { sequence, timestamp: 160 * u32::from(sequence), ssrc: 66, ..Header::default() };
        stranger.send_to(&[&header.to_bytes()[..], &[0xFE; 160]].concat(), place)?;
    }
    caller.ack_answer(&answer)?;
    media.send_to(Some(place));
    media.hears(440)?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}

/// The same while the stranger goes on: the phone's audio comes from where its signalling comes from.
fn streamed(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let (exchange, wire) = echo_behind_a_translator(scene, here)?;
    let caller = Caller::new(&wire, "desk", "echo");
    let (answer, place) = call_from_inside(&caller, &wire)?;
    let stranger = UdpSocket::bind((scene.address()?, 0))?;
    stranger.set_read_timeout(Some(Duration::from_millis(20)))?;
    let packet = |sequence: u16| {
        let header = Header { sequence, timestamp: 160 * u32::from(sequence), ssrc: 66, ..Header::default() };
        [&header.to_bytes()[..], &[0xFE; 160]].concat()
    };
    caller.ack_answer(&answer)?;
    // It is heard, as long as nobody else is there.
    let mut heard = 0..200_u16;
    let begun = heard.find(|sequence| {
        stranger.send_to(&packet(*sequence), place).is_ok() && stranger.recv(&mut [0; 2_000]).is_ok()
    });
    let begun = begun.ok_or("nothing comes back to the stranger")?;
    let media = Media::start(here, 440)?;
    media.send_to(Some(place));
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for sequence in (begun + 1..).take_while(|_| !ended.load(Ordering::Relaxed)) {
                // A packet that is not sent is one fewer to be hindered by.
                let _ = stranger.send_to(&packet(sequence), place);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let heard = media.hears(440);
        ended.store(true, Ordering::Relaxed);
        heard
    })?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}

/// The phone asks as RFC 8489 has it, and as RFC 3489 had it, in calls one after the other, by the first packet of each.
fn seen(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "")
        .dialplan("exten => silence,1,Answer()\n same => n,Wait(60)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let ports = [UdpSocket::bind((here, MEDIA_PORT))?, UdpSocket::bind((here, MEDIA_PORT + 1))?];
    let requests = [(&b"\x21\x12\xa4\x42in the call!"[..], 0x20), (b"an older request", 0x01)];
    for _ in 0..3 {
        let caller = Caller::new(&wire, "desk", "silence");
        let offer = description(ports[0].local_addr()?, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
        caller.send(&Method::Invite, Some(&offer), None)?;
        let answer = wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        let mut place = place_in(answer.body())?;
        for port in &ports {
            for (transaction, attribute) in requests {
                port.send_to(&[&[0, 1, 0, 0], &transaction[..16]].concat(), place)?;
                port.set_read_timeout(Some(Duration::from_secs(5)))?;
                let mut told = [0; 100];
                let (length, _) = port.recv_from(&mut told)?;
                let right = told[..2] == [1, 1] && told[4..20] == transaction[..16] && told[21] == attribute;
                ensure(right, || format!("no answer: {:x?}", &told[..length]))?;
            }
            place.set_port(place.port() + 1);
        }
        caller.send(&Method::Bye, None, None)?;
        wire.await_any(&["200 BYE"])?;
        exchange.is_idle()?;
    }
    Ok(())
}

fn keepalive(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let lines = "rtp_keepalive=1\nrtp_port_start=30000\nrtp_port_end=30007\ntos_audio=ef";
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), lines)
        .dialplan("exten => silence,1,Answer()\n same => n,Wait(60)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let media = Media::start(here, 440)?;
    let caller = Caller::new(&wire, "desk", "silence");
    caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let place = place_in(answer.body())?;
    ensure((30_000..=30_007).contains(&place.port()), || format!("{place} should be one of the endpoint's"))?;
    wait::until("two packets of nothing", || Ok((media.counts().1 >= 2).then_some(())))?;
    let came = (media.payload_types(), media.lengths(), media.sources());
    ensure(came == (vec![13], vec![1], vec![place]), || format!("comfort noise should come, not {came:?}"))?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}
