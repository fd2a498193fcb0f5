//! Programs that hear and speak over WebSockets, written with the module `websockets` for Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::harness::process::Process;
use crate::harness::python;
use crate::harness::wait::until;
use crate::harness::{Authority, Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let module = python::module("websockets/__init__.py");
    let programs = &["baresip", "python3", module.as_str()];
    vec![
        trial("web_sockets::a_server_is_dialled_and_hears_speaks_and_gets_keys", programs, is_dialled),
        trial("web_sockets::a_server_is_dialled_in_secret", programs, is_dialled_in_secret),
        trial("web_sockets::a_program_comes_in_with_the_id_of_its_call", programs, comes_in),
        trial("web_sockets::a_program_comes_in_where_phones_do", programs, comes_in_beside_phones),
        trial("web_sockets::what_comes_too_fast_waits_within_its_bound", programs, floods),
        trial("web_sockets::marks_pauses_and_what_is_thrown_away", programs, barges_in),
        trial("web_sockets::a_program_answers_and_ends_the_call_itself", programs, answers_itself),
        trial("web_sockets::servers_that_are_away_or_break_off_end_their_call", programs, breaks_off),
        trial("web_sockets::opus_passes_through", programs, passes_opus),
    ]
}

/// What the programs share: a socket is talked to in the way that its words say.
const TALK: &str = r#"
import asyncio, json, math, ssl, struct, sys
sys.path.insert(0, "MODULES")
import websockets

def tone(frequency, seconds, rate=8000):
    samples = [int(12000 * math.sin(2 * math.pi * frequency * n / rate)) for n in range(int(rate * seconds))]
    return struct.pack("<%dh" % len(samples), *samples)

def say(*words):
    print(*words, flush=True)

async def command(socket, name, **more):
    await socket.send(json.dumps({"command": name, **more}))

class Ended(Exception):
    pass

async def talk(socket, way):
    say("protocol", socket.subprotocol)
    first, heard = True, 0
    try:
        async for message in socket:
            if first and not isinstance(message, str):
                say("FAULT: sound comes before the start")
            first = False
            if isinstance(message, bytes):
                heard += 1
                if heard == 10:
                    say("sound in %d octets" % len(message))
                if way == "echo":
                    await socket.send(message)
                continue
            event = json.loads(message)
            name = event["event"]
            say(name, json.dumps(event, sort_keys=True))
            if name == "MEDIA_START":
                await started(socket, way)
            if name == "DTMF_END" and event["digit"] == "9":
                await command(socket, "HANGUP")
            if name == "DTMF_END" and event["digit"] == "8":
                socket.transport.abort()
            if name == "DTMF_END" and event["digit"] == "7":
                await socket.send(b"\0" * 70000)
            if name == "DTMF_END" and event["digit"] == "6":
                await command(socket, "DANCE")
            if name == "DTMF_END" and event["digit"] == "5":
                await socket.close()
            if name == "DTMF_END" and event["digit"] == "4":
                await command(socket, "REPORT_QUEUE_DRAINED")
                await command(socket, "FLUSH_MEDIA")
                await socket.send(tone(1300, 1))
            if name == "DTMF_END" and event["digit"] == "3":
                await command(socket, "PAUSE_MEDIA")
            if name == "DTMF_END" and event["digit"] == "2":
                await command(socket, "CONTINUE_MEDIA")
            if name == "DTMF_END" and event["digit"] == "1":
                await command(socket, "ANSWER")
            if name == "MEDIA_XOFF":
                await command(socket, "GET_STATUS")
                await command(socket, "FLUSH_MEDIA")
                await command(socket, "GET_STATUS")
    except websockets.ConnectionClosed:
        pass
    say("closed with", socket.close_code)

async def started(socket, way):
    if way == "speak":
        # In parts that make no frames.
        sound = tone(850, 2)
        await command(socket, "START_MEDIA_BUFFERING")
        for at in range(0, len(sound), 7001):
            await socket.send(sound[at:at + 7001])
        await command(socket, "STOP_MEDIA_BUFFERING", correlation_id="greeting")
    if way == "flood":
        for _ in range(12):
            await socket.send(tone(850, 2))
    if way == "long":
        await socket.send(tone(850, 2))
        await command(socket, "MARK_MEDIA", correlation_id="half")
        for _ in range(6):
            await socket.send(tone(850, 2))
        await command(socket, "MARK_MEDIA", correlation_id="never")
    if way == "answer":
        await asyncio.sleep(0.3)
        await command(socket, "ANSWER")
        await socket.send(tone(850, 2))
        await command(socket, "MARK_MEDIA", correlation_id="end")
