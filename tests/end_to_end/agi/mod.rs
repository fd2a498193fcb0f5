//! Programs outside the exchange that steer calls.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use libtest_mimic::Trial;

mod enhanced;
mod pyst2;
mod queued;
mod routines;

use crate::harness::dns::NameServer;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

/// The module that most scripts in Perl use.
const PERL_MODULE: &str = "/usr/share/perl5/Asterisk/AGI.pm";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("agi::a_script_plays_asks_and_sets", &["baresip", "python3"], python),
        trial("agi::a_script_with_the_module_of_perl", &["baresip", "perl", PERL_MODULE], perl),
        trial("agi::a_script_that_never_reads", &["baresip"], never_reads),
        trial("agi::a_script_that_hangs_hears_of_the_hang_up", &["baresip"], hangs),
        trial("agi::a_script_behind_a_port", &["baresip"], behind_a_port),
        trial("agi::a_domain_whose_first_server_is_down", &["baresip"], behind_a_domain),
        trial("agi::scripts_that_fail_have_a_status", &["baresip"], failures),
        trial("agi::a_program_hears_the_caller", &["baresip", "python3"], enhanced::hears_the_caller),
        trial("agi::a_program_may_be_deaf", &["baresip"], enhanced::may_be_deaf),
        trial("agi::queued_commands_run_until_the_break", &["baresip"], queued::commands_run_until_the_break),
        trial("agi::a_hang_up_ends_the_queue", &["baresip"], queued::a_hang_up_ends_it),
        trial("agi::routines_run_within_a_script", &["baresip", "python3"], routines::run_within_a_script),
        trial("agi::scripts_with_pyst2", &["baresip", "python3", &pyst2::module()], pyst2::scripts_with_it),
    ]
}

