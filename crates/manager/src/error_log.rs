//! What the parts of the exchange log as errors, where people look.

use std::fmt::{Debug, Write as _};
use std::io::{IsTerminal, Write, stderr};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::log::{log_line, now};
use crate::narration::{Line, LineKind, Narration};
use crate::visible::visible;

/// Brings errors of any part of the program (those of `tracing`) to the standard error as lines of the log, and to the consoles.
///
/// A layer of a `tracing` subscriber. An error is written before whoever logs it goes on, so that the last words of a program are
/// among them. Where that would have to wait, for a terminal that is held (Ctrl-S) or a pipe that nobody reads, it is left out, and
/// the next one that is written tells how many were.
#[derive(Clone, Default)]
pub struct ErrorLog(Arc<Shared>);

#[derive(Default)]
struct Shared {
    listeners: OnceLock<Listeners>,
    /// Errors that were not written since the last one that was.
    left_out: AtomicU64,
}

struct Listeners {
    narration: Weak<Narration>,
    /// One of them is a console on this very terminal.
    here: bool,
}

impl ErrorLog {
    /// From now on those who listen to the narration hear of errors too. `here`: one of them on this terminal, where nothing else is
    /// to be written then.
    pub fn tell(&self, narration: &Arc<Narration>, here: bool) {
        // Only the first exchange of a program is told.
        let _ = self.0.listeners.set(Listeners { narration: Arc::downgrade(narration), here });
    }

    fn note(&self, line: Line) {
        let text = log_line(&line, &now(), stderr().is_terminal());
        let heard = |told: &Listeners| told.narration.upgrade().is_some_and(|narration| narration.tell(line));
        // A console that is still to come hears nothing of it.
        let is_shown_here = self.0.listeners.get().is_some_and(|told| heard(told) && told.here);
        if !is_shown_here {
            // Held from the look at it on: between its threads the last room is not promised twice.
            self.0.write(&mut stderr().lock(), text);
        }
    }
}

/// What a pipe that is not full takes without waiting, in octets (`PIPE_BUF` of Linux).
const AT_ONCE: usize = 4_096;

impl Shared {
    /// Writes a line, unless that has to wait.
    fn write(&self, to: &mut (impl AsFd + Write), mut line: String) {
        if !takes_more(to) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let before = match self.left_out.swap(0, Ordering::Relaxed) {
            0 => String::new(),
            count => format!(" ({count} errors before it could not be written)"),
        };
        line.truncate(line.floor_char_boundary(AT_ONCE - before.len() - 1));
        line.push_str(&before);
        line.push('\n');
        // A terminal that is gone is no reason to end calls.
        let _ = to.write_all(line.as_bytes());
    }
}

/// Whether it can be written to now, or will say at once that it cannot.
fn takes_more(to: &impl AsFd) -> bool {
    let mut asked = [PollFd::new(to, PollFlags::OUT)];
    !matches!(poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
}

impl<S: Subscriber> Layer<S> for ErrorLog {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut words = Words::default();
            event.record(&mut words);
            self.note(words.line());
        }
    }
}

/// The words of an error: the sentence, its cause, and what else belongs to it.
#[derive(Default)]
struct Words {
    sentence: String,
    cause: String,
    facts: String,
}

impl Words {
    fn line(self) -> Line {
        let Self { sentence, cause, facts } = self;
        let text = format!("{sentence}{cause}{facts}");
        Line { level: 0, call: None, text: visible(&text).into_owned(), kind: LineKind::Error }
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // To write to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.sentence, "{value:?}"),
            "error" => write!(self.cause, ": {value:?}"),
            name => write!(self.facts, " ({name} {value:?})"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn nobody_waits_for_a_pipe_that_is_not_read() {
        let (mut reader, mut writer) = std::io::pipe().unwrap();
        let log = Shared::default();
        while log.left_out.load(Ordering::Relaxed) < 3 {
            log.write(&mut writer, "€".repeat(2_000));
        }
        for _ in 0..2 {
            let mut page = [0; AT_ONCE];
            reader.read_exact(&mut page).unwrap();
            assert!(page.ends_with("€\n".as_bytes()), "a line is cut between characters");
        }
        log.write(&mut writer, "€".repeat(2_000));
        log.write(&mut writer, "another error".to_owned());
        drop(writer);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert!(rest.ends_with("€ (3 errors before it could not be written)\nanother error\n"), "{rest}");
    }

    #[test]
    fn errors_are_told_with_their_cause_and_nothing_else_is() {
        let (log, narration) = (ErrorLog::default(), Arc::new(Narration::new()));
        let mut lines = narration.listen();
        let subscriber = tracing_subscriber::registry().with(log.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!("before anybody listens");
            log.tell(&narration, true);
            tracing::warn!("of no interest");
            tracing::error!(thread = 1, error = %"closed\n", "a thread ends");
        });
        let line = lines.try_recv().unwrap();
        assert_eq!(
            (line.level, line.kind, line.text.as_str()),
            (0, LineKind::Error, "a thread ends: closed\\n (thread 1)")
        );
        assert!(lines.try_recv().is_err());
        drop(lines);
        assert!(!narration.tell(Line::clone(&line)), "nobody listens, so that it is written");
    }
}
