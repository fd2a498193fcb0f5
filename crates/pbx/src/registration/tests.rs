//! Two exchanges on loopback: one registers at the other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;

use call_control::{Observer, Prompts};
use sip_ua::transport::Protocol;

use super::*;
use crate::Exchange;
use crate::configuration::{Folders, Part};

const EXTENSIONS: &str = "[from-trunk]\nexten => _X.,1,NoOp()\n";

/// The registrar's side: a line that takes one contact.
const PROVIDER: &str = "
[udp]
type=transport
bind=127.0.0.1:0
[100]
type=endpoint
context=from-trunk
auth=100
aors=100
[100]
type=auth
username=100
password=a-long-secret
[100]
type=aor
max_contacts=1
";

fn customer(port: u16, secret: &str, expiration: u32) -> String {
    format!(
        "[udp]\ntype=transport\nbind=127.0.0.1:0\n\
         [provider]\ntype=endpoint\ncontext=from-trunk\n\
         [secret]\ntype=auth\nusername=100\npassword={secret}\n\
         [trunk]\ntype=registration\nserver_uri=sip:127.0.0.1:{port}\nclient_uri=sip:100@127.0.0.1\n\
         outbound_auth=secret\nmax_random_initial_delay=0\nline=yes\nendpoint=provider\nexpiration={expiration}\n\
         contact_user=0033\n"
    )
}

/// Writes down what is told of registrations.
#[derive(Default)]
struct Notes(Mutex<Vec<RegistrationChange>>);

impl Observer for Notes {
    fn notice(&self, event: &Event) {
        if let Event::Registration { change, .. } = event {
            self.0.lock().unwrap().push(change.clone());
        }
    }
}

async fn exchange(folder: &Path, pjsip: &str, notes: Arc<Notes>) -> Arc<Exchange> {
    std::fs::write(folder.join("pjsip.conf"), pjsip).unwrap();
    std::fs::write(folder.join("extensions.conf"), EXTENSIONS).unwrap();
    let folders = Folders::from_argument(folder).unwrap();
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), vec![notes]).await.unwrap()
}

/// Waits until the registration of `customer` is like that.
async fn until(customer: &Exchange, like: impl Fn(&RegistrationStatus) -> bool) -> RegistrationStatus {
    for _ in 0..400 {
        let status = customer.outbound_registrations().unwrap().status("trunk");
        if let Some(status) = status.filter(|status| like(status)) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{:?}", customer.outbound_registrations().unwrap().statuses());
}

/// A provider and a customer of it.
struct Pair {
    _folders: [tempfile::TempDir; 2],
    provider: Arc<Exchange>,
    customer: Arc<Exchange>,
    notes: Arc<Notes>,
}

impl Pair {
    async fn new(secret: &str) -> Pair {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let provider = exchange(folders[0].path(), PROVIDER, Arc::default()).await;
        let port = provider.local_address(Protocol::Udp).unwrap().port();
        let notes = Arc::new(Notes::default());
        let customer = exchange(folders[1].path(), &customer(port, secret, 600), notes.clone()).await;
        Pair { _folders: folders, provider, customer, notes }
    }

    /// Gives the customer another configuration.
    async fn rewrite(&self, pjsip: &str) {
        std::fs::write(self._folders[1].path().join("pjsip.conf"), pjsip).unwrap();
        let report = self.customer.reload(Part::All).await;
        assert!(!report.has_errors(), "{}", report.render(false));
    }

    fn port(&self) -> u16 {
        self.provider.local_address(Protocol::Udp).unwrap().port()
    }

    fn contacts(&self) -> Vec<String> {
        self.provider.registrations().all().into_iter().map(|binding| binding.contact_uri).collect()
    }
}

#[tokio::test]
async fn an_exchange_registers_answers_the_challenge_and_takes_it_back_at_the_end() {
    let pair = Pair::new("a-long-secret").await;
    let status = until(&pair.customer, RegistrationStatus::is_registered).await;
    assert_eq!(
        (status.word(), status.server(), status.user()),
        ("Registered", format!("127.0.0.1:{}", pair.port()), "100".into())
    );
    assert_eq!(status.granted.unwrap().0.seconds, 600);
    assert_eq!(
        pair.customer.guard().standing([127, 0, 0, 1].into()),
        sip_ua::guard::Standing::Known,
        "its provider"
    );
    let own = pair.customer.local_address(Protocol::Udp).unwrap();
    let contact = &pair.contacts()[0];
    assert!(contact.starts_with(&format!("sip:0033@{own};line=")), "{contact}");
    pair.customer.stop().await;
    assert!(pair.contacts().is_empty());
    let notes = pair.notes.0.lock().unwrap();
    assert_eq!(*notes, [RegistrationChange::Registered { expires: 600 }, RegistrationChange::Unregistered]);
}

/// A server that answers all that comes with 503.
async fn broken(address: SocketAddr) -> tokio::task::JoinHandle<()> {
    let socket = tokio::net::UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut octets = [0; 2_000];
        while let Ok((length, from)) = socket.recv_from(&mut octets).await {
            let request = String::from_utf8_lossy(&octets[..length]).into_owned();
            let said = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
            let lines = request.lines().filter(|line| said.iter().any(|name| line.starts_with(name)));
            let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
            let response = format!("SIP/2.0 503 Service Unavailable\r\n{lines}Content-Length: 0\r\n\r\n");
            socket.send_to(response.as_bytes(), from).await.unwrap();
        }
    })
}

