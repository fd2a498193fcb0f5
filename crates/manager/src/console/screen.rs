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

/// A line of the narration in colour: what is wrong in yellow, what an application does in cyan, the mark of the level
/// faint.
fn painted(text: &str) -> String {
    let (mark, words) = match text.find(|c: char| !" =->".contains(c)) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let painted = match words.split_once(['(', ' ']) {
        Some(("WARNING:", _)) => format!("\u{1b}[33m{words}\u{1b}[0m"),
        Some(("NOTICE:", _)) => format!("\u{1b}[1m{words}\u{1b}[0m"),
        Some(("Executing", _)) => match (words.find("] "), words.find('(')) {
            (Some(place), Some(open)) if place + 2 < open => {
                let (before, rest) = words.split_at(place + 2);
                let (application, rest) = rest.split_at(open - place - 2);
                format!("{before}\u{1b}[36m{application}\u{1b}[0m{rest}")
            }
            _ => words.to_owned(),
        },
        _ => words.to_owned(),
    };
    format!("\u{1b}[2m{mark}\u{1b}[0m{painted}")
}

#[cfg(test)]
mod tests {
    use super::painted;

    #[test]
    fn applications_and_warnings_stand_out() {
        let line = "    -- Executing [100@a:1] Dial(\"PJSIP/x\", \"y (z)\") in new stack";
        assert!(painted(line).contains("[100@a:1] \u{1b}[36mDial\u{1b}[0m(\"PJSIP/x\""));
        assert!(painted("WARNING: look").contains("\u{1b}[33mWARNING: look"));
        assert_eq!(painted(""), "\u{1b}[2m\u{1b}[0m");
    }
}
