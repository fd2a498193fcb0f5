//! An exchange on loopback that asks contacts which answer, refuse and are silent.

use std::net::UdpSocket;
use std::sync::Mutex;

use call_control::{Observer, Prompts};

use super::*;
use crate::configuration::Folders;

/// Writes down what is told of contacts and endpoints.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn notice(&self, event: &Event) {
        let note = match event {
            Event::ContactStatus { aor, round_trip, .. } => {
                format!("{aor} answers: {}", round_trip.is_some())
            }
            Event::EndpointStatus { endpoint, reachable } => format!("{endpoint} is there: {reachable}"),
            _ => return,
        };
        self.0.lock().unwrap().push(note);
    }
}

/// The requests that a phone has received.
type Heard = Arc<Mutex<Vec<String>>>;

/// A phone that answers each request with this status, until it is told another; 0 is silent.
fn phone(status: u16) -> (u16, Arc<Mutex<u16>>, Heard) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let (status, heard) = (Arc::new(Mutex::new(status)), Arc::new(Mutex::new(Vec::new())));
    let (says, hears) = (status.clone(), heard.clone());
    std::thread::spawn(move || {
        let mut buffer = [0; 4_096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
            let lines = text.lines().filter(|line| copied.iter().any(|name| line.starts_with(name)));
            let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
            let status = *says.lock().unwrap();
            hears.lock().unwrap().push(text);
            if status > 0 {
                let answer = format!("SIP/2.0 {status} X\r\n{lines}Content-Length: 0\r\n\r\n");
                socket.send_to(answer.as_bytes(), from).unwrap();
            }
        }
    });
    (port, status, heard)
}

async fn exchange(folder: &std::path::Path, ports: [u16; 3], notes: Arc<Notes>) -> Arc<Exchange> {
    let [good, strict, silent] = ports;
    let phone = |name: &str, port: u16, more: &str| {
        format!(
            "[{name}]\ntype=endpoint\naors={name}\n[{name}]\ntype=aor\ncontact=sip:{name}@127.0.0.1:{port}\n\
             qualify_frequency=60\nqualify_timeout=0.4\n{more}\n"
        )
    };
    let pjsip = "[udp]\ntype=transport\nbind=127.0.0.1:0\n".to_owned()
        + &phone("good", good, "")
        + &phone("strict", strict, "qualify_2xx_only=yes")
        + &phone("silent", silent, "")
        + "[plain]\ntype=endpoint\naors=plain\n[plain]\ntype=aor\ncontact=sip:plain@127.0.0.1:9\n";
    std::fs::write(folder.join("pjsip.conf"), pjsip).unwrap();
    std::fs::write(folder.join("extensions.conf"), "[default]\nexten => 1,1,NoOp()\n").unwrap();
    let folders = Folders::from_argument(folder).unwrap();
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), vec![notes]).await.unwrap()
}

fn state_of(exchange: &Exchange, name: &str, port: u16) -> Reachability {
    exchange.qualification().state(name, &format!("sip:{name}@127.0.0.1:{port}"))
}

async fn until(what: &str, like: impl Fn() -> bool) {
    for _ in 0..400 {
        if like() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn contacts_are_asked_and_those_that_are_silent_are_not_called() {
    let folder = tempfile::tempdir().unwrap();
    let notes = Arc::new(Notes::default());
    let (good, status, heard) = phone(404);
    let (strict, strict_status, _) = phone(404);
    let (silent, ..) = phone(0);
    let exchange = exchange(folder.path(), [good, strict, silent], notes.clone()).await;
    // Any answer will do, unless only a 2xx does.
    until("good is there", || state_of(&exchange, "good", good).word() == "Avail").await;
    until("strict is away", || state_of(&exchange, "strict", strict).word() == "Unavail").await;
    until("silent is away", || state_of(&exchange, "silent", silent).word() == "Unavail").await;
    assert_eq!(state_of(&exchange, "plain", 9).word(), "NonQual");
    let asked = heard.lock().unwrap()[0].clone();
    assert!(asked.starts_with(&format!("OPTIONS sip:good@127.0.0.1:{good} SIP/2.0\r\n")), "{asked}");
    assert!(asked.contains("From: <sip:asterisk@127.0.0.1>;tag="), "{asked}");
    let calls = |name: &str| {
        let board = exchange.switchboard().clone();
        let destination = format!("PJSIP/{name}");
        async move { board.originate(&destination, Default::default()).await.err().map(|e| e.to_string()) }
    };
    assert_eq!(calls("good").await, None);
    assert_eq!(calls("plain").await, None);
    let away = "'silent' is away: no contact of it answers OPTIONS (qualify_frequency)";
    assert_eq!(calls("silent").await.as_deref(), Some(away));
    // Asked again, one has come and the other has gone.
    *strict_status.lock().unwrap() = 200;
    *status.lock().unwrap() = 0;
    let ask =
        |name: &str, port: u16| exchange.qualification().ask(name, &format!("sip:{name}@127.0.0.1:{port}"));
    assert!(ask("strict", strict) && ask("good", good) && !ask("plain", 9));
    until("strict is there", || state_of(&exchange, "strict", strict).word() == "Avail").await;
    until("good is away", || state_of(&exchange, "good", good).word() == "Unavail").await;
    let told = notes.0.lock().unwrap().clone();
    for note in [
        "good answers: true",
        "good is there: true",
        "strict is there: false",
        "strict is there: true",
        "silent answers: false",
        "good is there: false",
    ] {
        assert_eq!(told.iter().filter(|told| *told == note).count(), 1, "{note} in {told:?}");
    }
}
