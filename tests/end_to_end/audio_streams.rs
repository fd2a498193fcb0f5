//! Calls whose audio goes to a server of others and comes back: AudioSocket, by servers in Python.

use std::process::Command;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::process::Process;
use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let programs = &["baresip", "python3"];
    vec![
        trial("audio_streams::a_server_echoes_and_hears_keys", programs, echoes),
        trial("audio_streams::a_server_is_dialled_like_a_phone", programs, is_dialled),
        trial("audio_streams::what_comes_at_once_is_heard_at_its_own_pace", programs, floods),
        trial("audio_streams::a_server_that_stalls_or_is_away_holds_up_nothing", programs, stalls),
        trial("audio_streams::the_log_says_why_a_server_that_was_dialled_ends", programs, reports),
        trial("audio_streams::an_echo_of_a_stream_ends_with_a_key", &["baresip"], stream_echo),
    ]
}

const UUID: &str = "40325ec2-5efd-4bd3-805f-53576e581d13";

/// Sends back what it hears, and says what it sees; `9` ends the call.
const ECHO: &str = r#"
import socket, struct, sys, threading, uuid

def serve(stream):
    def exactly(count):
        octets = b""
        while len(octets) < count:
            part = stream.recv(count - len(octets))
            if not part:
                raise EOFError
            octets += part
        return octets
    try:
        while True:
            kind, length = struct.unpack(">BH", exactly(3))
            payload = exactly(length)
            if kind == 0x01:
                print("call", uuid.UUID(bytes=payload), flush=True)
            elif kind == 0x00:
                print("terminated", flush=True)
                break
            elif kind == 0x03:
                print("key", payload.decode(), flush=True)
                if payload == b"9":
                    stream.sendall(b"\0\0\0")
                    break
            elif kind >= 0x10:
                if first.setdefault(stream, kind) == kind and stream not in told:
                    told.add(stream)
                    print("sound of kind %#x in %d octets" % (kind, length), flush=True)
                stream.sendall(struct.pack(">BH", kind, length) + payload)
    except (EOFError, OSError):
        print("closed", flush=True)
    stream.close()

