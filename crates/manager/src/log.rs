//! The narration of an exchange that runs in the foreground, printed as log files have it.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::narration::{Line, LineKind, Narration, Verbosity, missed_lines};

/// Prints lines up to a level to the standard output, for as long as the narration goes on.
///
/// A thread of its own does it: a terminal that is held (Ctrl-S), or a pipe that nobody reads, stops the log and nothing
/// else. The lines that it misses are counted.
pub fn to_stdout(narration: &Arc<Narration>, verbosity: u8, color: bool) {
    let (lines, verbosity) = (narration.listen(), narration.verbosity(verbosity));
    std::thread::spawn(move || follow(lines, &verbosity, color, &mut std::io::stdout()));
}

/// Writes until nobody is left to tell anything.
fn follow(mut lines: Receiver<Arc<Line>>, verbosity: &Verbosity, color: bool, out: &mut impl Write) {
    loop {
        let text = match lines.blocking_recv() {
            // Errors were written where they happened.
            Ok(line) if line.kind == LineKind::Error => continue,
            Ok(line) if line.level <= verbosity.get() => log_line(&line, &now(), color),
            Ok(_) => continue,
            Err(RecvError::Lagged(missed)) => format!("[{}] {}", now(), missed_lines(missed)),
            Err(RecvError::Closed) => return,
        };
        // A terminal that is gone is no reason to end calls.
        let _ = writeln!(out, "{text}");
    }
}

/// A line as a console shows it: what is said in passing as it is, warnings and notices as in the log.
pub(crate) fn console_line(line: &Line) -> String {
    match line.kind {
        LineKind::Verbose => line.for_console(),
        LineKind::Notice | LineKind::Warning | LineKind::Error => log_line(line, &now(), false),
    }
}

/// `Nov 21 05:31:39`, in the time of this place.
pub(crate) fn now() -> String {
    jiff::Zoned::now().strftime("%b %e %H:%M:%S").to_string()
}

/// `[Nov 21 05:31:39] WARNING[1819][C-00000001]: words`; verbose lines only have their time.
pub(crate) fn log_line(line: &Line, time: &str, color: bool) -> String {
    let name = match line.kind {
        LineKind::Verbose => return format!("[{time}] {}", line.for_console()),
        LineKind::Notice => "NOTICE",
        LineKind::Warning => "WARNING",
        LineKind::Error => "ERROR",
    };
    let call = line.call.as_ref().map(|call| format!("[{call}]")).unwrap_or_default();
    let on = if line.kind == LineKind::Error { "\u{1b}[1;31m" } else { "\u{1b}[1;33m" };
    let (on, off) = if color { (on, "\u{1b}[0m") } else { ("", "") };
    format!("[{time}] {on}{name}{off}[{}]{call}: {}", std::process::id(), line.text)
}

#[cfg(test)]
mod tests {
    use call_control::{Event, Observer};

    use super::*;

    #[test]
    fn lines_have_their_time_and_warnings_their_call() {
        let line = |kind, level, call: Option<&str>| Line {
            level,
            call: call.map(str::to_owned),
            text: "words".to_owned(),
            kind,
        };
        let (time, process) = ("Nov 21 04:27:09", std::process::id());
        let warning = line(LineKind::Warning, 0, Some("C-00000001"));
        let plain = format!("[{time}] WARNING[{process}][C-00000001]: words");
        assert_eq!(log_line(&warning, time, false), plain);
        assert!(log_line(&warning, time, true).contains("\u{1b}[1;33mWARNING\u{1b}[0m["));
        let notice = line(LineKind::Notice, 0, None);
        assert_eq!(log_line(&notice, time, false), format!("[{time}] NOTICE[{process}]: words"));
        let error = line(LineKind::Error, 0, None);
        assert_eq!(log_line(&error, time, false), format!("[{time}] ERROR[{process}]: words"));
        let verbose = line(LineKind::Verbose, 3, Some("C-00000001"));
        assert_eq!(log_line(&verbose, time, false), format!("[{time}]     -- words"));
    }

    #[test]
    fn a_log_that_nobody_reads_holds_nobody_up_and_says_what_it_missed() {
        let narration = Narration::new();
        let (lines, verbosity) = (narration.listen(), narration.verbosity(1));
        for number in 0..10_000 {
            narration.notice(&Event::Verbose { channel: None, level: 1, text: format!("line {number}") });
        }
        drop(narration);
        let mut out = Vec::new();
        follow(lines, &verbosity, false, &mut out);
        let out = String::from_utf8(out).unwrap();
        let (first, last) = (out.lines().next().unwrap(), out.lines().last().unwrap());
        assert!(first.ends_with("lines came too fast and are left out"), "{first}");
        assert!(last.ends_with(" line 9999"), "{last}");
    }
}
