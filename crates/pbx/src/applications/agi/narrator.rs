//! What programs say on their standard error.

use billing_agi::agi::{LineError, Lines};
use tokio::io::{AsyncRead, AsyncReadExt};

/// What a program says on its standard error goes to the console, line by line.
pub(in crate::applications) async fn narrate(
    errors: impl AsyncRead + Unpin,
    call: call_control::Call,
    name: String,
) {
    let mut errors = errors;
    let (mut lines, mut piece) = (Lines::default(), [0; 1_024]);
    loop {
        match lines.next_line() {
            Ok(Some(line)) => {
                let text = format!("{name}: {line}");
                call.switchboard().notice(|| call_control::Event::Verbose {
                    channel: Some(call.snapshot()),
                    level: 1,
                    text,
                });
                continue;
            }
            Ok(None) => {}
            Err(LineError) => return,
        }
        match errors.read(&mut piece).await {
            Ok(count) if count > 0 => lines.push(&piece[..count]),
            _ => return,
        }
    }
}
