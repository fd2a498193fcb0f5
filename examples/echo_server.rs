//! Answers every call and sends its audio back: `cargo run -p examples --example echo_server -- 127.0.0.1:5080`.
//! Call `sip:echo@127.0.0.1:5080` from any phone; `#` ends it.

use call_control::sip::Line;
use call_control::{Call, CallError, HangupCause};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5080".to_owned());
    let mut line = Line::builder().listen(address.parse()?).open().await?;
    println!("call sip:echo@{address}");
    while let Some(call) = line.next_call().await {
        tokio::spawn(serve(call));
    }
    Ok(())
}

async fn serve(call: Call) {
    println!("{} calls {}", call.caller(), call.dialed());
    match echo(&call).await {
        Ok(()) => println!("{} pressed #", call.caller()),
        Err(error) => println!("{}: {error}", call.caller()),
    }
    call.hangup(HangupCause::NORMAL);
}

async fn echo(call: &Call) -> Result<(), CallError> {
    call.answer().await?;
    call.echo().await
}
