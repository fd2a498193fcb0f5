//! Keys as they stand in descriptions, followed by a party that holds the other end of them.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use libtest_mimic::Trial;
use rtp::Header;
use rtp::srtp::{Inbound, MasterKey, Outbound, Suite};
use sdp::SessionDescription;
use sdp::attribute::Crypto;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::{description, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("encryption::every_suite_is_spoken", &[], every_suite),
        trial("encryption::a_caller_may_change_its_key", &[], another_key),
    ]
}

/// A party with a socket of its own, and a key for what it sends.
struct Party {
    socket: UdpSocket,
    suite: Suite,
    key: MasterKey,
    text: String,
    outbound: Outbound,
    sequence: u16,
}

impl Party {
    fn new(address: Ipv4Addr, suite: Suite, octet: u8) -> Outcome<Self> {
        let octets = vec![octet; suite.master_length()];
        let key = MasterKey::new(suite, &octets)?;
        let socket = UdpSocket::bind((address, 0))?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        let (outbound, text) = (Outbound::new(&key), base64(&octets));
        Ok(Self { socket, suite, key, text, outbound, sequence: 100 })
    }

    /// With another key, over the same socket.
    fn take_key(&mut self, octet: u8) -> Outcome {
        let octets = vec![octet; self.suite.master_length()];
        self.key = MasterKey::new(self.suite, &octets)?;
        (self.outbound, self.text) = (Outbound::new(&self.key), base64(&octets));
        Ok(())
    }

    /// Its description. Before its own suite stands one that nobody knows.
    fn description(&self, rest: &str) -> Outcome<String> {
        let keys = format!(
            "a=crypto:1 F8_128_HMAC_SHA1_80 inline:{0}\r\na=crypto:2 {1} inline:{0}{rest}\r\n",
            self.text, self.suite
        );
        let text = description(self.socket.local_addr()?, "0", &keys, "sendrecv");
        Ok(text.replace("RTP/AVP", "RTP/SAVP"))
    }

    /// Sends a packet, in which its key may be named, and waits for the echo, which it reads under the exchange's key.
    fn is_echoed(&mut self, exchange: SocketAddr, theirs: &mut Inbound, mki: Option<[u8; 4]>) -> Outcome {
        for _ in 0..50 {
            self.send(exchange, mki)?;
            let mut buffer = [0; 2_048];
            let Ok((length, _)) = self.socket.recv_from(&mut buffer) else { continue };
            if let Ok(length) = theirs.unprotect_rtp(&mut buffer[..length]) {
                return ensure(buffer[12..length] == [0x55; 160], || "the echo is another sound".to_owned());
            }
        }
        Err("no echo can be read".into())
    }

    fn send(&mut self, to: SocketAddr, mki: Option<[u8; 4]>) -> Outcome {
        self.sequence += 1;
        let header = Header { sequence: self.sequence, ssrc: 7, timestamp: 160, ..Header::default() };
        let mut packet = [0x55; 172 + Suite::MOST_ADDED];
        header.write(&mut packet);
        let length = self.outbound.protect_rtp(&mut packet, 172)?;
        let mut packet = packet[..length].to_vec();
        if let Some(mki) = mki {
            packet.splice(172..172, mki);
        }
        self.socket.send_to(&packet, to).map(drop).map_err(Into::into)
    }
}

/// The exchange's own key, in its answer.
fn key_in(body: &[u8], suite: Suite) -> Outcome<(MasterKey, String)> {
    let description = SessionDescription::parse(body)?;
    let media = description.media().next().ok_or("no stream is answered")?;
    let lines: Vec<Crypto<'_>> = media.attributes().typed().collect();
    let [line] = lines.as_slice() else {
        return Err(format!("one key should be told, not {lines:?}").into());
    };
    ensure(line.suite == suite.name() && line.tag == 2, || {
        format!("{suite} was offered, answered was {line:?}")
    })?;
    ensure(media.protocol() == "RTP/SAVP", || format!("answered was {}", media.protocol()))?;
    let key = line.keys().next().flatten().ok_or("the key cannot be read")?;
    let octets = octets_of(key.key_and_salt);
    Ok((MasterKey::new(suite, &octets)?, key.key_and_salt.to_owned()))
}

fn exchange(scene: &Scene, at: Ipv4Addr) -> Outcome<Exchange> {
    let folder = Folder::new(scene)?
        .desk_with("desk", (at, SIP_PORT).into(), "media_encryption=sdes")
        .dialplan("exten => echo,1,Answer()\n same => n,Echo()");
    Exchange::start(scene, &folder)
}

fn every_suite(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let exchange = exchange(scene, here)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    for suite in Suite::ALL {
        let caller = Caller::new(&wire, "desk", "echo");
        let mut party = Party::new(here, suite, 7)?;
        caller.send(&Method::Invite, Some(&party.description("|2^31")?), None)?;
        let answer = wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        let (key, _) = key_in(answer.body(), suite)?;
        party.is_echoed(place_in(answer.body())?, &mut Inbound::new(&key), None)?;
        caller.send(&Method::Bye, None, None)?;
        wire.await_any(&["200 BYE"])?;
    }
    exchange.is_idle()
}

/// A re-INVITE tells another key, named in each packet: ours stays, and goes on where it was. What is under the former key is
/// heard no more.
fn another_key(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let exchange = exchange(scene, here)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let suite = Suite::AesCm128HmacSha1_80;
    let caller = Caller::new(&wire, "desk", "echo");
    let mut party = Party::new(here, suite, 7)?;
    caller.send(&Method::Invite, Some(&party.description("")?), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let (key, told) = key_in(answer.body(), suite)?;
    let (place, mut theirs) = (place_in(answer.body())?, Inbound::new(&key));
    party.is_echoed(place, &mut theirs, None)?;

    party.take_key(9)?;
    caller.send(&Method::Invite, Some(&party.description("|3:4")?), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let (_, again) = key_in(answer.body(), suite)?;
    ensure(again == told, || "our key should stay".to_owned())?;
    party.is_echoed(place, &mut theirs, Some([0, 0, 0, 3]))?;

    party.take_key(7)?;
    party.socket.set_read_timeout(Some(Duration::from_millis(300)))?;
    party.send(place, None)?;
    let echoed = party.socket.recv_from(&mut [0; 2_048]).is_ok();
    ensure(!echoed, || "what is under the former key is still echoed".to_owned())?;
    caller.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    exchange.is_idle()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(octets: &[u8]) -> String {
    let mut text = String::new();
    for three in octets.chunks(3) {
        let number =
            (0..3).fold(0_u32, |number, n| number << 8 | u32::from(three.get(n).copied().unwrap_or(0)));
        for n in 0..=three.len() {
            text.push(char::from(ALPHABET[(number >> (18 - 6 * n)) as usize & 63]));
        }
        text.push_str(&"=".repeat(3 - three.len()));
    }
    text
}

fn octets_of(text: &str) -> Vec<u8> {
    let (mut octets, mut number, mut bits) = (Vec::new(), 0_u32, 0);
    for value in text.bytes().filter_map(|c| ALPHABET.iter().position(|known| *known == c)) {
        (number, bits) = (number << 6 | value as u32, bits + 6);
        if bits >= 8 {
            bits -= 8;
            octets.push((number >> bits) as u8);
        }
    }
    octets
}
