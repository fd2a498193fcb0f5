//! Floods: calls that are up lose nothing, phones still register, memory stays bounded.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::media::place_in;
use crate::harness::wire::{Caller, Wire};
use crate::harness::{Exchange, Flood, Folder, Media, Outcome, Scene, Sipp, ensure, trial, wait};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("floods::rubbish_takes_nothing_from_a_call_nor_a_phone", &["sipp"], during_a_call),
        trial("floods::many_sources_do_not_lock_out_a_registered_phone", &[], many_sources),
        trial("floods::half_open_streams_leave_room_for_phones", &["sipp"], half_open),
        trial("floods::bombs_and_loops_are_refused", &["sipp"], bombs),
    ]
}

/// Datagrams a second.
const RATE: u32 = 20_000;
const LENGTH: Duration = Duration::from_secs(4);
/// What a flood may cost, in kilobytes: queues that fill, tables that were empty. The program under test is one that was
/// not optimised.
const MEMORY: u64 = 96 * 1024;

/// Noise, broken messages, and sound ones that nobody asked for.
const RUBBISH: &[&str] = &[
    "\u{1}\u{2}\u{3}\u{fe}{n}",
    "GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n",
    "INVITE sip:100@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{n}\r\nCSeq: none\r\n\r\n",
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{n}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n\
     Call-ID: {n}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
    "OPTIONS sip:100@x SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bKo{n}\r\nFrom: <sip:{n}@b>;tag=1\r\n\
     To: <sip:a@b>\r\nCall-ID: o{n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
    "INVITE sip:{n}@x SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bKi{n}\r\nFrom: <sip:100@b>;tag=1\r\n\
     To: <sip:a@b>\r\nCall-ID: i{n}\r\nCSeq: 1 INVITE\r\nContact: <sip:a@h>\r\nMax-Forwards: 70\r\n\
     Content-Length: 0\r\n\r\n",
    "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bKr{n}\r\nFrom: <sip:{n}@b>;tag=1\r\n\
     To: <sip:{n}@b>\r\nCall-ID: r{n}\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@h>\r\nMax-Forwards: 70\r\n\
     Content-Length: 0\r\n\r\n",
    "CANCEL sip:100@x SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bKc{n}\r\nFrom: <sip:{n}@b>;tag=1\r\n\
     To: <sip:a@b>\r\nCall-ID: c{n}\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n",
];

/// A call between two scripted phones, whose packets are counted at both ends.
struct Counted {
    alice: Media,
    bob: Media,
}

impl Counted {
    /// Stops both streams until nothing is on its way, and starts them again: what was sent and what came, each way.
    fn counts(&self, places: [std::net::SocketAddr; 2]) -> [(usize, usize); 2] {
        self.alice.send_to(None);
        self.bob.send_to(None);
        sleep(Duration::from_millis(300));
        let (alice, bob) = (self.alice.counts(), self.bob.counts());
        self.alice.send_to(Some(places[0]));
        self.bob.send_to(Some(places[1]));
        [(alice.0, bob.1), (bob.0, alice.1)]
    }
}

fn during_a_call(scene: &Scene) -> Outcome {
    let (caller_at, callee_at) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?.phone("alice").phone("carol");
    let exchange_at = std::net::SocketAddr::from((folder.address(), crate::harness::folder::SIP_PORT));
    let callee = Wire::bind(callee_at, exchange_at)?;
    let folder = folder
        .desk("bob", callee.address())
        .dialplan("exten => bob,1,Dial(PJSIP/bob,30)\nexten => 100,1,Answer()");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(caller_at, exchange.sip_address())?;
    let call = Counted { alice: Media::start(caller_at, 440)?, bob: Media::start(callee_at, 1_000)? };
    let alice = Caller::new(&wire, "alice", "bob");
    alice.invite(&call.alice.description("sendrecv"))?;
    let invite = callee.await_any(&["INVITE"])?;
    let bobs_place = place_in(invite.body())?;
    callee.respond_in_dialog(&invite, 200, "bob", Some(&call.bob.description("sendrecv")))?;
    callee.await_any(&["ACK"])?;
    let answer = wire.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    let places = [place_in(answer.body())?, bobs_place];
    call.alice.send_to(Some(places[0]));
    call.bob.send_to(Some(places[1]));
    call.alice.hears(1_000)?;
    call.bob.hears(440)?;

    let memory = exchange.resident_kb()?;
    let before = call.counts(places);
    let sources = [scene.address()?, scene.address()?, scene.address()?, scene.address()?];
    let flood = Flood::start(&sources, exchange.sip_address(), RATE, RUBBISH)?;
    let begun = Instant::now();
    let carol = Sipp::new(scene, "register")?.playing("carol").fill("status", 200);
    carol.call(exchange.sip_address())?.succeeds()?;
    sleep(LENGTH.saturating_sub(begun.elapsed()));
    let sent = flood.stop();
    let after = call.counts(places);
    ensure(sent > u64::from(RATE), || format!("only {sent} datagrams were sent"))?;
    for (way, (was, is)) in ["alice to bob", "bob to alice"].into_iter().zip(before.into_iter().zip(after)) {
        let (went, came) = (is.0 - was.0, is.1 - was.1);
        ensure(went > 100, || format!("{way}: only {went} packets were sent"))?;
        ensure(went == came, || {
            format!("{way}: of {went} packets {came} arrived, while {sent} datagrams came")
        })?;
    }
    let grown = exchange.resident_kb()?.saturating_sub(memory);
    ensure(grown < MEMORY, || format!("{sent} datagrams cost {grown} kB"))?;
    let shown = exchange.console("security show bans")?;
    ensure(shown.contains("4 sources banned"), || format!("four should be banned:\n{shown}"))?;
    alice.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    println!("{sent} datagrams, {grown} kB more");
    Ok(())
}