#[tokio::test]
async fn the_next_server_is_asked_at_once_where_one_is_not_available() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let second = PROVIDER.replace("127.0.0.1:0", "127.0.0.2:0");
    let provider = exchange(folders[0].path(), &second, Arc::default()).await;
    let port = provider.local_address(Protocol::Udp).unwrap().port();
    let first = broken(([127, 0, 0, 1], port).into()).await;
    let hosts = folders[1].path().join("hosts");
    std::fs::write(&hosts, "127.0.0.1 provider.example\n127.0.0.2 provider.example\n").unwrap();
    let resolver = format!("[general]\nnameserver=127.0.0.1\nhosts={}\n", hosts.display());
    std::fs::write(folders[1].path().join("resolver_unbound.conf"), resolver).unwrap();
    let sections = customer(port, "a-long-secret", 600).replace(
        &format!("server_uri=sip:127.0.0.1:{port}"),
        &format!("server_uri=sip:provider.example:{port}"),
    );
    let customer = exchange(folders[1].path(), &sections, Arc::default()).await;
    // The next try would come after a minute.
    until(&customer, RegistrationStatus::is_registered).await;
    customer.stop().await;
    first.abort();
}

#[tokio::test]
async fn wrong_credentials_are_final_until_the_configuration_changes() {
    let pair = Pair::new("not-the-secret").await;
    let status = until(&pair.customer, |status| status.standing == Standing::Stopped).await;
    assert_eq!(status.word(), "Rejected");
    assert!(matches!(status.problem, Some(Problem::Refused { status: 401, .. })));
    pair.rewrite(&customer(pair.port(), "a-long-secret", 600)).await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
}

#[tokio::test]
async fn an_address_that_is_mended_is_not_held_up_by_the_wrong_one() {
    let pair = Pair::new("a-long-secret").await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    pair.rewrite(&customer(silent.local_addr().unwrap().port(), "a-long-secret", 600)).await;
    silent.recv(&mut [0; 64]).await.unwrap();
    let mended = Instant::now();
    pair.rewrite(&customer(pair.port(), "a-long-secret", 600)).await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
    assert!(mended.elapsed() < FAREWELL + Duration::from_secs(5), "{:?}", mended.elapsed());
}

