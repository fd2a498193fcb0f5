//! Prints what a SIP message says: `cargo run -p examples --example sip_message_printer -- FILE`.

use std::error::Error;

use bytes::Bytes;
use sip_parser::{Message, Start};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name a file that holds one SIP message")?;
    let message = Message::parse(Bytes::from(std::fs::read(file)?))?;
    match message.start() {
        Start::Request { method, uri } => println!("{method} to {uri}"),
        Start::Response { status, reason } => println!("response {status} {reason}"),
    }
    let (from, to) = (message.from()?, message.to()?);
    println!("from {} ({})", from.uri_str(), from.display().unwrap_or_default());
    println!("to   {}", to.uri_str());
    println!("call {} number {}", message.call_id()?, message.cseq()?.number);
    for (name, value) in message.headers() {
        println!("  {name}: {value}");
    }
    println!("{} octets of body", message.body().len());
    Ok(())
}
