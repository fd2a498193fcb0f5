//! Binding, and letting go.

use std::net::SocketAddr;

use sip_ua::driver::run;
use sip_ua::transport::{BindError, ConnectionLimits, ListenConfig};
use sip_ua::{Flow, Protocol};
use tokio::net::{TcpListener, UdpSocket};

use crate::mirror::{Endpoint, Mirror, within};

fn listen(protocol: Protocol, address: SocketAddr) -> Result<(), BindError> {
    let listen = [ListenConfig::new(protocol, address)];
    run(Mirror::default(), &listen, ConnectionLimits::default()).map(drop)
}

#[tokio::test]
async fn a_port_in_use_names_its_holder() {
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for (protocol, address) in
        [(Protocol::Udp, udp.local_addr().unwrap()), (Protocol::Tcp, tcp.local_addr().unwrap())]
    {
        let error = listen(protocol, address).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("{protocol} {address}")), "{text}");
        assert!(text.contains("choose another port"), "{text}");
        let BindError::InUse { owner, .. } = error else { panic!("{text}") };
        if cfg!(target_os = "linux") {
            assert_eq!(owner.unwrap().process.unwrap().1, std::process::id());
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_named() {
    let error = listen(Protocol::Udp, "192.0.2.1:0".parse().unwrap()).unwrap_err();
    assert!(matches!(error, BindError::NoSuchAddress { .. }), "{error}");
    let error = listen(Protocol::Tls, "127.0.0.1:0".parse().unwrap()).unwrap_err();
    assert!(matches!(error, BindError::NoCertificate { .. }), "{error}");
}

#[test]
fn outside_of_a_runtime_there_is_a_sentence_and_no_panic() {
    let error = listen(Protocol::Udp, "127.0.0.1:0".parse().unwrap()).unwrap_err();
    assert!(matches!(error, BindError::NoRuntime), "{error}");
}

#[tokio::test]
async fn all_addresses_become_the_one_that_the_peer_sees() {
    let any = [ListenConfig::new(Protocol::Udp, "0.0.0.0:0".parse().unwrap())];
    let (handle, _events) = run(Mirror::default(), &any, ConnectionLimits::default()).unwrap();
    let bound = handle.local_address(Protocol::Udp).unwrap();
    assert_ne!(bound.port(), 0);
    let flow = handle.flow_to(Protocol::Udp, "127.0.0.1:5060".parse().unwrap()).unwrap();
    assert_eq!(flow.local, SocketAddr::from(([127, 0, 0, 1], bound.port())));
    assert_eq!(
        handle.flow_to(Protocol::Udp, "[::1]:5060".parse().unwrap()),
        None,
        "no socket of that family"
    );
    assert_eq!(handle.flow_to(Protocol::Tcp, "127.0.0.1:5060".parse().unwrap()), None, "no such protocol");
}

#[tokio::test]
async fn of_several_sockets_the_one_that_the_system_sends_from_is_taken() {
    let listen = ["127.0.0.2:0", "127.0.0.1:0", "[::1]:0"]
        .map(|address| ListenConfig::new(Protocol::Udp, address.parse().unwrap()));
    let (handle, _events) = run(Mirror::default(), &listen, ConnectionLimits::default()).unwrap();
    let local = |remote: &str| handle.flow_to(Protocol::Udp, remote.parse().unwrap()).unwrap().local;
    assert_eq!(local("127.0.0.1:5060"), handle.listening()[1].address);
    assert_eq!(local("[::1]:5060"), handle.listening()[2].address);
    let flow = handle.flow_to(Protocol::Udp, "127.0.0.1:5060".parse().unwrap()).unwrap();
    assert!(handle.has_connection(&flow));
    let gone = Flow { local: "127.0.0.3:5060".parse().unwrap(), ..flow };
    assert!(!handle.has_connection(&gone), "nobody listens there");
}

#[tokio::test]
async fn addresses_come_and_go_while_others_stay() {
    let at = |protocol| ListenConfig::new(protocol, "127.0.0.1:0".parse().unwrap());
    let (udp, tcp) = (at(Protocol::Udp), at(Protocol::Tcp));
    let before = [udp.clone(), tcp.clone()];
    let (handle, _events) = run(Mirror::default(), &before, ConnectionLimits::default()).unwrap();
    let local = |protocol| handle.local_address(protocol);
    let first = local(Protocol::Udp).unwrap();
    // The one socket stays, the other goes, and what takes its place has its port.
    let same_port = local(Protocol::Tcp).unwrap();
    let any = SocketAddr::from(([0, 0, 0, 0], same_port.port()));
    handle.listen_on(vec![ListenConfig::new(Protocol::Tcp, any), udp.clone()]).await.unwrap();
    assert_eq!((local(Protocol::Udp), local(Protocol::Tcp)), (Some(first), Some(any)));
    within(tokio::net::TcpStream::connect(same_port)).await.unwrap();
    // What cannot be had leaves what there was.
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap().into_std().unwrap();
    let busy = ListenConfig::new(Protocol::Udp, taken.local_addr().unwrap());
    let error = handle.listen_on(vec![busy]).await.unwrap_err();
    assert!(matches!(error, BindError::InUse { .. }), "{error}");
    assert_eq!(local(Protocol::Tcp), Some(any));
    within(tokio::net::TcpStream::connect(same_port)).await.unwrap();
    let back = local(Protocol::Udp).unwrap();
    handle.listen_on(vec![udp]).await.unwrap();
    assert_eq!((local(Protocol::Udp), local(Protocol::Tcp)), (Some(back), None));
    assert!(tokio::net::TcpStream::connect(same_port).await.is_err());
}

#[tokio::test]
async fn after_a_shutdown_the_ports_are_free_and_the_events_end() {
    let mut endpoint = Endpoint::new();
    let address = endpoint.address(Protocol::Udp);
    endpoint.handle.shutdown();
    within(endpoint.handle.closed()).await;
    assert!(within(endpoint.events.recv()).await.is_none());
    assert!(within(endpoint.handle.query(|_, _| ())).await.is_none());
    // The reader's task gives the socket up when the runtime comes round to it.
    within(async {
        while UdpSocket::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_handle_ends_the_task() {
    let Endpoint { handle, mut events } = Endpoint::new();
    drop(handle.clone());
    drop(handle);
    assert!(within(events.recv()).await.is_none());
}