"#;

/// Waits for calls.
const SERVER: &str = r#"
async def main():
    way = sys.argv[2]
    context = None
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    async def serve(socket):
        say("path", socket.request.path, "by", socket.request.headers.get("Authorization"))
        await talk(socket, way)
    async with websockets.serve(serve, sys.argv[1], 0, subprotocols=["media"], ssl=context) as server:
        say("port %d." % server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().create_future()

asyncio.run(main())
"#;

/// Connects with a call that waits.
const CLIENT: &str = r#"
async def main():
    try:
        async with websockets.connect(sys.argv[1], subprotocols=["media"]) as socket:
            await talk(socket, sys.argv[2])
    except websockets.InvalidStatus as refused:
        say("refused", refused.response.status_code)

asyncio.run(main())
"#;

/// Writes a program.
fn program(scene: &Scene, name: &str, main: &str) -> Outcome<PathBuf> {
    let path = scene.folder().join(format!("{name}.py"));
    let modules = python::modules().canonicalize()?;
    std::fs::write(&path, TALK.replace("MODULES", &modules.to_string_lossy()) + main)?;
    Ok(path)
}

/// A server that runs, and where.
fn server(scene: &Scene, way: &str, keys: Option<(&Path, &Path)>) -> Outcome<(Process, String)> {
    let path = program(scene, "server", SERVER)?;
    let address = scene.address()?;
    let mut command = Command::new("python3");
    command.arg(&path).arg(address.to_string()).arg(way);
    if let Some((certificate, key)) = keys {
        command.arg(certificate).arg(key);
    }
    let process = Process::spawn(scene, "server", &mut command)?;
    let port = until("the server to listen", || {
        let said = process.said()?;
        let port = said.split_once("port ").and_then(|(_, rest)| rest.split_once('.'));
        Ok(port.map(|(port, _)| port.to_owned()))
    })?;
    Ok((process, format!("{address}:{port}")))
}

/// A program that connects with the call of an id.
fn client(scene: &Scene, name: &str, place: &str, way: &str) -> Outcome<Process> {
    let path = program(scene, "client", CLIENT)?;
    let mut command = Command::new("python3");
    Process::spawn(scene, name, command.arg(path).arg(place).arg(way))
}

/// A folder whose section `agent` leads to that place.
fn folder(scene: &Scene, uri: &str, more: &str, dialplan: &str) -> Outcome<Folder> {
    let folder = Folder::new(scene)?.phone("alice").dialplan(dialplan);
    let section = format!(
        "[agent]\ntype = websocket_client\nuri = {uri}\nprotocols = media\nconnection_type = per_call_config\n\
         connection_timeout = 5000\nreconnect_interval = 100\nreconnect_attempts = 2\n{more}\n"
    );
    folder.write_file("websocket_client.conf", &section)?;
    Ok(folder)
}

/// What alice hears of a frequency, in tenths of a second.
fn tenths(alice: &Baresip, frequency: u32) -> Outcome<usize> {
    Ok(tone::tenths_of(&alice.heard()?.samples, frequency))
}

/// Waits until alice has heard about two seconds of it. On a machine that is busy with other tests a few tenths have gaps in them.
fn hears_two_seconds(alice: &Baresip) -> Outcome {
    until("alice to hear two seconds", || Ok((tenths(alice, 850)? >= 15).then_some(())))?;
    let heard = tenths(alice, 850)?;
    ensure(heard <= 22, || format!("two seconds should be heard: {heard} tenths"))
}

fn is_dialled(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "echo", None)?;
    let more = "username = ann\npassword = secret";
    let dialplan = "exten => bot,1,Set(__MOOD=good)\n same => n,Dial(WebSocket/agent/c(ulaw)f(json)v(from=alice,to=b%20b),20)\n";
    let folder = folder(scene, &format!("ws://{place}/media?x=1"), more, dialplan)?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    server.says("path /media?x=1&from=alice&to=b%20b by Basic YW5uOnNlY3JldA==")?;
    server.says("protocol media")?;
    for fact in [
        "\"channel\": \"WebSocket/agent-",
        "\"connection_id\": \"agent\"",
        "\"format\": \"ulaw\"",
        "\"optimal_frame_size\": 160",
        "\"ptime\": 20",
        "\"MOOD\": \"good\"",
        "\"MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE\": \"160\"",
    ] {
        server.says(fact)?;
    }
    alice.hears(440)?;
    server.says("sound in 160 octets")?;
    alice.press("6")?;
    server.says("\"error_text\": \"there is no command 'DANCE'\"")?;
    alice.press("9")?;
    server.says("\"digit\": \"9\"")?;
    alice.call_ends()?;
    server.says("closed with 1000")?;
    alice.dial("bot")?;
    alice.hears(440)?;
    alice.hang_up()?;
    until("the server to hear of the second end", || {
        Ok((server.count("closed with 1000")? == 2).then_some(()))
    })?;
    ensure(server.count("FAULT")? == 0, || "the start comes first".to_owned())?;
    exchange.is_idle()
}

