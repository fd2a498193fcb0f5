//! What goes over the wire, on the console and in a file that Wireshark reads.

use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("message_log::wireshark_reads_what_was_captured", &["baresip", "tshark"], captured),
        trial("message_log::messages_are_in_the_log_from_the_start", &["baresip"], from_the_start),
    ]
}

const DIALPLAN: &str = "exten => bob,1,Dial(PJSIP/bob,30)";

fn captured(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let file = scene.folder().join("sip.pcap");
    exchange.console("pjsip set logger on")?;
    exchange.console(&format!("pjsip set logger pcap {}", file.display()))?;
    let mut alice = Baresip::named(scene, "alice", 440).over_tcp().register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    bob.hears(440)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    exchange.console("pjsip set logger off")?;
    // One side speaks over TCP, and is read all the same.
    let wanted =
        ["REGISTER", "401 REGISTER", "200 REGISTER", "INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"];
    let mut seen = Vec::new();
    let whole = until("both phones' messages in the file", || {
        seen = messages(&file)?;
        let count = |what: &str| seen.iter().filter(|message| *message == what).count();
        Ok(wanted.iter().all(|what| count(what) >= 2).then_some(()))
    });
    whole
        .map_err(|_| format!("not all messages of both phones are in the file; tshark reads {seen:?}").into())
}

/// The methods and statuses that tshark reads; an error for what it finds odd about their packets.
fn messages(file: &Path) -> Outcome<Vec<String>> {
    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields"]);
    tshark.args(
        ["ip.checksum.status", "udp.checksum.status", "sip.Status-Code", "sip.CSeq.method"]
            .map(|f| format!("-e{f}")),
    );
    let told = tshark.arg("-r").arg(file).stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    told.lines()
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            ["1", "1", status, method] => Ok(format!("{status} {method}").trim().to_owned()),
            _ => Err(format!("tshark finds this odd: {line}").into()),
        })
        .collect()
}

fn from_the_start(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan(DIALPLAN).pjsip("[global](+)\ndebug=yes\n");
    let exchange = Exchange::start(scene, &folder)?;
    let _alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    exchange.says("<--- Received SIP request (")?;
    exchange.says("<--- Transmitting SIP response (")?;
    exchange.says("SIP/2.0 401 Unauthorized")?;
    ensure(exchange.console("pjsip set logger off")?.contains("disabled"), || "it goes on".to_owned())
}
