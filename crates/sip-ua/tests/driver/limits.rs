//! How many connections peers may have. (How long they live is tested beside the connection, on a paused clock.)

use sip_ua::Protocol;
use sip_ua::transport::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::mirror::{Endpoint, within};

fn limits(change: impl FnOnce(&mut ConnectionLimits)) -> Endpoint {
    let mut limits = ConnectionLimits::default();
    change(&mut limits);
    Endpoint::with_limits(limits)
}

async fn connect(endpoint: &Endpoint) -> TcpStream {
    TcpStream::connect(endpoint.address(Protocol::Tcp)).await.expect("it listens")
}

/// Waits until the other side closes, and reads away what it says before.
async fn closed(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while within(stream.read(&mut buffer)).await.is_ok_and(|length| length > 0) {}
}

/// Whether a keep-alive is answered.
async fn is_served(stream: &mut TcpStream) -> bool {
    let asked = stream.write_all(b"\r\n\r\n").await;
    asked.is_ok() && within(stream.read(&mut [0; 16])).await.is_ok_and(|length| length == 2)
}

#[tokio::test]
async fn one_connection_too_many_is_closed_until_another_ends() {
    let endpoint = limits(|limits| limits.accepted = 1);
    let mut first = connect(&endpoint).await;
    assert!(is_served(&mut first).await);
    closed(&mut connect(&endpoint).await).await;
    first.shutdown().await.unwrap();
    closed(&mut first).await;
    // Its place is free a moment later.
    within(async { while !is_served(&mut connect(&endpoint).await).await {} }).await;
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let endpoint = limits(|limits| limits.accepted_per_address = 1);
    let mut first = connect(&endpoint).await;
    assert!(is_served(&mut first).await);
    closed(&mut connect(&endpoint).await).await;
    assert!(is_served(&mut first).await);
}