fn is_dialled_in_secret(scene: &Scene) -> Outcome {
    let authority = Authority::new("agents")?;
    // The address of the server is drawn when it starts: a certificate of another name, which is looked at for its authority alone.
    let (certificate, key) = authority.web_server(scene.address()?)?;
    let write = |name: &str, text: &str| -> Outcome<PathBuf> {
        let path = scene.folder().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    };
    let (certificate, key) = (write("agent.crt", &certificate)?, write("agent.key", &key)?);
    let (server, place) = server(scene, "echo", Some((&certificate, &key)))?;
    let trusted = write("agents.pem", &authority.pem())?;
    let more =
        format!("tls_enabled = yes\nca_list_file = {}\nverify_server_hostname = no", trusted.display());
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(slin16)f(json),20)\n\
                    exten => other,1,Dial(WebSocket/stranger/c(slin16)f(json),20)\n same => n,NoOp(it was ${DIALSTATUS})\n";
    let folder = folder(scene, &format!("wss://{place}/"), &more, dialplan)?;
    let strict = format!(
        "\n[stranger]\ntype = websocket_client\nuri = wss://{place}/\ntls_enabled = yes\nca_list_file = {}\nreconnect_attempts = 1\n\
         connection_timeout = 5000\n",
        trusted.display()
    );
    let file = std::fs::read_to_string(folder.path().join("websocket_client.conf"))?;
    folder.write_file("websocket_client.conf", &(file + &strict))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.hears(440)?;
    server.says("sound in 640 octets")?;
    alice.hang_up()?;
    server.says("closed with 1000")?;
    // A name that the certificate does not bear.
    alice.dial("other")?;
    exchange.says("not valid for name")?;
    exchange.says("it was CHANUNAVAIL")?;
    exchange.is_idle()
}

/// The id of the call that waits.
fn waiting_id(exchange: &Exchange) -> Outcome<String> {
    until("a call to wait for its program", || {
        let channels = exchange.console("core show channels")?;
        let name = channels
            .split_whitespace()
            .find(|word| word.starts_with("WebSocket/INCOMING-") && !word.ends_with(";2"));
        let Some(name) = name else { return Ok(None) };
        let shown = exchange.console(&format!("core show channel {name}"))?;
        let id = shown.split_once("MEDIA_WEBSOCKET_CONNECTION_ID=").map(|(_, rest)| rest);
        Ok(id.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned))
    })
}

const INCOMING: &str = "exten => bot,1,Ringing()\n same => n,Dial(WebSocket/INCOMING/c(slin16)f(json),20)\n same => n,NoOp(it was ${DIALSTATUS})\n";

fn comes_in(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan(INCOMING);
    let address = folder.address();
    folder.write_file("http.conf", &format!("[general]\nenabled=yes\nbindaddr={address}\nprefix=pbx\n"))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let at = |id: &str| format!("ws://{address}:8088/pbx/media/{id}");
    client(scene, "lost", &at("32966726-4388-456b-a333-fdf5dbecc60d"), "echo")?.says("refused 404")?;
    alice.dial("bot")?;
    let id = waiting_id(&exchange)?;
    let program = client(scene, "program", &at(&id), "echo")?;
    program.says(&format!("\"connection_id\": \"{id}\""))?;
    alice.hears(440)?;
    program.says("sound in 640 octets")?;
    client(scene, "second", &at(&id), "echo")?.says("refused 409")?;
    alice.press("9")?;
    alice.call_ends()?;
    program.says("closed with 1000")?;
    exchange.is_idle()?;
    client(scene, "late", &at(&id), "echo")?.says("refused 404")?;
    // Nobody comes.
    alice.dial("bot")?;
    waiting_id(&exchange)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn comes_in_beside_phones(scene: &Scene) -> Outcome {
    let authority = Authority::new("web")?;
    let folder = Folder::new(scene)?.web().phone("alice").dialplan(INCOMING);
    let address = folder.address();
    authority.give_exchange(folder.path(), address)?;
    folder.write_file("http.conf", &format!("[general]\nenabled=yes\nbindaddr={address}\n"))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    let id = waiting_id(&exchange)?;
    let program = client(scene, "program", &format!("ws://{address}:8088/media/{id}"), "echo")?;
    alice.hears(440)?;
    alice.hang_up()?;
    program.says("closed with 1000")?;
    client(scene, "elsewhere", &format!("ws://{address}:8088/nothing"), "echo")?.says("refused 404")?;
    exchange.is_idle()
}

fn floods(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "flood", None)?;
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(slin)f(json),20)\n";
    let exchange = Exchange::start(scene, &folder(scene, &format!("ws://{place}/"), "", dialplan)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    // Twenty-four seconds come at once: it has to stop, throws all away, and may go on.
    server.says("MEDIA_XOFF")?;
    server.says("\"queue_full\": true")?;
    server.says("MEDIA_XON")?;
    server.says("\"queue_full\": false")?;
    alice.hang_up()?;
    server.says("closed with 1000")?;
    exchange.is_idle()
}

