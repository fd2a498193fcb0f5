//! A radio station: a real server of streams (icecast2), a source of its own, and phones that listen.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::process::{Process, runs_as_root};
use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let programs = &["baresip", "icecast2", "python3"];
    vec![trial("radio::a_station_is_heard_by_two_phones_and_when_its_source_comes_back", programs, station)]
}

/// A second and a half of 440 Hz.
const TONE: &[u8] = include_bytes!("../../crates/audio/tests/data/tone.mp3");

/// Sends a file to the station again and again, as fast as it is heard: address, port, file, its length in seconds.
const SOURCE: &str = r#"
import base64, socket, sys, time
address, port, path, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
sound = open(path, "rb").read()
stream = socket.create_connection((address, port))
secret = base64.b64encode(b"source:hackme").decode()
stream.sendall(("PUT /live HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: audio/mpeg\r\n"
                "Ice-Name: tone\r\nExpect: 100-continue\r\n\r\n" % (address, secret)).encode())
print(stream.recv(4096).decode(errors="replace"), flush=True)
began, sent = time.monotonic(), 0
while True:
    stream.sendall(sound)
    sent += seconds
    if sent == seconds:
        print("on the air", flush=True)
    time.sleep(max(0.0, sent - 1 - (time.monotonic() - began)))
"#;

/// A station on a port that nobody else has.
struct Station {
    _process: Process,
    at: SocketAddr,
}

impl Station {
    fn start(scene: &Scene) -> Outcome<Self> {
        let at = free_place(scene.address()?)?;
        let path = scene.folder().join("icecast.xml");
        std::fs::write(&path, configuration(at))?;
        let process = Process::spawn(scene, "icecast2", Command::new("icecast2").arg("-c").arg(&path))?;
        let station = Self { _process: process, at };
        // Who takes a connection there may still be somebody else, who had the port before.
        until("the station to answer", || Ok(station.status().ok().filter(|said| said.contains("Icecast"))))?;
        Ok(station)
    }

    /// A source that plays the tone until it is dropped.
    fn source(&self, scene: &Scene, name: &str) -> Outcome<Process> {
        let (program, sound) = (scene.folder().join("source.py"), scene.folder().join("tone.mp3"));
        std::fs::write(&program, SOURCE)?;
        std::fs::write(&sound, TONE)?;
        let mut command = Command::new("python3");
        command.arg(&program).args([self.at.ip().to_string(), self.at.port().to_string()]);
        let process = Process::spawn(scene, name, command.arg(&sound).arg("1.5"))?;
        process.says("on the air")?;
        Ok(process)
    }

    /// What it says of itself.
    fn status(&self) -> Outcome<String> {
        let mut stream = TcpStream::connect(self.at)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /status-json.xsl HTTP/1.0\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// How many listen, as it says itself.
    fn listeners(&self) -> Outcome<Option<u32>> {
        let answer = self.status()?;
        let count = answer.split_once("\"listeners\":").map(|(_, rest)| rest.trim_start());
        Ok(count.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()))
    }
}

fn free_place(address: Ipv4Addr) -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((address, 0))?.local_addr()?)
}

/// What a station needs that nobody is to administer. Where the tests run as root, it gives that up, as it must.
fn configuration(at: SocketAddr) -> String {
    let (address, port) = (at.ip(), at.port());
    let owner = match runs_as_root() {
        true => "<changeowner><user>nobody</user><group>nogroup</group></changeowner>",
        false => "",
    };
    format!(
        "<icecast><hostname>{address}</hostname>\
         <limits><clients>20</clients><sources>2</sources><source-timeout>5</source-timeout>\
         <burst-on-connect>1</burst-on-connect><burst-size>16384</burst-size></limits>\
         <authentication><source-password>hackme</source-password><relay-password>hackme</relay-password>\
         <admin-user>admin</admin-user><admin-password>hackme</admin-password></authentication>\
         <listen-socket><port>{port}</port><bind-address>{address}</bind-address></listen-socket>\
         <fileserve>1</fileserve>\
         <paths><basedir>/usr/share/icecast2</basedir><logdir>/tmp</logdir>\
         <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>\
         <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>3</loglevel></logging>\
         <security><chroot>0</chroot>{owner}</security></icecast>"
    )
}

fn station(scene: &Scene) -> Outcome {
    let station = Station::start(scene)?;
    let mut source = station.source(scene, "source")?;
    let lines = format!("exten => radio,1,Answer()\n same => n,MP3Player(http://{}/live)", station.at);
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 1_000).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("radio")?;
    alice.hears(440)?;
    bob.dial("radio")?;
    bob.hears(440)?;
    // What is on the air already is there as soon as a phone listens.
    let heard = bob.heard()?;
    let tenths = heard.samples.chunks_exact(tone::RATE as usize / 10);
    let silent = tenths.take_while(|tenth| !tone::is_tone(tenth, 440)).count();
    ensure(silent <= 10, || {
        format!("{silent} tenths of a second before it is heard: {}", tone::describe(&heard))
    })?;
    let listeners = station.listeners()?;
    ensure(listeners == Some(1), || format!("one stream feeds both phones, not {listeners:?}"))?;
    source.kill();
    drop(source);
    until("the phones to hear nothing", || {
        let heard = alice.heard()?.samples;
        let newest = heard.get(heard.len().saturating_sub(tone::RATE as usize / 2)..).unwrap_or_default();
        Ok((tone::audible_tenths(newest) == 0).then_some(()))
    })?;
    let _source = station.source(scene, "source-again")?;
    let longer = Duration::from_secs(40);
    alice.hears_within(longer, 440)?;
    bob.hears_within(longer, 440)?;
    let listeners = station.listeners()?;
    ensure(listeners == Some(1), || format!("one stream feeds both phones again, not {listeners:?}"))?;
    alice.hang_up()?;
    bob.hang_up()?;
    exchange.is_idle()?;
    until("nobody to listen any more", || Ok(station.listeners()?.filter(|count| *count == 0)))?;
    Ok(())
}
