//! What the ends of a call tell each other beside the sound: reports and extended reports of RTCP, goodbyes of an SSRC that two
//! have chosen, and what a pause sounds like (comfort noise).

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use libtest_mimic::Trial;
use rtp::rtcp::extended::{Block, Quality, VoipMetrics};
use rtp::rtcp::{Compound, CompoundWriter, Packet as Control, ReportBlock};
use rtp::{Header, Packet};
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::{MEDIA_PORT, description, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("reports::a_phone_that_asks_for_metrics_gets_them_and_is_believed", &[], metrics),
        trial("reports::reports_share_the_port_of_a_phone_that_wants_it", &[], shared_port),
        trial("reports::who_has_our_ssrc_gets_a_goodbye_and_a_stream_that_goes_on", &[], collision),
        trial("reports::a_pause_is_described_to_who_knows_that_and_made_for_others", &[], pauses),
    ]
}

/// A phone's media, packet by packet.
struct RawMedia {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    /// Where the exchange takes RTP in.
    remote: SocketAddr,
    header: Header,
}

impl RawMedia {
    fn bind(at: Ipv4Addr, ssrc: u32) -> Outcome<Self> {
        let bind = |port| -> Outcome<UdpSocket> {
            let socket = UdpSocket::bind((at, port))?;
            socket.set_read_timeout(Some(Duration::from_millis(20)))?;
            Ok(socket)
        };
        let header = Header { ssrc, sequence: 99, timestamp: 16_000, ..Header::default() };
        Ok(Self { rtp: bind(MEDIA_PORT)?, rtcp: bind(MEDIA_PORT + 1)?, remote: (at, 9).into(), header })
    }

    fn address(&self) -> Outcome<SocketAddr> {
        Ok(self.rtp.local_addr()?)
    }

    /// Sends the next packet of the stream.
    fn say(&mut self, payload_type: u8, payload: &[u8]) -> Outcome {
        let Header { sequence, timestamp, .. } = self.header;
        self.header = Header {
            payload_type,
            sequence: sequence.wrapping_add(1),
            timestamp: timestamp.wrapping_add(160),
            ..self.header
        };
        self.rtp.send_to(&[&self.header.to_bytes()[..], payload].concat(), self.remote)?;
        Ok(())
    }

