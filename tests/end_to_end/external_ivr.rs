//! Programs that say what a caller hears, and are told of every key (`ExternalIVR`).

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("external_ivr::a_program_plays_and_hears_keys", &["baresip", "python3"], plays),
        trial("external_ivr::a_hang_up_is_told", &["baresip"], hang_up),
        trial("external_ivr::a_server_that_goes_away_ends_the_call", &["baresip"], server),
    ]
}

fn program(scene: &Scene, name: &str, text: &str) -> Outcome<PathBuf> {
    let path = scene.subfolder("programs")?.join(name);
    std::fs::write(&path, text)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn call(scene: &Scene, lines: &str) -> Outcome<(Exchange, Baresip)> {
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("100")?;
    Ok((exchange, alice))
}

fn prompt(scene: &Scene, frequency: u32, length: Duration) -> Outcome<String> {
    Ok(tone::file(scene, frequency, length)?.with_extension("").to_string_lossy().into_owned())
}

const PLAYS: &str = r##"#!/usr/bin/env python3
import sys

def say(line):
    print(line, flush=True)

def hear():
    event = sys.stdin.readline().rstrip("\n").split(",")
    assert len(event[1]) == 10 and event[1].isdigit(), event
    return " ".join(event[:1] + event[2:])

say("P")
say("L,parameters: " + hear())
say("G,EXTEN,CALLERID(num)")
say("L,values: " + hear())
say("V,FROM_IVR=yes")
say("S,no-such-file")
say("L,missing: " + hear())
say("DANCE")
say("L,unknown: " + hear())
say("O,autoclear")
say("S,LONG")
say("A,SHORT")
say("L,pressed: " + " ".join([hear(), hear(), hear()]))
say("A,SHORT")
say("L,played: " + hear())
say("E,enough")
say("L,not heard any more")
hear()
"##;

fn plays(scene: &Scene) -> Outcome {
    let short = prompt(scene, 850, Duration::from_secs(1))?;
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let path = program(scene, "menu.py", &PLAYS.replace("SHORT", &short).replace("LONG", &long))?;
    let path = path.display();
    let lines = format!(
        "exten => 100,1,ExternalIVR({path}(one,two))\n same => n,NoOp(went on ${{FROM_IVR}})\n same => n,Hangup()"
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.hears(600)?;
    alice.press("5")?;
    alice.hears(850)?;
    alice.call_ends()?;
    for line in [
        format!("parameters: P {path} one two").as_str(),
        "values: G EXTEN=100 CALLERID(num)=alice",
        "missing: Z no-such-file",
        "unknown: Z",
        format!("pressed: 5 T {long} D {short}").as_str(),
        format!("played: F {short}").as_str(),
        "ExternalIVR exits: enough",
        "went on yes",
    ] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}

/// It notes what it is told, and ends when it is told that nobody is there.
const NOTES: &str = "#!/bin/sh\nwhile read -r line; do echo \"$line\" >> NOTE; case $line in *HANGUP) echo E,gone;; esac; done\n";

fn hang_up(scene: &Scene) -> Outcome {
    let notes = scene.subfolder("notes")?;
    let (plain, informed) = (notes.join("plain"), notes.join("informed"));
    let first = program(scene, "plain.sh", &NOTES.replace("NOTE", &plain.to_string_lossy()))?;
    let second = program(scene, "informed.sh", &NOTES.replace("NOTE", &informed.to_string_lossy()))?;
    let lines = format!(
        "exten => 100,1,ExternalIVR({})\n same => n,NoOp(not here)\nexten => h,1,NoOp(now dead)\n same => n,ExternalIVR({})\n\
         exten => 200,1,Answer()\n same => n,ExternalIVR({},i)",
        first.display(),
        first.display(),
        second.display()
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.hang_up()?;
    exchange.says("now dead")?;
    exchange.says("option d runs it all the same")?;
    exchange.is_idle()?;
    alice.dial("200")?;
    exchange.says("informed.sh,i")?;
    alice.hang_up()?;
    exchange.says("ExternalIVR exits: gone")?;
    exchange.is_idle()?;
    let noted = std::fs::read_to_string(&plain)?;
    ensure(noted.starts_with("H,") && noted.lines().count() == 1, || format!("it noted {noted:?}"))?;
    let noted = std::fs::read_to_string(&informed)?;
    ensure(noted.trim_end().ends_with(",HANGUP") || noted.contains("HANGUP\nE,"), || {
        format!("it noted {noted:?}")
    })
}

fn server(scene: &Scene) -> Outcome {
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let server = std::thread::spawn(move || -> std::io::Result<Vec<String>> {
        let (stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut writer = stream.try_clone()?;
        let mut lines = BufReader::new(stream).lines();
        writeln!(writer, "P\nT\nS,{long}")?;
        let mut said = Vec::new();
        said.extend(lines.next().transpose()?);
        said.extend(lines.next().transpose()?);
        // It goes, and says nothing.
        Ok(said)
    });
    let lines = format!(
        "exten => 100,1,ExternalIVR(ivr://127.0.0.1:{port}(one),n)\n same => n,NoOp(not here)\nexten => h,1,NoOp(at last)"
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.hears(600)?;
    alice.press("*")?;
    alice.call_ends()?;
    let said = server.join().map_err(|_| "the server panicked")??;
    let parameters = said.first().is_some_and(|line| line.ends_with(&format!(",ivr://127.0.0.1:{port},one")));
    ensure(parameters && said.get(1).is_some_and(|line| line.starts_with("*,")), || format!("{said:?}"))?;
    exchange.says("it has gone without a word")?;
    exchange.says("at last")?;
    exchange.is_idle()
}