#[tokio::test]
async fn a_reload_touches_only_what_changed() {
    let pair = Pair::new("a-long-secret").await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
    // Other lines before it, and nothing else: it stays.
    let same = format!("; a comment\n\n{}", customer(pair.port(), "a-long-secret", 600));
    pair.rewrite(&same).await;
    assert!(until(&pair.customer, |_| true).await.is_registered());
    assert_eq!(pair.notes.0.lock().unwrap().len(), 1);
    // A longer time: the old one is taken back before the new one begins.
    pair.rewrite(&customer(pair.port(), "a-long-secret", 700)).await;
    let status = until(&pair.customer, RegistrationStatus::is_registered).await;
    assert_eq!(status.granted.unwrap().0.seconds, 700);
    let told = pair.notes.0.lock().unwrap().clone();
    let registered = |expires| RegistrationChange::Registered { expires };
    assert_eq!(told, [registered(600), RegistrationChange::Unregistered, registered(700)]);
    // Without its section it goes.
    pair.rewrite("[udp]\ntype=transport\nbind=127.0.0.1:0\n").await;
    assert!(pair.customer.outbound_registrations().unwrap().statuses().is_empty());
    for _ in 0..200 {
        if pair.contacts().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{:?}", pair.contacts());
}

#[tokio::test]
async fn the_console_can_take_it_back_and_send_it_again() {
    let pair = Pair::new("a-long-secret").await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
    let outbound = pair.customer.outbound_registrations().unwrap();
    assert!(outbound.unregister("trunk") && !outbound.unregister("other"));
    until(&pair.customer, |status| status.standing == Standing::Idle).await;
    assert!(pair.contacts().is_empty());
    assert!(outbound.register("trunk") && !outbound.register("other"));
    until(&pair.customer, RegistrationStatus::is_registered).await;
    assert_eq!(pair.contacts().len(), 1);
}

/// A registrar that binds flows is told that ours is alive, and is registered at again when it closes the connection.
#[tokio::test]
async fn a_flow_is_kept_alive_and_a_lost_one_is_replaced() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let folder = tempfile::tempdir().unwrap();
    let registrar = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = registrar.local_addr().unwrap().port();
    let pjsip = format!(
        "[tcp]\ntype=transport\nprotocol=tcp\nbind=127.0.0.1:0\n\
         [trunk]\ntype=registration\nserver_uri=sip:127.0.0.1:{port}\\;transport=tcp\n\
         client_uri=sip:100@127.0.0.1\nmax_random_initial_delay=0\nsupport_outbound=yes\n"
    );
    let customer = exchange(folder.path(), &pjsip, Arc::default()).await;
    let (mut connection, _) = registrar.accept().await.unwrap();
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        let mut buffer = [0; 2_048];
        let length = connection.read(&mut buffer).await.unwrap();
        assert!(length > 0, "{text}");
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
    assert!(text.contains("Supported: path, outbound\r\n"), "{text}");
    assert!(text.contains(";ob>;expires=3600;+sip.instance=\"<urn:uuid:"), "{text}");
    assert!(text.contains(";reg-id=1\r\n"), "{text}");
    let copied = ["Via", "From", "To", "Call-ID", "CSeq", "Contact"];
    let lines = text.lines().filter(|line| copied.iter().any(|name| line.starts_with(name)));
    let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
    let more = "Require: outbound\r\nFlow-Timer: 1\r\nContent-Length: 0\r\n\r\n";
    connection.write_all(format!("SIP/2.0 200 OK\r\n{lines}{more}").as_bytes()).await.unwrap();
    until(&customer, RegistrationStatus::is_registered).await;
    for _ in 0..2 {
        let mut ping = [0; 4];
        connection.read_exact(&mut ping).await.unwrap();
        assert_eq!(&ping, b"\r\n\r\n");
        connection.write_all(b"\r\n").await.unwrap();
    }
    drop(connection);
    let again = tokio::time::timeout(Duration::from_secs(30), registrar.accept());
    let (mut connection, _) = again.await.unwrap().unwrap();
    let mut begin = [0; 8];
    connection.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"REGISTER");
}

#[tokio::test]
async fn calls_are_known_by_the_line_that_they_bring_back() {
    let pair = Pair::new("a-long-secret").await;
    until(&pair.customer, RegistrationStatus::is_registered).await;
    let contact = pair.contacts().remove(0);
    let invite = |uri: &str| {
        let text = format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:1@x>;tag=1\r\n\
             To: <sip:2@x>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        Message::parse(text.into_bytes().into()).unwrap()
    };
    let outbound = pair.customer.outbound_registrations().unwrap();
    assert_eq!(outbound.endpoint_of(&invite(&contact)).as_deref(), Some("provider"));
    assert_eq!(outbound.endpoint_of(&invite("sip:0033@127.0.0.1;line=0123456789abcdef")), None);
    assert_eq!(outbound.endpoint_of(&invite("sip:0033@127.0.0.1")), None);
}