first, told = {}, set()
listener = socket.create_server((sys.argv[1], 0))
print("port %d." % listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"#;

/// Sends two seconds of 850 Hz in one piece, and says that it is over.
const FLOOD: &str = r#"
import math, socket, struct, sys
listener = socket.create_server((sys.argv[1], 0))
print("port %d." % listener.getsockname()[1], flush=True)
sound = [int(16384 * math.sin(2 * math.pi * 850 * n / 8000)) for n in range(16000)]
while True:
    stream, _ = listener.accept()
    stream.sendall(struct.pack(">BH", 0x10, 32000) + struct.pack("<16000h", *sound) + b"\0\0\0")
    print("sent", flush=True)
    while stream.recv(65536):
        pass
    stream.close()
"#;

/// Accepts, and neither reads nor sends.
const STALL: &str = r#"
import socket, sys, time
listener = socket.create_server((sys.argv[1], 0))
print("port %d." % listener.getsockname()[1], flush=True)
streams = []
while True:
    streams.append(listener.accept()[0])
    print("accepted", flush=True)
"#;

/// A server that answers, and reports an error.
const REPORT: &str = r#"
import socket, sys, time
listener = socket.create_server((sys.argv[1], 0))
print("port %d." % listener.getsockname()[1], flush=True)
while True:
    stream = listener.accept()[0]
    stream.recv(64)
    time.sleep(0.2)
    stream.sendall(b"\xff\x00\x01\x04")
    stream.recv(64)
"#;

/// A server that runs, and where.
fn server(scene: &Scene, name: &str, program: &str) -> Outcome<(Process, String)> {
    let path = scene.folder().join(format!("{name}.py"));
    std::fs::write(&path, program)?;
    let address = scene.address()?;
    let mut command = Command::new("python3");
    let process = Process::spawn(scene, name, command.arg(&path).arg(address.to_string()))?;
    let port = until(&format!("{name} to listen"), || {
        let said = process.said()?;
        let port = said.split_once("port ").and_then(|(_, rest)| rest.split_once('.'));
        Ok(port.map(|(port, _)| port.to_owned()))
    })?;
    Ok((process, format!("{address}:{port}")))
}

fn echoes(scene: &Scene) -> Outcome {
    let (echo, place) = server(scene, "echo", ECHO)?;
    let lines = format!(
        "exten => bot,1,Answer()\n same => n,AudioSocket({UUID},{place})\n same => n,NoOp(the server is done)\n same => n,Hangup()"
    );
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    echo.says(&format!("call {UUID}"))?;
    alice.hears(440)?;
    echo.says("sound of kind 0x10 in 320 octets")?;
    alice.press("5")?;
    echo.says("key 5")?;
    alice.press("9")?;
    exchange.says("the server is done")?;
    alice.call_ends()?;
    alice.dial("bot")?;
    alice.hears(440)?;
    alice.hang_up()?;
    echo.says("terminated")?;
    exchange.is_idle()
}

fn is_dialled(scene: &Scene) -> Outcome {
    let (echo, place) = server(scene, "echo", ECHO)?;
    let lines = format!("exten => bot,1,Dial(AudioSocket/{place}/{UUID}/c(slin16),20)");
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.hears(440)?;
    echo.says("sound of kind 0x12 in 640 octets")?;
    let shown = exchange.console("core show channels")?;
    ensure(shown.contains(&format!("AudioSocket/{place}-")), || shown)?;
    alice.press("9")?;
    echo.says("key 9")?;
    alice.call_ends()?;
    exchange.is_idle()
}

fn floods(scene: &Scene) -> Outcome {
    let (flood, place) = server(scene, "flood", FLOOD)?;
    let lines =
        format!("exten => bot,1,Answer()\n same => n,AudioSocket({UUID},{place})\n same => n,Hangup()");
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    flood.says("sent")?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let tenths = tone::tenths_of(&heard.samples, 850);
    ensure((16..=21).contains(&tenths), || {
        format!("two seconds should be heard to their end: {}", tone::describe(&heard))
    })?;
    exchange.is_idle()
}

fn stalls(scene: &Scene) -> Outcome {
    let (stall, place) = server(scene, "stall", STALL)?;
    let lines = format!(
        "exten => bot,1,Answer()\n same => n,AudioSocket({UUID},{place})\n\
         exten => away,1,Answer()\n same => n,AudioSocket({UUID},{}:1)\n same => n,NoOp(it goes on)\n\
         exten => wrong,1,Answer()\n same => n,AudioSocket(7,{place})\n same => n,NoOp(it goes on)\n\
         exten => busy,1,Dial(AudioSocket/{}:1/{UUID},20)\n same => n,NoOp(it was ${{DIALSTATUS}})",
        scene.address()?,
        scene.address()?,
    );
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    stall.says("accepted")?;
    // More than any buffer on the way holds.
    std::thread::sleep(Duration::from_secs(4));
    alice.is_in_call()?;
    alice.hang_up()?;
    exchange.is_idle()?;
    for number in ["away", "wrong"] {
        alice.dial(number)?;
        alice.call_ends()?;
    }
    exchange.says("no AudioSocket server at")?;
    exchange.says("it is no UUID")?;
    let on = exchange.count("it goes on")?;
    ensure(on == 0, || "a call ends with a server that cannot be had".to_owned())?;
    alice.dial("busy")?;
    exchange.says("it was ")?;
    exchange.is_idle()
}

fn reports(scene: &Scene) -> Outcome {
    let (_report, place) = server(scene, "report", REPORT)?;
    let lines = format!("exten => bot,1,Dial(AudioSocket/{place}/{UUID},20)");
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.call_ends()?;
    exchange.says(&format!("AudioSocket/{place}/{UUID}: it reports the error"))?;
    exchange.is_idle()
}

fn stream_echo(scene: &Scene) -> Outcome {
    let lines = "exten => echo,1,Answer()\n same => n,StreamEcho(2)\n same => n,NoOp(heard enough)\n same => n,Hangup()";
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("echo")?;
    alice.hears(440)?;
    alice.press("#")?;
    exchange.says("heard enough")?;
    alice.call_ends().map(drop)
}
