//! A menu for callers: `cargo run -p examples --example ivr -- 127.0.0.1:5080`. Press 1 for the welcome, 2 to be
//! connected with `sip:echo@127.0.0.1:5081`, 9 to end.

use std::time::Duration;

use call_control::sip::Line;
use call_control::{Call, CallError, HangupCause};

async fn menu(call: &Call) -> Result<(), CallError> {
    call.answer().await?;
    loop {
        match call.read_digits("ipbx-menu", 1, Duration::from_secs(5)).await?.as_str() {
            "1" => call.play("ipbx-welcome").await?,
            "2" => {
                let echo =
                    call.dial("PJSIP/sip:echo@127.0.0.1:5081").timeout(Duration::from_secs(20)).await?;
                call.bridge(&echo).await?;
                echo.hangup(HangupCause::NORMAL);
            }
            "9" => return call.play("ipbx-goodbye").await,
            _ => call.play("ipbx-menu-invalid").await?,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5080".to_owned());
    let mut line = Line::builder().listen(address.parse()?).sounds("sounds").open().await?;
    println!("call sip:menu@{address}");
    while let Some(call) = line.next_call().await {
        tokio::spawn(async move {
            if let Err(error) = menu(&call).await {
                println!("{}: {error}", call.caller());
            }
            call.hangup(HangupCause::NORMAL);
        });
    }
    Ok(())
}
