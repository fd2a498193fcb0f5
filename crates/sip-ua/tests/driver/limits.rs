//! What a peer can take of us, and what happens beyond.

use std::time::Duration;

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

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let endpoint = limits(|limits| limits.message_within = Duration::from_millis(100));
    closed(&mut connect(&endpoint).await).await;
}

#[tokio::test]
async fn a_message_that_never_ends_is_not_waited_for() {
    let endpoint = limits(|limits| limits.message_within = Duration::from_millis(300));
    let mut phone = connect(&endpoint).await;
    assert!(is_served(&mut phone).await);
    phone.write_all(b"OPTIONS sip:a@b SIP/2.0\r\n").await.unwrap();
    let (mut reader, mut writer) = phone.into_split();
    let dripping = tokio::spawn(async move {
        while writer.write_all(b"X: x\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    while within(reader.read(&mut [0; 64])).await.is_ok_and(|length| length > 0) {}
    within(dripping).await.unwrap();
}

#[tokio::test]
async fn a_silent_connection_is_closed_in_the_end() {
    let endpoint = limits(|limits| limits.idle = Duration::from_millis(100));
    let mut phone = connect(&endpoint).await;
    assert!(is_served(&mut phone).await);
    closed(&mut phone).await;
}