    /// Speaks, a packet every 20 ms, until a packet of RTP comes for which `look` finds something.
    fn speak_until<T>(&mut self, what: &str, mut look: impl FnMut(&Packet<'_>) -> Option<T>) -> Outcome<T> {
        let mut buffer = [0; 2_048];
        wait::until(what, || {
            self.say(0, &[0xFF; 160])?;
            let Ok((length, _)) = self.rtp.recv_from(&mut buffer) else { return Ok(None) };
            Ok(Packet::parse(&buffer[..length]).ok().and_then(|packet| look(&packet)))
        })
    }

    /// A packet of RTP, if one comes soon.
    fn soon(&self) -> Option<(Header, Vec<u8>)> {
        let mut buffer = [0; 2_048];
        let (length, _) = self.rtp.recv_from(&mut buffer).ok()?;
        let packet = Packet::parse(&buffer[..length]).ok()?;
        Some((packet.header(), packet.payload().to_vec()))
    }

    /// The next packet of RTP.
    fn next(&self) -> Outcome<(Header, Vec<u8>)> {
        wait::until("a packet of RTP", || Ok(self.soon()))
    }

    /// Speaks until `other` hears it; returns the last packet that came there.
    fn speak_to(&mut self, other: &Self) -> Outcome<Header> {
        let mut last = wait::until("sound at the other end", || {
            self.say(0, &[0xFF; 160])?;
            Ok(other.soon())
        })?;
        while let Some(another) = other.soon() {
            last = another;
        }
        Ok(last.0)
    }

    /// Speaks, until a report comes in which `look` finds something.
    fn report<T>(&mut self, what: &str, look: impl Fn(Control<'_>) -> Option<T>) -> Outcome<T> {
        let mut buffer = [0; 2_048];
        wait::until(what, || {
            self.say(0, &[0xFF; 160])?;
            let Ok((length, _)) = self.rtcp.recv_from(&mut buffer) else { return Ok(None) };
            let compound = Compound::parse(&buffer[..length]).map_err(|error| error.to_string())?;
            Ok(compound.packets().find_map(&look))
        })
    }
}

const ECHO: &str = "exten => echo,1,Answer()\n same => n,Echo()\n\
                    exten => h,1,NoOp(heard=${CHANNEL(rtcp,txmes)} lost=${CHANNEL(rtcp,txploss)} rx=${CHANNEL(rtcp,rxcount)})";

/// A desk that calls `number`, with reports every half second.
fn call<'w>(
    wire: &'w Wire,
    media: &mut RawMedia,
    number: &str,
    offer: &str,
) -> Outcome<(Caller<'w>, String)> {
    let caller = Caller::new(wire, "desk", number);
    caller.send(&Method::Invite, Some(offer), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    media.remote = place_in(answer.body())?;
    Ok((caller, String::from_utf8_lossy(answer.body()).into_owned()))
}

fn start(scene: &Scene, here: Ipv4Addr, lines: &str) -> Outcome<Exchange> {
    let folder = Folder::new(scene)?.desk_with("desk", (here, SIP_PORT).into(), lines).dialplan(ECHO);
    Exchange::start(scene, &folder)
}

fn metrics(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let exchange = start(scene, here, "")?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let mut media = RawMedia::bind(here, 77)?;
    let wish = "a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss voip-metrics\r\n";
    let offer = description(media.address()?, "0", wish, "sendrecv");
    let (caller, answer) = call(&wire, &mut media, "echo", &offer)?;
    ensure(answer.contains("a=rtcp-xr:rcvr-rtt=all voip-metrics\r\n"), || {
        format!("it is promised in:\n{answer}")
    })?;
    media.speak_until("an echo", |_| Some(()))?;
    let told = media.report("metrics", |packet| match packet {
        Control::ExtendedReport(report) => report.blocks().find_map(|block| match block {
            Block::VoipMetrics(metrics) => Some((report.ssrc, metrics)),
            _ => None,
        }),
        _ => None,
    })?;
    let (ours, metrics) = told;
    ensure(metrics.ssrc == 77 && metrics.quality.r_factor.is_some_and(|rated| rated > 85), || {
        format!("a good call should be rated as one: {metrics:?}")
    })?;
    let mut buffer = [0; 256];
    let mut writer = CompoundWriter::new(&mut buffer);
    let block = ReportBlock { ssrc: ours, cumulative_lost: 12, jitter: 80, ..ReportBlock::default() };
    writer.receiver_report(77, &[block])?;
    let quality = Quality { r_factor: Some(71), ..Quality::default() };
    writer.extended_report(
        77,
        &[Block::VoipMetrics(VoipMetrics { ssrc: ours, quality, ..VoipMetrics::default() })],
    )?;
    let length = writer.finish();
    let place = SocketAddr::new(media.remote.ip(), media.remote.port() + 1);
    media.rtcp.send_to(&buffer[..length], place)?;
    let row = wait::until("the phone's report in a row of the console", || {
        let shown = exchange.console("pjsip show channelstats")?;
        let row = shown.lines().find(|line| line.contains("desk-")).map(str::to_owned);
        Ok(row.filter(|row| row.split_ascii_whitespace().any(|word| word == "12")))
    })?;
    ensure(row.contains("PCMU") && row.contains("0.010"), || {
        format!("codec and jitter should be in: {row}")
    })?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.says("heard=71.000000 lost=12 rx=")?;
    exchange.is_idle()
}

fn shared_port(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let exchange = start(scene, here, "rtcp_mux=yes")?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let mut media = RawMedia::bind(here, 77)?;
    let offer = description(media.address()?, "0", "a=rtcp-mux\r\n", "sendrecv");
    let (caller, answer) = call(&wire, &mut media, "echo", &offer)?;
    ensure(answer.contains("a=rtcp-mux\r\n"), || format!("the port is shared in:\n{answer}"))?;
    let mut buffer = [0; 2_048];
    wait::until("a report on the port of RTP", || {
        media.say(0, &[0xFF; 160])?;
        let Ok((length, _)) = media.rtp.recv_from(&mut buffer) else { return Ok(None) };
        Ok((rtp::classify(&buffer[..length]) == rtp::Kind::Rtcp).then_some(()))
    })?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}

/// The phone takes the SSRC that it hears for its own.
fn collision(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let exchange = start(scene, here, "")?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let mut media = RawMedia::bind(here, 77)?;
    let offer = description(media.address()?, "0", "", "sendrecv");
    let (caller, _) = call(&wire, &mut media, "echo", &offer)?;
    let first = media.speak_until("an echo", |packet| Some(packet.ssrc()))?;
    media.header.ssrc = first;
    let mut last = None;
    let step = media.speak_until("another SSRC", |packet| {
        let before = last.replace(packet.sequence());
        (packet.ssrc() != first).then(|| before.map(|before| packet.sequence().wrapping_sub(before)))
    })?;
    ensure(step.is_none_or(|step| step == 1), || format!("numbers should go on, not leap by {step:?}"))?;
    media.report("a goodbye", |packet| match packet {
        Control::Goodbye(bye) => bye.names(first).then_some(()),
        _ => None,
    })?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}

/// Alice describes her pauses. Bob can read that, Carol cannot.
fn pauses(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let [bob, carol] = [scene.address()?, scene.address()?];
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "direct_media=no")
        .desk_with("bob", (bob, SIP_PORT).into(), "direct_media=no")
        .desk_with("carol", (carol, SIP_PORT).into(), "direct_media=no")
        .dialplan("exten => _[bc].,1,Dial(PJSIP/${EXTEN},20)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let mut media = RawMedia::bind(here, 77)?;
    for (name, at, formats) in [("bob", bob, "0 13"), ("carol", carol, "0")] {
        let phone = Wire::bind(at, exchange.sip_address())?;
        let theirs = RawMedia::bind(at, 5)?;
        let caller = Caller::new(&wire, "desk", name);
        let offer = description(media.address()?, "0 13", "", "sendrecv");
        caller.send(&Method::Invite, Some(&offer), None)?;
        let invite = phone.expect("INVITE")?;
        let asked = String::from_utf8_lossy(invite.body()).into_owned();
        ensure(asked.contains("a=rtpmap:13 CN/8000\r\n"), || format!("it is offered on in:\n{asked}"))?;
        let answer = description(theirs.address()?, formats, "", "sendrecv");
        phone.respond_in_dialog(&invite, 200, "far", Some(&answer))?;
        phone.expect("ACK")?;
        let answer = wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        media.remote = place_in(answer.body())?;
        let before = media.speak_to(&theirs)?;
        media.say(13, &[40])?;
        let (header, payload) = theirs.next()?;
        ensure(header.sequence == before.sequence.wrapping_add(1), || "nothing should be missing".into())?;
        match name {
            "bob" => {
                ensure((header.payload_type, payload.as_slice()) == (13, &[40]), || "as it came".into())?
            }
            _ => {
                ensure((header.payload_type, payload.len()) == (0, 160), || {
                    format!("noise, not {header:?}")
                })?;
                ensure(payload.iter().any(|octet| octet & 0x7F < 0x78), || "it should be heard".into())?;
                ensure(theirs.next()?.0.sequence == header.sequence.wrapping_add(1), || "it goes on".into())?;
            }
        }
        caller.send(&Method::Bye, None, None)?;
        wire.await_any(&["200 BYE"])?;
        phone.respond(&phone.expect("BYE")?, 200, "")?;
        exchange.is_idle()?;
    }
    Ok(())
}