/// From so many addresses at once that none of them is above its own rate for long.
fn many_sources(scene: &Scene) -> Outcome {
    let exchange =
        Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()"))?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    ensure(registers(&wire)?, || "alice should register while all is quiet".to_owned())?;
    let memory = exchange.resident_kb()?;
    let sources: Vec<Ipv4Addr> = (0..200).map(|_| scene.address()).collect::<Outcome<_>>()?;
    let flood = Flood::start(&sources, exchange.sip_address(), RATE, RUBBISH)?;
    let (begun, mut renewed) = (Instant::now(), 0);
    // Where many tests share few processors, what the exchange has no time to read is lost. Phones ask for 32 s.
    while begun.elapsed() < LENGTH || (renewed < 3 && begun.elapsed() < Duration::from_secs(32)) {
        renewed += usize::from(registers(&wire)?);
        sleep(Duration::from_millis(100));
    }
    let sent = flood.stop();
    ensure(renewed >= 3, || format!("alice renewed {renewed} times while {sent} datagrams came"))?;
    let grown = exchange.resident_kb()?.saturating_sub(memory);
    ensure(grown < MEMORY, || format!("{sent} datagrams cost {grown} kB"))?;
    println!("{sent} datagrams, {grown} kB more, {renewed} renewals");
    Ok(())
}

/// One registration, by a phone that gives up sooner than real ones.
fn registers(wire: &Wire) -> Outcome<bool> {
    let caller = Caller::new(wire, "alice", "alice");
    let mut challenge = None;
    for wanted in ["401 REGISTER", "200 REGISTER"] {
        caller.send(&Method::Register, None, challenge.as_ref())?;
        let mut answer = None;
        let end = Instant::now() + Duration::from_secs(2);
        while answer.is_none() && Instant::now() < end {
            answer = wire
                .next_if(Duration::from_millis(200))?
                .filter(|m| crate::harness::wire::title(m) == wanted);
        }
        match answer {
            Some(answer) => challenge = Some(answer),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Streams that begin a message and never end it: one address gets a few, and everybody else is served.
fn half_open(scene: &Scene) -> Outcome {
    let exchange =
        Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()"))?;
    let memory = exchange.resident_kb()?;
    let mut streams = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(exchange.sip_address())?;
        stream.set_read_timeout(Some(Duration::from_millis(1)))?;
        // It may be closed already.
        let _ = stream.write_all(b"INVITE sip:100@x SIP/2.0\r\nContent-Length: 60000\r\n\r\nslowly");
        streams.push(stream);
    }
    wait::until("most of the streams to be closed", || {
        streams.retain_mut(is_open);
        Ok((streams.len() <= 64).then_some(()))
    })?;
    let phone = Sipp::new(scene, "register")?.playing("alice").fill("status", 200).over_tcp();
    phone.call(exchange.sip_address())?.succeeds()?;
    let grown = exchange.resident_kb()?.saturating_sub(memory);
    ensure(grown < MEMORY, || format!("half-open streams cost {grown} kB"))
}

fn is_open(stream: &mut TcpStream) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    match stream.read(&mut [0; 64]) {
        Ok(0) => false,
        Ok(_) => true,
        Err(error) => matches!(error.kind(), TimedOut | WouldBlock),
    }
}

/// Thousands of headers, hundreds of Vias, bodies without an end.
fn bombs(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Hangup(17)");
    folder.write_file("security.conf", "[general]\ntrusted=127.0.0.0/8\n")?;
    let exchange = Exchange::start(scene, &folder)?;
    let memory = exchange.resident_kb()?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let head = "OPTIONS sip:100@x SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bKbomb\r\nFrom: <sip:a@b>;tag=1\r\n\
                To: <sip:a@b>\r\nCall-ID: bomb\r\nCSeq: 1 OPTIONS\r\n";
    let headers = format!("{head}{}\r\n", "X: y\r\n".repeat(10_000));
    let vias = format!("{head}{}\r\n", "Via: SIP/2.0/UDP loop.example;branch=z9hG4bKl\r\n".repeat(1_000));
    let commas = format!("{head}Via: {}\r\n\r\n", "SIP/2.0/UDP l;branch=z9hG4bKl,".repeat(1_800));
    let nested = format!("{head}Contact: {}\r\n\r\n", "<".repeat(60_000));
    for bomb in [&headers, &vias, &commas, &nested] {
        for _ in 0..200 {
            wire.send(bomb.as_bytes())?;
        }
    }
    for endless in
        ["Content-Length: 4000000000", "Content-Length: 99999999999999999999", "Content-Length: 1000000"]
    {
        let mut stream = TcpStream::connect(exchange.sip_address())?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(format!("{head}{endless}\r\n\r\n").as_bytes())?;
        let mut said = Vec::new();
        // A reset is as good as an end.
        let _ = stream.read_to_end(&mut said);
    }
    let caller =
        Sipp::new(scene, "call_refused")?.playing("alice").to("100").fill("formats", 0).fill("status", 486);
    caller.call(exchange.sip_address())?.succeeds()?;
    let grown = exchange.resident_kb()?.saturating_sub(memory);
    ensure(grown < MEMORY, || format!("bombs cost {grown} kB"))
}
