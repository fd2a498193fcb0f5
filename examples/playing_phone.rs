//! A phone that registers, calls a number, plays a file and hangs up:
//! `cargo run -p examples --example playing_phone -- 192.0.2.1:5060 alice SECRET 6002 sounds/en/demo-congrats`.
//! Without arguments it calls an echo server of its own.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use call_control::HangupCause;
use call_control::sip::Line;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [registrar, user, secret, number, file] => {
            phone(registrar.parse()?, Some((user, secret)), number, file).await
        }
        [] => phone(own_server().await?, None, "echo", "en/ipbx-welcome").await,
        _ => Err("give REGISTRAR USER SECRET NUMBER FILE, or nothing".into()),
    }
}

async fn phone(
    exchange: SocketAddr,
    account: Option<(&String, &String)>,
    number: &str,
    file: &str,
) -> Result<(), Box<dyn Error>> {
    let local = if exchange.ip().is_loopback() { [127, 0, 0, 1] } else { [0, 0, 0, 0] };
    let mut builder = Line::builder().listen((local, 0).into()).sounds("sounds");
    if let Some((user, secret)) = account {
        builder = builder.account(user, secret);
    }
    let line = builder.open().await?;
    if account.is_some() {
        let granted = line.register(exchange, 120).await?;
        println!("registered for {granted} s");
    }
    let call = line.call(&format!("sip:{number}@{exchange}")).await?;
    tokio::time::timeout(Duration::from_secs(30), call.until_up()).await??;
    println!("{number} answered; playing {file}");
    call.play(file).await?;
    call.hangup(HangupCause::NORMAL);
    println!("played to its end");
    if account.is_some() {
        line.register(exchange, 0).await?;
    }
    Ok(())
}

/// A server that answers and echoes.
async fn own_server() -> Result<SocketAddr, Box<dyn Error>> {
    let mut line = Line::builder().listen(([127, 0, 0, 1], 0).into()).open().await?;
    let address = line.local_address(sip_ua::transport::Protocol::Udp).ok_or("the server listens")?;
    tokio::spawn(async move {
        while let Some(call) = line.next_call().await {
            tokio::spawn(async move {
                let _ = call.answer().await;
                let _ = call.echo().await;
            });
        }
    });
    Ok(address)
}
