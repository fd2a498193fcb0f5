//! The line that is typed: history, completion, and lines of the exchange that appear above it.

use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, ExternalPrinter, Helper};

/// Commands that the history keeps.
const HISTORY: usize = 1_000;

/// Reads commands from the terminal, or from a file.
pub(super) struct Editor<A: Fn(&str) -> Vec<String>> {
    line: rustyline::Editor<Ways<A>, DefaultHistory>,
    prompt: String,
    history: Option<PathBuf>,
    color: bool,
}

/// Prints lines above the one that is being typed.
pub(super) struct Screen {
    printer: Box<dyn ExternalPrinter + Send>,
    color: bool,
}

impl Screen {
    pub(super) fn print(&mut self, text: String) {
        let text = if self.color { painted(&text) } else { text };
        // A terminal that is gone ends the editor by itself.
        let _ = self.printer.print(text + "\n");
    }
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

/// Knows how words may go on, by asking the exchange.
struct Ways<A: Fn(&str) -> Vec<String>> {
    ask: A,
}

impl<A: Fn(&str) -> Vec<String>> Helper for Ways<A> {}

impl<A: Fn(&str) -> Vec<String>> Highlighter for Ways<A> {}

impl<A: Fn(&str) -> Vec<String>> Validator for Ways<A> {}

impl<A: Fn(&str) -> Vec<String>> Hinter for Ways<A> {
    type Hint = String;
}

impl<A: Fn(&str) -> Vec<String>> Completer for Ways<A> {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..at).unwrap_or(line);
        let start = typed.rfind(' ').map_or(0, |blank| blank + 1);
        let ways = (self.ask)(typed).into_iter();
        Ok((start, ways.map(|word| Pair { display: word.clone(), replacement: word + " " }).collect()))
    }
}

impl<A: Fn(&str) -> Vec<String>> Editor<A> {
    pub(super) fn open(ask: A, color: bool) -> Result<Self, ReadlineError> {
        let config = Config::builder()
            .max_history_size(HISTORY)?
            .auto_add_history(true)
            .completion_type(CompletionType::List)
            .build();
        let mut line = rustyline::Editor::with_config(config)?;
        line.set_helper(Some(Ways { ask }));
        let history = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".ipbx_history"));
        if let Some(history) = &history {
            // There is none yet at the first time.
            let _ = line.load_history(history);
        }
        let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        let host = host.unwrap_or_else(|| "ipbx".to_owned());
        let prompt = match color {
            true => format!("\u{1b}[1m{host}\u{1b}[0m*CLI> "),
            false => format!("{host}*CLI> "),
        };
        Ok(Self { line, prompt, history, color })
    }

    /// The screen above the line; none where the input is no terminal.
    pub(super) fn screen(&mut self) -> Option<Screen> {
        let printer = self.line.create_external_printer().ok()?;
        Some(Screen { printer: Box::new(printer), color: self.color })
    }

    pub(super) fn read(&mut self) -> Result<String, ReadlineError> {
        self.line.readline(&self.prompt)
    }
}

impl<A: Fn(&str) -> Vec<String>> Drop for Editor<A> {
    fn drop(&mut self) {
        if let Some(history) = &self.history {
            // A history that cannot be kept is no reason to complain at the end.
            let _ = self.line.save_history(history);
        }
    }
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
