//! Shows the servers of a SIP URI in the order in which a call would try them. Without a URI it looks for
//! localhost, which needs no name server.
//! `cargo run -p examples --example find_servers -- sip:alice@example.com`

use std::error::Error;

use sip_parser::Uri;
use sip_ua::location::{Destination, Family, Locator, Reach};
use sip_ua::transport::Protocol;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let uri = std::env::args().nth(1).unwrap_or_else(|| "sip:localhost".to_owned());
    let destination = Destination::of(&Uri::parse(&uri)?)?;
    let protocols = [Protocol::Udp, Protocol::Tcp, Protocol::Tls];
    let reach: Reach = protocols.map(|protocol| (protocol, Family::V4)).into_iter().collect();
    for server in Locator::system().locate(&destination, &reach).await? {
        let name = server.name.map(|name| format!(", as {name}")).unwrap_or_default();
        println!("{} {}{name}", server.protocol, server.address);
    }
    Ok(())
}
