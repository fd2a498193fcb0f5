//! What happens to calls, as lines to read.

mod audience;
#[cfg(test)]
mod tests;
mod wording;

use std::sync::Arc;

use call_control::{Event, Observer};
use tokio::sync::broadcast;

use audience::Audience;
pub use audience::Verbosity;

/// Lines kept for a console that reads slowly; beyond them it misses some, and is told how many.
const BACKLOG: usize = 4_096;

/// One line of the narration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From which `-v` on it is shown; 0 is always shown.
    pub level: u8,
    /// The call that it is about, as `C-00000001`.
    pub call: Option<String>,
    /// The words, without control characters; a message of SIP has as many lines as it has.
    pub text: String,
    /// What kind of line it is.
    pub kind: LineKind,
}

/// What kind of line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// What happens to calls and phones.
    Verbose,
    /// Something that somebody may want to know.
    Notice,
    /// Something that somebody should look at.
    Warning,
    /// Something that the exchange cannot do as it should, until somebody mends it.
    Error,
}

/// Watches the calls and tells all who listen. Telling never waits, and what nobody wants to hear costs nothing.
pub struct Narration {
    lines: broadcast::Sender<Arc<Line>>,
    audience: Arc<Audience>,
}

impl Narration {
    /// A narration that nobody listens to yet.
    pub fn new() -> Self {
        Self { lines: broadcast::Sender::new(BACKLOG), audience: Arc::new(Audience::new()) }
    }

    /// A wish to hear lines up to a level, for one who listens.
    pub fn verbosity(&self, level: u8) -> Verbosity {
        Verbosity::new(level, self.audience.clone())
    }

    /// Tells all who listen; false where nobody does.
    pub(crate) fn tell(&self, line: Line) -> bool {
        self.lines.send(Arc::new(line)).is_ok()
    }

    /// Listens from now on. Lines above the [wished](Narration::verbosity) level come too where somebody else wants them.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Line>> {
        self.lines.subscribe()
    }
}

impl Default for Narration {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for Narration {
    fn notice(&self, event: &Event) {
        if self.audience.wants(wording::level(event))
            && let Some(line) = wording::line(event)
        {
            self.tell(line);
        }
    }
}

/// What is said in place of lines that somebody was too slow for.
pub(crate) fn missed_lines(count: u64) -> String {
    match count {
        1 => "1 line came too fast and is left out".to_owned(),
        count => format!("{count} lines came too fast and are left out"),
    }
}

impl Line {
    /// The line as a console shows it, with the prefix of its level.
    pub fn for_console(&self) -> String {
        let prefix = match (self.kind, self.level) {
            (LineKind::Notice, _) => "NOTICE: ",
            (LineKind::Warning, _) => "WARNING: ",
            (LineKind::Error, _) => "ERROR: ",
            (LineKind::Verbose, 0) => "",
            (LineKind::Verbose, 1) => " ",
            (LineKind::Verbose, 2) => "  == ",
            (LineKind::Verbose, 3) => "    -- ",
            (LineKind::Verbose, _) => "       > ",
        };
        format!("{prefix}{}", self.text)
    }
}
