//! The line that is typed: history, completion, and lines of the exchange that appear above it.

use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Helper};

use super::screen::Printer;

/// Commands that the history keeps.
const HISTORY: usize = 1_000;

/// Reads commands from the terminal, or from a file.
pub(super) struct Editor<A: Fn(&str) -> Vec<String>> {
    line: rustyline::Editor<Ways<A>, DefaultHistory>,
    prompt: String,
    history: Option<PathBuf>,
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
        Ok(Self { line, prompt, history })
    }

    /// What prints above the line; none where the input is no terminal.
    pub(super) fn printer(&mut self) -> Option<Printer> {
        let printer = self.line.create_external_printer().ok()?;
        Some(Box::new(printer))
    }

    /// Reads a line, and keeps it in the history.
    pub(super) fn read(&mut self) -> Result<String, ReadlineError> {
        let typed = self.line.readline(&self.prompt)?;
        if let Some(history) = &self.history {
            // A history that cannot be kept is no reason to complain at each line.
            let _ = self.line.append_history(history);
        }
        Ok(typed)
    }
}
