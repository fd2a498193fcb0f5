//! The narration of an exchange that runs in the foreground, printed as log files have it.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;

use crate::narration::{Line, LineKind, Narration};

/// Prints lines up to a level to the standard output, on a task of its own, for as long as the runtime lives.
pub fn to_stdout(narration: &Arc<Narration>, verbosity: u8, color: bool) {
    let mut lines = narration.listen();
    tokio::spawn(async move {
        loop {
            let text = match lines.recv().await {
                Ok(line) if line.level <= verbosity => log_line(&line, color),
                Ok(_) => continue,
                Err(RecvError::Lagged(missed)) => format!("{missed} lines came too fast and are left out"),
                Err(RecvError::Closed) => return,
            };
            // A terminal that is gone is no reason to end calls.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    });
}

/// `[Nov 21 05:31:39] WARNING[1819][C-00000001]: words`; verbose lines only have their time.
fn log_line(line: &Line, color: bool) -> String {
    let now = jiff::Zoned::now().strftime("%b %e %H:%M:%S");
    let name = match line.kind {
        LineKind::Verbose => return format!("[{now}] {}", line.for_console()),
        LineKind::Notice => "NOTICE",
        LineKind::Warning => "WARNING",
    };
    let call = line.call.as_ref().map(|call| format!("[{call}]")).unwrap_or_default();
    let (on, off) = if color { ("\u{1b}[1;33m", "\u{1b}[0m") } else { ("", "") };
    format!("[{now}] {on}{name}{off}[{}]{call}: {}", std::process::id(), line.text)
}
