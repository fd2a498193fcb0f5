//! Input that is no SIP, or nearly SIP: 400 where a reply is possible, and the exchange lives.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("malformed::requests_over_udp_get_400", &["sipp"], over_udp),
        trial("malformed::noise_over_udp_gets_nothing", &["sipp"], noise),
        trial("malformed::a_broken_tcp_stream_ends_alone", &["sipp"], over_tcp),
        trial("malformed::torture_messages_get_their_answers", &["sipp"], torture),
    ]
}

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Hangup(17)"))
}

/// A whole call still goes as it should.
fn still_lives(scene: &Scene, exchange: &Exchange) -> Outcome {
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("100").fill("formats", 0).fill("status", 486);
    caller.call(exchange.sip_address())?.succeeds()
}

/// A request with everything in it; each case breaks one line.
fn request(wire: &Wire, number: usize) -> String {
    let (here, there) = (wire.address(), wire.exchange());
    format!(
        "INVITE sip:100@{there} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {here};branch=z9hG4bK-broken-{number};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:alice@{there}>;tag=broken-{number}\r\n\
         To: <sip:100@{there}>\r\n\
         Call-ID: broken-{number}\r\n\
         CSeq: 1 INVITE\r\n\
         Contact: <sip:alice@{here}>\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

fn over_udp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let breaks = [
        ("CSeq: 1 INVITE", "CSeq: one INVITE"),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE"),
        ("From: <sip:alice", "From: <sip:alice@@:::"),
        ("To: <sip:100@", "To: \"unclosed <sip:100@"),
        ("Content-Length: 0", "Content-Length: 500"),
        ("Content-Length: 0", "Content-Length: many"),
    ];
    let mut complaints = Vec::new();
    for (number, (whole, broken)) in breaks.into_iter().enumerate() {
        wire.send(request(&wire, number).replace(whole, broken).as_bytes())?;
        let reply = wire.next().map_err(|_| format!("no reply to '{broken}'. So far:\n{}", wire.story()))?;
        if reply.status() != Some(400) || reply.reason().is_empty() {
            let status = reply.status().unwrap_or_default();
            complaints
                .push(format!("'{broken}' should get 400 with a reason, not {status} {}", reply.reason()));
        }
    }
    ensure(complaints.is_empty(), || complaints.join("\n"))?;
    still_lives(scene, &exchange)
}

fn noise(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    wire.send(b"\r\n\r\n")?;
    wire.send(&[0; 1_400])?;
    wire.send(&[0xff; 60_000])?;
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
    wire.send(b"SIP/2.0 200 OK\r\n\r\n")?;
    wire.send(b"INVITE sip:100@x SIP/2.0\r\n")?;
    wire.send(request(&wire, 0).replace("CSeq: 1 INVITE\r\n", "").as_bytes())?;
    let _ = wire.is_quiet(Duration::from_millis(300));
    still_lives(scene, &exchange)
}

/// What cannot be cut into messages closes its own connection, and no other.
fn over_tcp(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut stream = TcpStream::connect(exchange.sip_address())?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"INVITE sip:100@x SIP/2.0\r\nContent-Length: -1\r\n\r\n")?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).map_err(|e| format!("the connection should be closed: {e}"))?;
    still_lives(scene, &exchange)
}

/// The messages of RFC 4475 and RFC 5118 that are answered the same by whoever knows none of their users. The others are
/// sent too; they are challenged, or found wanting, or lie for a while, or have the branch of one that came before.
const TORTURE: [(&str, u16); 19] = [
    ("rfc4475/intmeth", 501),
    ("rfc4475/badinv01", 400),
    ("rfc4475/clerr", 400),
    ("rfc4475/ncl", 400),
    ("rfc4475/scalar02", 400),
    ("rfc4475/quotbal", 400),
    ("rfc4475/ltgtruri", 400),
    ("rfc4475/lwsruri", 400),
    ("rfc4475/badvers", 505),
    ("rfc4475/mismatch01", 400),
    ("rfc4475/mismatch02", 400),
    ("rfc4475/insuf", 400),
    ("rfc4475/unkscm", 416),
    ("rfc4475/bext01", 420),
    ("rfc4475/invut", 415),
    ("rfc4475/multi01", 400),
    ("rfc4475/mcl01", 400),
    ("rfc4475/sdp01", 406),
    ("rfc5118/ipv6-bad", 400),
];

fn torture(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sip-parser/tests/torture/messages");
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let mut complaints = Vec::new();
    for (name, status) in TORTURE {
        wire.send(&fs::read(folder.join(format!("{name}.sip")))?)?;
        let reply = wire.next().map_err(|_| format!("no reply to {name}. So far:\n{}", wire.story()))?;
        if reply.status() != Some(status) {
            complaints.push(format!("{name} should get {status}, not {:?}", reply.status()));
        }
    }
    ensure(complaints.is_empty(), || complaints.join("\n"))?;
    for file in ["rfc4475", "rfc5118"].iter().flat_map(|rfc| fs::read_dir(folder.join(rfc))).flatten() {
        wire.send(&fs::read(file?.path())?)?;
    }
    let _ = wire.is_quiet(Duration::from_millis(300));
    still_lives(scene, &exchange)
}
