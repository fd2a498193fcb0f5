//! A guard at the door of a driver: what comes from a banned source is not even parsed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use sip_ua::guard::{GuardPolicy, SharedGuard};
use sip_ua::transport::{ListenConfig, Protocol};
use sip_ua::user_agent::{Reply, UaEvent, UserAgentConfig};
use sip_ua::{UserAgentHandle, bind_guarded};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::mirror::within;

const OPTIONS: &str = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK{n}\r\nFrom: <sip:a@b>;tag=1\r\n\
    To: <sip:a@b>\r\nCall-ID: {n}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

/// A user agent that answers everything with 200.
async fn answering(guard: &SharedGuard) -> UserAgentHandle {
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let listen = [Protocol::Udp, Protocol::Tcp].map(|protocol| ListenConfig::new(protocol, any)).to_vec();
    let config = UserAgentConfig::new("guarded/1");
    let (agent, mut events) =
        bind_guarded(config, listen, Some(guard.clone())).await.expect("loopback is there");
    let answers = agent.clone();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let UaEvent::Request { id, .. } = event {
                answers.respond(id, Reply::status(200));
            }
        }
    });
    agent
}

/// Somebody at an address of loopback.
struct Peer {
    socket: UdpSocket,
    agent: SocketAddr,
    sent: u32,
}

impl Peer {
    async fn at(address: [u8; 4], agent: &UserAgentHandle) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::from(address), 0)).await.expect("loopback is there");
        Self { socket, agent: agent.local_address(Protocol::Udp).expect("it listens"), sent: 0 }
    }

    async fn asks(&mut self) {
        self.sent += 1;
        let port = self.socket.local_addr().expect("bound").port();
        let request = OPTIONS.replace("{n}", &format!("{port}-{}", self.sent));
        self.socket.send_to(request.as_bytes(), self.agent).await.expect("sent");
    }

    async fn is_served(&mut self) {
        self.asks().await;
        within(self.socket.recv(&mut [0; 2048])).await.expect("received");
    }

    async fn is_ignored(&mut self) {
        self.asks().await;
        let mut buffer = [0; 2048];
        let answer = timeout(Duration::from_millis(300), self.socket.recv(&mut buffer)).await;
        assert!(answer.is_err(), "it should not be answered");
    }

    async fn rubbish(&self, datagrams: usize) {
        for _ in 0..datagrams {
            self.socket.send_to(b"rubbish", self.agent).await.expect("sent");
        }
    }
}

#[tokio::test]
async fn rubbish_gets_its_source_banned_and_others_are_served() {
    let guard = SharedGuard::new(GuardPolicy::new(), |_| {});
    let agent = answering(&guard).await;
    let mut bad = Peer::at([127, 9, 9, 1], &agent).await;
    let mut good = Peer::at([127, 9, 9, 2], &agent).await;
    bad.is_served().await;
    good.is_served().await;
    bad.rubbish(2_000).await;
    within(async {
        while guard.bans().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bad.is_ignored().await;
    good.is_served().await;
    let before = agent.query(|agent, _| agent.transactions().counters().malformed).await.expect("it lives");
    bad.rubbish(1_000).await;
    good.is_served().await;
    let after = agent.query(|agent, _| agent.transactions().counters().malformed).await.expect("it lives");
    assert_eq!(before, after, "nothing of it reached the core");
    assert!(guard.release(IpAddr::from([127, 9, 9, 1])));
    bad.is_served().await;
}

/// A flood that the application is too slow for turns strangers away; once it has caught up they are served again, though
/// nothing of theirs told the driver that it has.
#[tokio::test]
async fn strangers_come_back_when_the_crowd_has_gone() {
    let policy = GuardPolicy::new();
    let guard = SharedGuard::new(policy, |_| {});
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let listen = vec![ListenConfig::new(Protocol::Udp, any)];
    let config = UserAgentConfig::new("slow/1");
    let (agent, mut events) =
        bind_guarded(config, listen, Some(guard.clone())).await.expect("loopback is there");
    let mut peers = vec![];
    for last in 10..14 {
        peers.push(Peer::at([127, 9, 9, last], &agent).await);
    }
    for _ in 0..250 {
        for peer in &mut peers {
            peer.asks().await;
        }
        tokio::task::yield_now().await;
    }
    // Nobody has answered so far: of 1,000 requests some hundreds wait, in one queue or the other.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let waiting = events.len();
    assert!((200..800).contains(&waiting), "{waiting} requests are waiting");
    while events.try_recv().is_ok() {}
    tokio::time::sleep(Duration::from_millis(200)).await;
    peers[0].asks().await;
    assert!(within(events.recv()).await.is_some());
}

#[tokio::test]
async fn a_banned_source_gets_no_connection() {
    let guard = SharedGuard::new(GuardPolicy::new(), |_| {});
    let agent = answering(&guard).await;
    let address = agent.local_address(Protocol::Tcp).expect("it listens");
    guard.ban(Ipv4Addr::LOCALHOST.into(), None);
    let mut stream = TcpStream::connect(address).await.expect("the system accepts it");
    let read = within(stream.read(&mut [0; 16])).await;
    assert!(!matches!(read, Ok(1..)), "{read:?}");
}

#[tokio::test]
async fn a_stranger_has_few_connections_and_a_phone_has_many() {
    let guard = SharedGuard::new(GuardPolicy::new(), |_| {});
    let agent = answering(&guard).await;
    let address = agent.local_address(Protocol::Tcp).expect("it listens");
    let mut open = vec![];
    for _ in 0..64 {
        open.push(TcpStream::connect(address).await.expect("it listens"));
    }
    let mut one_more = TcpStream::connect(address).await.expect("the system accepts it");
    assert!(!matches!(within(one_more.read(&mut [0; 16])).await, Ok(1..)));
    guard.welcome(Ipv4Addr::LOCALHOST.into(), Duration::from_secs(60));
    let mut phone = TcpStream::connect(address).await.expect("it listens");
    phone.write_all(b"\r\n\r\n").await.expect("written");
    assert_eq!(within(phone.read(&mut [0; 16])).await.expect("served"), 2);
}
