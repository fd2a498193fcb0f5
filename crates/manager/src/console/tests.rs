//! Consoles on a real socket, with an exchange behind it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use call_control::{Event, Observer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::protocol::{Reply, Request};
use super::{Server, StopRequest, socket_path};
use crate::narration::Narration;
use crate::testing;

/// An exchange, its console's server, and a folder that goes with them.
struct Stage {
    exchange: Arc<pbx::Exchange>,
    narration: Arc<Narration>,
    stops: mpsc::Receiver<StopRequest>,
    server: Server,
    socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let narration = Arc::new(Narration::new());
        let exchange = testing::exchange(folder.path(), vec![narration.clone()]).await;
        let (stop, stops) = mpsc::channel(4);
        let socket = socket_path(folder.path());
        let server = Server::start(exchange.clone(), narration.clone(), &socket, stop).unwrap();
        Self { exchange, narration, stops, server, socket, _folder: folder }
    }

    async fn console(&self) -> Console {
        Console::open(&self.socket).await
    }

    fn tell(&self, level: u8, text: &str) {
        self.narration.notice(&Event::Verbose { channel: None, level, text: text.to_owned() });
    }
}

/// A console that says exactly what a test wants.
struct Console {
    replies: Lines<BufReader<OwnedReadHalf>>,
    requests: OwnedWriteHalf,
}

impl Console {
    async fn open(socket: &Path) -> Self {
        let (read, requests) = UnixStream::connect(socket).await.unwrap().into_split();
        let mut console = Self { replies: BufReader::new(read).lines(), requests };
        let first = console.next().await;
        assert!(
            matches!(&first, Some(Reply::Hello(text)) if text.contains("Connected to ipbx")),
            "{first:?}"
        );
        console
    }

    async fn send(&mut self, request: Request) {
        self.requests.write_all(request.to_line().as_bytes()).await.unwrap();
    }

    /// `None` at the end.
    async fn next(&mut self) -> Option<Reply> {
        let line = timeout(Duration::from_secs(30), self.replies.next_line()).await.expect("a reply in time");
        line.unwrap().map(|line| Reply::parse(&line).expect("a known reply"))
    }

    /// The answer to a command, with its status. Narration on the way is left out.
    async fn run(&mut self, command: &str) -> (Vec<String>, u8) {
        self.send(Request::Execute(command.to_owned())).await;
        self.answer().await
    }

    async fn answer(&mut self) -> (Vec<String>, u8) {
        let mut lines = Vec::new();
        loop {
            match self.next().await {
                Some(Reply::Output(text) | Reply::Completion(text)) => lines.push(text),
                Some(Reply::End(status)) => return (lines, status),
                Some(_) => {}
                None => panic!("the answer has no end: {lines:?}"),
            }
        }
    }

    /// Wants to be told up to this level, and waits until that is known.
    async fn set_verbosity(&mut self, level: u8) {
        self.send(Request::Verbosity(level)).await;
        self.run("core show version").await;
    }

