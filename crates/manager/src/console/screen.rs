//! Lines of the exchange on a terminal, above the one that is being typed.

use std::io::{Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rustyline::ExternalPrinter;

use crate::narration::missed_lines;

/// Lines that wait for a slow terminal; more are counted instead.
const BACKLOG: usize = 1_024;

/// The way of the editor to print above its line.
pub(super) type Printer = Box<dyn ExternalPrinter + Send>;

/// Prints lines on a thread of its own, so that nobody waits for the terminal. Clones print to the same one.
#[derive(Clone)]
pub(super) struct Screen {
    lines: SyncSender<Shown>,
    missed: Arc<AtomicU64>,
}

enum Shown {
    Line(String),
    /// From now on above the line that is being typed.
    Above(Printer),
}

impl Screen {
    /// A screen that prints plainly until there is an editor.
    pub(super) fn new(color: bool) -> Self {
        let (lines, shown) = sync_channel(BACKLOG);
        let missed = Arc::new(AtomicU64::new(0));
        let screen = Self { lines, missed: missed.clone() };
        std::thread::spawn(move || show(&shown, &missed, color));
        screen
    }

    /// Prints a line soon.
    pub(super) fn print(&self, text: String) {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Shown::Line(text)) {
            self.missed.fetch_add(1, Relaxed);
        }
    }

    /// From now on above the line that is being typed.
    pub(super) fn print_above(&self, printer: Printer) {
        let _ = self.lines.send(Shown::Above(printer));
    }
}

/// Prints what comes until nobody is left to send it.
fn show(shown: &Receiver<Shown>, missed: &AtomicU64, color: bool) {
    let mut printer = None;
    for shown in shown {
        match shown {
            Shown::Above(above) => printer = Some(above),
            Shown::Line(text) => put(printer.as_mut(), if color { painted(&text) } else { text }),
        }
        match missed.swap(0, Relaxed) {
            0 => {}
            count => put(printer.as_mut(), missed_lines(count)),
        }
    }
}

/// A terminal that is gone ends the editor by itself.
fn put(printer: Option<&mut Printer>, text: String) {
    let _ = match printer {
        Some(printer) => printer.print(text + "\n").is_ok(),
        None => writeln!(stdout(), "{text}").is_ok(),
    };
}

/// A line of the narration in colour: what an application does in cyan, the mark of the level faint, and the words that
/// say that something is wrong.
fn painted(text: &str) -> String {
    if text.starts_with('[') {
        for (word, color) in [("WARNING", "1;33"), ("NOTICE", "1"), ("ERROR", "1;31")] {
            if let Some((time, rest)) = text.split_once(&format!("] {word}[")) {
                return format!("{time}] \u{1b}[{color}m{word}\u{1b}[0m[{rest}");
            }
        }
    }
    let (mark, words) = match text.find(|c: char| !" =->".contains(c)) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let painted = application_painted(words).unwrap_or_else(|| words.to_owned());
    format!("\u{1b}[2m{mark}\u{1b}[0m{painted}")
}

/// `Executing [100@phones:1] Dial("…` with the application's name in colour.
fn application_painted(words: &str) -> Option<String> {
    let place = words.strip_prefix("Executing [")?.find("] ")? + "Executing [] ".len();
    let (before, rest) = words.split_at_checked(place)?;
    let (application, arguments) = rest.split_once('(')?;
    Some(format!("{before}\u{1b}[36m{application}\u{1b}[0m({arguments}"))
}

#[cfg(test)]
mod tests {
    use super::painted;

    #[test]
    fn applications_and_warnings_stand_out() {
        let line = "    -- Executing [100@a:1] Dial(\"PJSIP/x\", \"y (z)\") in new stack";
        assert!(painted(line).contains("[100@a:1] \u{1b}[36mDial\u{1b}[0m(\"PJSIP/x\""));
        let warning = "[Nov 21 05:31:39] WARNING[1819][C-00000001]: look";
        assert!(painted(warning).contains("] \u{1b}[1;33mWARNING\u{1b}[0m[1819]"));
        let forged = painted("    -- [Nov 21 05:31:39] WARNING[1]: not so");
        assert!(!forged.contains("1;33"), "{forged}");
        assert_eq!(painted(""), "\u{1b}[2m\u{1b}[0m");
    }
}