fn barges_in(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "long", None)?;
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(slin)f(json),20)\n";
    let exchange = Exchange::start(scene, &folder(scene, &format!("ws://{place}/"), "", dialplan)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.hears(850)?;
    server.says("\"correlation_id\": \"half\"")?;
    alice.press("3")?;
    server.says("\"digit\": \"3\"")?;
    std::thread::sleep(std::time::Duration::from_millis(500));
    let before = tenths(&alice, 850)?;
    std::thread::sleep(std::time::Duration::from_secs(1));
    let after = tenths(&alice, 850)?;
    ensure(after <= before + 1, || format!("nothing is heard in a pause: {before}, then {after} tenths"))?;
    alice.press("2")?;
    until("what waited to be heard", || Ok((tenths(&alice, 850)? > after + 5).then_some(())))?;
    alice.press("4")?;
    server.says("QUEUE_DRAINED")?;
    alice.hears(1_300)?;
    alice.press("9")?;
    alice.call_ends()?;
    ensure(server.count("\"never\"")? == 0, || "marks go with what they stood behind".to_owned())?;
    let heard = tenths(&alice, 850)?;
    ensure(heard < 120, || format!("fourteen seconds were cut short, and {heard} tenths were heard"))?;
    exchange.is_idle()
}

fn answers_itself(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "answer", None)?;
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(slin)nf(json),20)\n";
    let exchange = Exchange::start(scene, &folder(scene, &format!("ws://{place}/"), "", dialplan)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.hears(850)?;
    server.says("\"correlation_id\": \"end\"")?;
    hears_two_seconds(&alice)?;
    alice.press("5")?;
    alice.call_ends()?;
    exchange.is_idle()
}

fn breaks_off(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "speak", None)?;
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(slin)f(json),20)\n same => n,NoOp(it was ${DIALSTATUS})\n\
                    exten => away,1,Dial(WebSocket/away/c(slin)f(json),20)\n same => n,NoOp(nobody: ${DIALSTATUS})\n\
                    exten => wrong,1,Dial(WebSocket/agent/c(g729),20)\n same => n,NoOp(wrong: ${DIALSTATUS})\n";
    let folder = folder(scene, &format!("ws://{place}/"), "", dialplan)?;
    let file = std::fs::read_to_string(folder.path().join("websocket_client.conf"))?;
    let away = format!(
        "\n[away]\ntype = websocket_client\nuri = ws://{}:1/\nreconnect_attempts = 2\n",
        scene.address()?
    );
    folder.write_file("websocket_client.conf", &(file + &away))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    alice.hears(850)?;
    server.says("\"correlation_id\": \"greeting\"")?;
    hears_two_seconds(&alice)?;
    alice.press("8")?;
    alice.call_ends()?;
    alice.dial("bot")?;
    until("the second call", || Ok((server.count("MEDIA_START {")? == 2).then_some(())))?;
    alice.press("7")?;
    alice.call_ends()?;
    server.says("closed with 1009")?;
    alice.dial("away")?;
    exchange.says("nobody: CHANUNAVAIL")?;
    alice.dial("wrong")?;
    exchange.says("wrong: CHANUNAVAIL")?;
    exchange.is_idle()
}

fn passes_opus(scene: &Scene) -> Outcome {
    let (server, place) = server(scene, "echo", None)?;
    let dialplan = "exten => bot,1,Dial(WebSocket/agent/c(opus)f(json),20)\n";
    let exchange = Exchange::start(scene, &folder(scene, &format!("ws://{place}/"), "", dialplan)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("bot")?;
    server.says("\"optimal_frame_size\": 0")?;
    alice.hears(440)?;
    alice.hang_up()?;
    exchange.is_idle()
}