/// An executable file.
fn script(scene: &Scene, name: &str, text: &str) -> Outcome<PathBuf> {
    let path = scene.subfolder("scripts")?.join(name);
    std::fs::write(&path, text)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

/// A phone that has dialled 100, where `lines` say what happens.
fn call(scene: &Scene, lines: &str) -> Outcome<(Exchange, Baresip)> {
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("100")?;
    Ok((exchange, alice))
}

/// A sound, as a prompt without its extension.
fn prompt(scene: &Scene, frequency: u32, length: Duration) -> Outcome<String> {
    Ok(tone::file(scene, frequency, length)?.with_extension("").to_string_lossy().into_owned())
}

const PYTHON: &str = r##"#!/usr/bin/env python3
import sys

facts = {}
for line in iter(sys.stdin.readline, "\n"):
    name, _, value = line.rstrip("\n").partition(": ")
    facts[name] = value

def ask(command):
    print(command, flush=True)
    return sys.stdin.readline().strip()

ask("ANSWER")
ask('VERBOSE "caller %s dialled %s with %s" 1' % (facts["agi_callerid"], facts["agi_extension"], facts["agi_arg_2"]))
print("a word for the console", file=sys.stderr, flush=True)
ask('STREAM FILE SHORT ""')
entry = ask("GET DATA LONG 5000 3")
ask('VERBOSE "entry %s" 1' % entry)
ask('SET VARIABLE CALLERID(name) "Jane \\"JD\\" Doe"')
ask('VERBOSE "name %s" 1' % ask("GET VARIABLE CALLERID(name)").replace('"', '\\"'))
ask('VERBOSE "full %s" 1' % ask('GET FULL VARIABLE "<${EXTEN}> ${LEN(abcd)}"'))
ask('VERBOSE "nothing %s" 1' % ask("GET VARIABLE NO_SUCH"))
ask('VERBOSE "unknown %s" 1' % ask("DANCE"))
ask('VERBOSE "missing %s" 1' % ask("EXEC NoSuchApplication x"))
ask("EXEC Set FROM_SCRIPT=yes")
ask("SET EXTENSION 200")
ask("SET PRIORITY 1")
"##;

fn python(scene: &Scene) -> Outcome {
    let short = prompt(scene, 850, Duration::from_secs(1))?;
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let text = PYTHON.replace("SHORT", &short).replace("LONG", &long);
    let path = script(scene, "menu.py", &text)?;
    let lines = format!(
        "exten => 100,1,AGI({},one,\"t,wo\")\n same => n,NoOp(not here)\n\
         exten => 200,1,NoOp(went on ${{FROM_SCRIPT}} ${{AGISTATUS}})\n same => n,Hangup()",
        path.display()
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.hears(850)?;
    alice.hears(600)?;
    alice.press("123")?;
    alice.call_ends()?;
    for line in [
        "caller alice dialled 100 with t,wo",
        "menu.py: a word for the console",
        "entry 200 result=123",
        "name 200 result=1 (Jane \"JD\" Doe)",
        "full 200 result=1 (<100> 4)",
        "nothing 200 result=0",
        "unknown 510 Invalid or unknown command",
        "missing 200 result=-2",
        "went on yes SUCCESS",
    ] {
        exchange.says(line)?;
    }
    let heard = alice.heard()?;
    let tenths = tone::tenths_of(&heard.samples, 850);
    ensure((8..=11).contains(&tenths), || format!("1 s of 850 Hz was played: {}", tone::describe(&heard)))?;
    exchange.is_idle()
}

const PERL: &str = r##"#!/usr/bin/env perl
use strict;
use Asterisk::AGI;

my $agi = Asterisk::AGI->new;
my %facts = $agi->ReadParse();
$agi->answer();
my $key = $agi->stream_file('LONG', '0123456789');
$agi->verbose("key " . chr($key), 1);
$agi->set_variable('FROM_PERL', "of $facts{callerid}");
$agi->verbose("value " . $agi->get_variable('FROM_PERL'), 1);
$agi->exec('NoOp', 'by perl');
$agi->hangup();
"##;

fn perl(scene: &Scene) -> Outcome {
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let path = script(scene, "menu.pl", &PERL.replace("LONG", &long))?;
    let (exchange, mut alice) = call(scene, &format!("exten => 100,1,AGI({})", path.display()))?;
    alice.hears(600)?;
    alice.press("7")?;
    alice.call_ends()?;
    exchange.says("key 7")?;
    exchange.says("value of alice")?;
    exchange.is_idle()
}

/// More replies than a pipe holds, and nobody reads one.
const NEVER_READS: &str = "#!/bin/sh\necho ANSWER\ni=0\nwhile [ $i -lt 5000 ]; do echo \"NOOP $i\"; i=$((i+1)); done\n\
    echo 'STREAM FILE SHORT \"\"'\necho 'SET VARIABLE DONE yes'\n";

fn never_reads(scene: &Scene) -> Outcome {
    let short = prompt(scene, 850, Duration::from_secs(1))?;
    let path = script(scene, "deaf.sh", &NEVER_READS.replace("SHORT", &short))?;
    let lines = format!(
        "exten => 100,1,AGI({})\n same => n,NoOp(done ${{DONE}})\n same => n,Hangup()",
        path.display()
    );
    let (exchange, alice) = call(scene, &lines)?;
    alice.hears(850)?;
    alice.call_ends()?;
    exchange.says("done yes")?;
    exchange.is_idle()
}

/// It says nothing more, and notes the signal.
const HANGS: &str =
    "#!/bin/sh\ntrap 'echo hung up > NOTE; exit' HUP\necho ANSWER\nwhile :; do sleep 0.1; done\n";

fn hangs(scene: &Scene) -> Outcome {
    let note = scene.subfolder("notes")?.join("note");
    let path = script(scene, "hangs.sh", &HANGS.replace("NOTE", &note.to_string_lossy()))?;
    let lines = format!(
        "exten => 100,1,AGI({})\n same => n,Hangup()\nexten => h,1,NoOp(after ${{AGISTATUS}})",
        path.display()
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.hang_up()?;
    exchange.says("after HANGUP")?;
    exchange.is_idle()?;
    let noted = std::fs::read_to_string(&note)?;
    ensure(noted == "hung up\n", || format!("the script noted {noted:?}"))
}

/// A server that says what it is told, and hears of the hang-up by a line.
fn behind_a_port(scene: &Scene) -> Outcome {
    let long = prompt(scene, 600, Duration::from_secs(20))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let server = std::thread::spawn(move || -> std::io::Result<Vec<String>> {
        let (stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut writer = stream.try_clone()?;
        let mut lines = BufReader::new(stream).lines();
        let mut said: Vec<String> = Vec::new();
        while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
            said.push(line);
        }
        let play = format!("STREAM FILE {long} \"\"");
        for command in ["ANSWER", "WAIT FOR DIGIT 10000", "VERBOSE \"from afar\" 1", &play] {
            writeln!(writer, "{command}")?;
            said.extend(lines.next().transpose()?);
        }
        said.extend(lines.next().transpose()?);
        writeln!(writer, "STREAM FILE hello \"\"")?;
        said.extend(lines.next().transpose()?);
        Ok(said)
    });
    let lines = format!(
        "exten => 100,1,AGI(agi://127.0.0.1:{port}/weather?town=paris,tomorrow)\n same => n,Hangup()\n\
         exten => h,1,NoOp(after ${{AGISTATUS}})"
    );
    let (exchange, mut alice) = call(scene, &lines)?;
    alice.is_in_call()?;
    alice.press("5")?;
    exchange.says("from afar")?;
    alice.hears(600)?;
    alice.hang_up()?;
    let said = server.join().map_err(|_| "the server panicked")??;
    for line in [
        "agi_network: yes",
        "agi_network_script: weather?town=paris",
        "agi_arg_1: tomorrow",
        "agi_callerid: alice",
        "200 result=53",
        "200 result=-1",
        "HANGUP",
        "511 Command Not Permitted on a dead channel or intercept routine",
    ] {
        ensure(said.iter().any(|known| known == line), || format!("no '{line}' in {said:#?}"))?;
    }
    exchange.says("after HANGUP")?;
    exchange.is_idle()
}

/// Its SRV records name a server that is down, and behind it one that is there.
fn behind_a_domain(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let alive = listener.local_addr()?.port();
    let down = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    names.srv("_agi._tcp.agi.example.com", 20, alive, "second.example.com");
    names.srv("_agi._tcp.agi.example.com", 10, down, "first.example.com");
    names.a("first.example.com", Ipv4Addr::LOCALHOST);
    names.a("second.example.com", Ipv4Addr::LOCALHOST);
    let server = std::thread::spawn(move || -> std::io::Result<Vec<String>> {
        let (stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut writer = stream.try_clone()?;
        let mut lines = BufReader::new(stream).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
            said.push(line);
        }
        writeln!(writer, "VERBOSE \"from the second\" 1")?;
        said.extend(lines.next().transpose()?);
        Ok(said)
    });
    let lines = "exten => 100,1,Answer()\n same => n,AGI(hagi://agi.example.com/menu,one)\n\
        same => n,NoOp(found ${AGISTATUS})\n same => n,AGI(hagi://nobody.example.com/menu)\n\
        same => n,NoOp(not found ${AGISTATUS})\n same => n,Hangup()";
    let folder = Folder::new(scene)?.phone("alice").dialplan(lines);
    folder.write_file("resolver_unbound.conf", &names.resolver_conf())?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("100")?;
    alice.call_ends()?;
    let said = server.join().map_err(|_| "the server panicked")??;
    for line in ["agi_network_script: menu", "agi_arg_1: one", "200 result=1"] {
        ensure(said.iter().any(|known| known == line), || format!("no '{line}' in {said:#?}"))?;
    }
    for line in ["from the second", "found SUCCESS", "no address was found", "not found FAILURE"] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}

fn failures(scene: &Scene) -> Outcome {
    let plain = script(scene, "text", "no program")?;
    std::fs::set_permissions(&plain, std::fs::Permissions::from_mode(0o644))?;
    let dies = script(scene, "dies.sh", "#!/bin/sh\necho ANSWER\nkill -9 $$\n")?;
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let lines = format!(
        "exten => 100,1,AGI(nothing-there)\n same => n,NoOp(first ${{AGISTATUS}})\n\
         same => n,AGI({})\n same => n,NoOp(second ${{AGISTATUS}})\n\
         same => n,AGI(agi://127.0.0.1:{closed}/x)\n same => n,NoOp(third ${{AGISTATUS}})\n\
         same => n,AGI({})\n same => n,NoOp(fourth ${{AGISTATUS}})\n same => n,Hangup()",
        plain.display(),
        dies.display()
    );
    let (exchange, alice) = call(scene, &lines)?;
    alice.call_ends()?;
    for line in ["first NOTFOUND", "second FAILURE", "third FAILURE", "fourth SUCCESS"] {
        exchange.says(line)?;
    }
    exchange.is_idle()
}
