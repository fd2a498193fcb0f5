//! Asks a SIP server whether it lives: `cargo run -p examples --example options_ping -- 192.0.2.1:5060`. Without an
//! address it asks a server of its own.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Instant;

use sip_parser::Method;
use sip_ua::transport::{ListenConfig, Protocol};
use sip_ua::user_agent::{OutboundRequest, Reply, UaEvent, UserAgentConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = match std::env::args().nth(1) {
        Some(address) => address.parse()?,
        None => own_server().await?,
    };
    let local = if server.ip().is_loopback() { [127, 0, 0, 1] } else { [0, 0, 0, 0] };
    let listen = vec![ListenConfig::new(Protocol::Udp, (local, 0).into())];
    let (phone, _events) = sip_ua::bind(UserAgentConfig::new("options-ping/1"), listen).await?;
    let flow = phone.flow_to(Protocol::Udp, server).ok_or("no way leads to that address")?;
    let target = format!("sip:{server}");
    let ping =
        OutboundRequest::new(Method::Options, &target, flow, "<sip:ping@localhost>", &format!("<{target}>"));
    let sent = Instant::now();
    let response = phone.send_request(ping).await?;
    println!("{server} answers {:?} {} in {:?}", response.status(), response.reason(), sent.elapsed());
    Ok(())
}

/// A server that answers everything with 200.
async fn own_server() -> Result<SocketAddr, Box<dyn Error>> {
    let listen = vec![ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into())];
    let (server, mut events) = sip_ua::bind(UserAgentConfig::new("server/1"), listen).await?;
    let address = server.local_address(Protocol::Udp).ok_or("the server listens")?;
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let UaEvent::Request { id, .. } = event {
                server.respond(id, Reply::status(200));
            }
        }
    });
    Ok(address)
}