    async fn narration(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Reply::Narration(_, text)) => return text,
                Some(_) => {}
                None => panic!("the narration ended"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_answered_with_their_status() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let (lines, status) = console.run("core show channels").await;
    assert_eq!(lines.get(1..).unwrap(), ["0 active channels", "0 active calls", "0 calls processed"]);
    assert_eq!(status, 0);
    let (lines, status) = console.run("core shwo channels").await;
    assert!(lines.first().unwrap().starts_with("No such command 'core shwo channels'"), "{lines:?}");
    assert_eq!(status, 1);
    assert_eq!(console.run("").await, (vec![], 0));
    console.requests.write_all(b"gibberish\n").await.unwrap();
    assert_eq!(console.answer().await, (vec!["this is no request".to_owned()], 1));
    assert_eq!(console.run("core waitfullybooted").await.1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_completed_by_the_exchange() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    for (typed, ways) in [
        ("core show ch", vec!["channel", "channels"]),
        ("pjsip show endpoint ", vec!["alice", "bob"]),
        ("pjsip show contact bob", vec!["bob/sip:bob@192.0.2.9:5060"]),
        ("core show channels v", vec!["verbose"]),
        ("help dialplan ", vec!["add", "reload", "remove", "set", "show"]),
        ("nothing of that kind", vec![]),
    ] {
        console.send(Request::Complete(typed.to_owned())).await;
        assert_eq!(console.answer().await.0, ways, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_had_sip_conf_finds_the_commands() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let (peers, _) = console.run("sip show peers").await;
    assert!(peers.iter().any(|line| line.starts_with("alice/alice-user")), "{peers:?}");
    let (users, _) = console.run("sip show users").await;
    assert!(users.iter().any(|line| line.starts_with("alice-user") && line.contains("(set)")), "{users:?}");
    assert!(!users.join(" ").contains("a-long-secret"), "{users:?}");
    let sip_conf = stage.exchange.configuration().folders.configuration.join("sip.conf");
    std::fs::write(
        &sip_conf,
        "[general]\nallowguest=no\n[carol]\ntype=friend\nhost=dynamic\ncontext=phones\n",
    )
    .unwrap();
    let (_, status) = console.run("sip reload").await;
    assert_eq!(status, 0);
    assert!(stage.exchange.configuration().sip.endpoints.contains_key("carol"));
    std::fs::write(&sip_conf, "[general]\nallowguest=no\n").unwrap();
    let (said, status) = console.run("module reload chan_sip").await;
    assert_eq!(
        (said.last().map(String::as_str), status),
        (Some("Module 'chan_sip' reloaded successfully."), 0)
    );
    assert!(!stage.exchange.configuration().sip.endpoints.contains_key("carol"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_console_is_told_as_much_as_it_wants() {
    let stage = Stage::new().await;
    let (mut quiet, mut curious) = (stage.console().await, stage.console().await);
    quiet.set_verbosity(1).await;
    curious.set_verbosity(1).await;
    let (said, _) = curious.run("core set verbose 3").await;
    assert_eq!(said, ["Console verbose was 1 and is now 3."]);
    assert_eq!(curious.run("core set verbose atleast 2").await.0, ["Console verbose is still 3."]);
    stage.tell(3, "for the curious");
    stage.tell(1, "for both");
    assert_eq!(curious.narration().await, "    -- for the curious");
    assert_eq!(curious.narration().await, " for both");
    assert_eq!(quiet.narration().await, " for both");
    stage.narration.notice(&Event::Warning { channel: None, text: "for all".to_owned() });
    let warning = quiet.narration().await;
    assert!(warning.contains("] WARNING[") && warning.ends_with("]: for all"), "{warning}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_does_not_read_holds_nobody_up_and_learns_what_it_missed() {
    let stage = Stage::new().await;
    let (mut slow, mut quick) = (stage.console().await, stage.console().await);
    slow.set_verbosity(1).await;
    for _ in 0..20 {
        for number in 0..1_000 {
            stage.tell(1, &format!("line {number} {}", "x".repeat(200)));
        }
        // Another console is served all the while.
        assert_eq!(quick.run("core show uptime").await.1, 0);
    }
    stage.tell(1, "the last");
    let (mut seen, mut missed) = (0, 0);
    loop {
        let line = slow.narration().await;
        match line.split_once(" lines came too fast") {
            Some((count, _)) => missed += count.parse::<u64>().unwrap(),
            None if line == " the last" => break,
            None => seen += 1,
        }
    }
    assert!(missed > 0, "nothing was left out");
    assert_eq!(seen + missed, 20_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_caller_calls_himself_steers_a_terminal() {
    let stage = Stage::new().await;
    let _call = testing::channel(stage.exchange.switchboard());
    let mut console = stage.console().await;
    let (shown, _) = console.run("core show channel PJSIP/alice-00000000").await;
    let name = shown.iter().find(|line| line.contains("Eve")).unwrap();
    assert!(name.ends_with(r"Caller ID Name: Eve\u{1b}[2J"), "{name}");
    let (shown, _) = console.run("core show channels concise").await;
    assert_eq!(shown.first().unwrap().split('!').count(), 14, "{shown:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_without_end_is_not_collected() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    console.requests.write_all(&[b'X'; super::protocol::LONGEST]).await.unwrap();
    let (said, status) = console.answer().await;
    assert!(said.first().unwrap().starts_with("a line is longer than"), "{said:?}");
    assert_eq!((status, console.next().await), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_said_all_still_gets_the_answer() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    console.send(Request::Execute("core show version".to_owned())).await;
    console.requests.shutdown().await.unwrap();
    assert_eq!(console.answer().await.1, 0);
    assert_eq!(console.next().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_room_for_many_consoles_and_an_end_to_it() {
    let stage = Stage::new().await;
    let mut consoles = Vec::new();
    for _ in 0..128 {
        consoles.push(stage.console().await);
    }
    let (read, _write) = UnixStream::connect(&stage.socket).await.unwrap().into_split();
    let line = BufReader::new(read).lines().next_line().await.unwrap().unwrap();
    assert!(matches!(Reply::parse(&line), Some(Reply::Refused(why)) if why.contains("128")), "{line}");
    consoles.pop();
    // Its place is free as soon as the exchange has seen it leave.
    let let_in = async {
        loop {
            let (read, _write) = UnixStream::connect(&stage.socket).await.unwrap().into_split();
            let line = BufReader::new(read).lines().next_line().await.unwrap().unwrap();
            if matches!(Reply::parse(&line), Some(Reply::Hello(_))) {
                return;
            }
        }
    };
    timeout(Duration::from_secs(30), let_in).await.expect("a free place");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_comes_before_the_end() {
    let mut stage = Stage::new().await;
    let mut console = stage.console().await;
    assert_eq!(console.run("core restart now").await.1, 1);
    assert_eq!(console.run("core stop now").await, (vec![], 0));
    assert_eq!(stage.stops.recv().await, Some(StopRequest::Now));
    drop(stage.server);
    assert_eq!(console.next().await, None);
    assert!(!stage.socket.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_convenient_is_when_there_is_no_call() {
    let mut stage = Stage::new().await;
    let call = testing::channel(stage.exchange.switchboard());
    let mut console = stage.console().await;
    for _ in 0..2 {
        assert_eq!(console.run("core stop when convenient").await.1, 0);
    }
    assert!(!stage.exchange.switchboard().is_closed(), "calls are taken until then");
    assert!(stage.stops.try_recv().is_err());
    call.report(call_control::Report::Ended(call_control::HangupCause::NORMAL));
    drop(call);
    let stop = timeout(Duration::from_secs(30), stage.stops.recv()).await.expect("a stop in time");
    assert_eq!(stop, Some(StopRequest::Gracefully));
    // What is decided is not decided again: a second request would end calls that are waited for.
    assert_eq!(console.run("core stop gracefully").await.1, 0);
    assert!(stage.stops.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_tells_by_what_endpoints_are_known() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let rows = [
        " Identify:  office/bob",
        "      Match: 192.0.2.0/24",
        "      Match: 198.51.100.7/32:5080",
        "      Match: X-Site: /^north/",
    ];
    let below = rows.map(|row| format!("  {row}"));
    for (command, rows) in [
        ("pjsip show identifies", rows.map(str::to_owned)),
        ("pjsip list identifies", rows.map(str::to_owned)),
        ("pjsip show identify office", rows.map(str::to_owned)),
        ("pjsip show endpoint bob", below.clone()),
        ("pjsip show endpoints", below),
    ] {
        let (shown, status) = console.run(command).await;
        assert_eq!(status, 0, "{command}");
        assert!(shown.windows(rows.len()).any(|shown| shown == rows), "{command}: {shown:?}");
    }
    let (shown, status) = console.run("pjsip show identify nobody").await;
    assert_eq!((&*shown, status), (&["Unable to find object nobody.".to_owned()][..], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_have_a_row_for_each_object() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    assert_eq!(console.run("pjsip show channels").await.0, ["No objects found."]);
    let call = testing::channel(stage.exchange.switchboard());
    for (command, count) in [
        ("pjsip list endpoints", 2),
        ("pjsip list aors", 2),
        ("pjsip list auths", 1),
        ("pjsip list contacts", 1),
        ("pjsip list channels", 1),
        ("pjsip show channels", 1),
    ] {
        let (shown, _) = console.run(command).await;
        assert_eq!(shown.last(), Some(&format!("Objects found: {count}")), "{command}: {shown:?}");
    }
    let (shown, _) = console.run("pjsip list endpoints").await;
    assert_eq!(
        shown.iter().filter(|row| row.starts_with(" Endpoint:  ")).count(),
        3,
        "a heading and two: {shown:?}"
    );
    let (shown, _) = console.run("pjsip show channels").await;
    assert!(shown.iter().any(|row| row.starts_with("      Exten: 100 ")), "{shown:?}");
    assert!(console.run("pjsip show endpoints").await.0.iter().all(|row| row.len() <= 90), "{shown:?}");
    assert_eq!(console.run("pjsip list registrations").await.0, ["No objects found."]);
    drop(call);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn states_are_set_and_hints_show_them() {
    let stage = Stage::new().await;
    let mut console = stage.console().await;
    let (said, status) = console.run("devstate change Custom:lamp INUSE").await;
    assert_eq!((said, status), (vec!["Changing Custom:lamp to INUSE".to_owned()], 0));
    assert_eq!(console.run("devstate change PJSIP/alice INUSE").await.1, 1);
    assert_eq!(console.run("devstate change Custom:lamp ASLEEP").await.1, 1);
    assert_eq!(console.run("presencestate change CustomPresence:desk away,lunch,Back at 2").await.1, 0);
    let (shown, _) = console.run("core show hints").await;
    let row = format!(
        "{:<30}: {:<60}  State:{:<15} Presence:{:<15} Watchers  0",
        "900@hints", "Custom:lamp,CustomPresence:desk", "InUse", "away"
    );
    assert!(shown.contains(&row), "{shown:?}");
    assert!(shown.contains(&"- 1 hints registered".to_owned()), "{shown:?}");
    let (shown, _) = console.run("core show hint 900").await;
    assert_eq!(shown, [row, "1 hint matching extension 900".to_owned()]);
    let (shown, _) = console.run("devstate list").await;
    assert_eq!(shown, ["Name: 'Custom:lamp'  State: 'INUSE'"]);
    let (shown, _) = console.run("presencestate list").await;
    assert!(shown.first().unwrap().contains("Message: Back at 2"), "{shown:?}");
    assert_eq!(console.run("pjsip show subscriptions inbound").await.0, ["No active subscriptions"]);
    for which in ["inbound", "outbound"] {
        let shown = console.run(&format!("pjsip show publications {which}")).await.0;
        assert_eq!(shown, ["No active publications"]);
    }
    let (shown, _) = console.run("core show settings").await;
    let id = shown.iter().find_map(|line| line.trim().strip_prefix("Entity ID:"));
    assert!(id.is_some_and(|id| id.trim().parse::<pbx::EntityId>().is_ok()), "{shown:?}");
}

/// A phone that asks what the exchange can do, with the method and the branch that a test wants.
struct Asker(tokio::net::UdpSocket);

impl Asker {
    async fn new() -> Self {
        Self(tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap())
    }

    /// Asks, and waits for the answer.
    async fn ask(&self, stage: &Stage, method: &str, branch: &str) {
        let exchange = stage.exchange.local_address(sip_ua::Protocol::Udp).unwrap();
        let here = self.0.local_addr().unwrap();
        let request = format!(
            "{method} sip:{exchange} SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:a\u{7}b@{here}>;tag={branch}\r\nTo: <sip:{exchange}>\r\n\
             Call-ID: {branch}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        );
        self.0.send_to(request.as_bytes(), exchange).await.unwrap();
        let mut answer = [0; 4_096];
        timeout(Duration::from_secs(30), self.0.recv(&mut answer)).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_shown_as_they_go_by() {
    let stage = Stage::new().await;
    let (mut console, phone) = (stage.console().await, Asker::new().await);
    phone.ask(&stage, "OPTIONS", "unseen").await;
    let (said, status) = console.run("pjsip set logger host localhost").await;
    assert_eq!((said.join("\n").as_str(), status), ("PJSIP Logging Enabled for host: localhost", 0));
    let (said, _) = console.run("pjsip set logger method options").await;
    assert_eq!(said, ["PJSIP Logging Enabled for SIP Methods: options"]);
    phone.ask(&stage, "PUBLISH", "unwanted").await;
    phone.ask(&stage, "OPTIONS", "seen").await;
    let mut lines = Vec::new();
    while lines.iter().filter(|line: &&String| line.is_empty()).count() < 4 {
        lines.push(console.narration().await);
    }
    let here = phone.0.local_addr().unwrap();
    let first = lines.first().unwrap();
    assert!(first.starts_with("<--- Received SIP request ("), "{first}");
    assert!(first.ends_with(&format!(" bytes) from UDP:{here} --->")), "{first}");
    assert!(lines[1].starts_with("OPTIONS sip:127.0.0.1:"), "{lines:?}");
    assert!(lines[4].starts_with("From: <sip:a\\u{7}b@"), "nothing steers a terminal: {}", lines[4]);
    assert!(lines.contains(&"Call-ID: seen".to_owned()), "{lines:?}");
    let response =
        lines.iter().position(|line| line.starts_with("<--- Transmitting SIP response (")).unwrap();
    assert!(lines[response].ends_with(&format!(" bytes) to UDP:{here} --->")), "{lines:?}");
    assert!(lines[response + 1].starts_with("SIP/2.0 "), "{lines:?}");

    let (said, _) = console.run("pjsip set logger methodadd PUBLISH").await;
    assert_eq!(said, ["PJSIP Logging Enabled for SIP Methods: options, PUBLISH"]);
    // What a console asked for outlasts a reload.
    assert_eq!(console.run("pjsip reload").await.1, 0);
    phone.ask(&stage, "PUBLISH", "wanted").await;
    assert!(console.narration().await.starts_with("<--- Received SIP request ("));
    assert_eq!(console.run("pjsip set logger off").await.0, ["PJSIP Logging disabled"]);
    assert!(!stage.exchange.sip_log().is_on());
    phone.ask(&stage, "OPTIONS", "late").await;
    stage.tell(0, "the next line");
    while let line = console.narration().await
        && line != "the next line"
    {
        assert_ne!(line, "Call-ID: late");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_captured_and_asked_for_by_the_configuration() {
    let stage = Stage::new().await;
    let (mut console, phone) = (stage.console().await, Asker::new().await);
    let folders = stage.exchange.configuration().folders.clone();
    let file = folders.configuration.join("sip.pcap");
    let (said, _) = console.run(&format!("pjsip set logger pcap {}", file.display())).await;
    assert!(said[0].starts_with("PJSIP logging to pcap file '"), "{said:?}");
    assert_eq!(said[1], "Nothing is shown yet; 'pjsip set logger on' begins.");
    let (said, status) = console.run("pjsip set logger pcap /nowhere/at/all").await;
    assert!(said[0].starts_with("Failed to open file '/nowhere/at/all' for pcap writing") && status == 1);
    assert_eq!(console.run("pjsip set logger verbose off").await.1, 0);
    // From now on the configuration asks for it.
    let pjsip = folders.configuration.join("pjsip.conf");
    let with_debug = std::fs::read_to_string(&pjsip).unwrap() + "[global]\ntype=global\ndebug=127.0.0.0/8\n";
    std::fs::write(&pjsip, with_debug).unwrap();
    assert_eq!(console.run("pjsip reload").await.1, 0);
    assert!(stage.exchange.sip_log().is_on());
    phone.ask(&stage, "OPTIONS", "kept").await;
    console.run("pjsip set logger off").await;
    let kept = || String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
    for _ in 0..600 {
        if kept().matches("Call-ID: kept").count() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(kept().matches("Call-ID: kept").count(), 2, "the request and its answer");

    for (words, says) in [
        ("sip set debug on", "SIP Debugging enabled"),
        ("sip set debug ip 192.0.2.1", "SIP Debugging Enabled for IP: 192.0.2.1"),
        ("sip set debug peer alice", "Unable to get IP address of peer 'alice'"),
        ("sip set debug peer nobody", "No such peer 'nobody'"),
        ("sip set debug off", "SIP Debugging Disabled"),
        ("pjsip set logger host 192.0.2.1:5060", "PJSIP Logging Enabled for host: 192.0.2.1:5060"),
        ("pjsip set logger add 192.0.2.0/24", "PJSIP Logging Enabled for host: 192.0.2.0/24"),
        ("pjsip set logger on", "PJSIP Logging enabled"),
        ("pjsip set logger verbose on", "PJSIP Logging to verbose has been enabled"),
    ] {
        assert_eq!(console.run(words).await.0, [says], "{words}");
    }
    for odd in
        ["pjsip set logger", "pjsip set logger loud", "sip set debug", "pjsip set logger host x..invalid"]
    {
        assert_eq!(console.run(odd).await.1, 1, "{odd}");
    }
}
