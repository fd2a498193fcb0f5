//! The command line of the `asterisk` program, and words of our own.

mod accepted;
mod help;

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use accepted::without_effect;
pub(crate) use help::HELP;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandLine {
    pub(crate) task: Task,
    /// `-C`: an `asterisk.conf`, or a folder of `.conf` files.
    pub(crate) configuration: Option<PathBuf>,
    /// `-v`, once for each level.
    pub(crate) verbosity: u8,
    /// `-d`, once for each level.
    pub(crate) debug: u8,
    /// `-f`: stay in the foreground.
    pub(crate) foreground: bool,
    /// `-c`: with a console here.
    pub(crate) console: bool,
    /// `-n`: no colour.
    pub(crate) no_color: bool,
    /// `-q`: nothing but errors at the start.
    pub(crate) quiet: bool,
    /// `-U`: run as this user.
    pub(crate) user: Option<String>,
    /// `-G`: run as this group.
    pub(crate) group: Option<String>,
    /// `-s`: the console's socket.
    pub(crate) socket: Option<PathBuf>,
    /// `-M`: calls at a time; 0 for as many as fit.
    pub(crate) max_calls: Option<u32>,
    /// Letters that were accepted and mean nothing here.
    pub(crate) without_effect: String,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Task {
    /// Run an exchange.
    #[default]
    Run,
    /// `-r`: a console for the exchange that runs.
    Remote,
    /// `-rx`: one command for the exchange that runs.
    Execute(String),
    /// `check`: tell what is wrong with a configuration.
    Check(Option<PathBuf>),
    /// `dialplan test`: play what a file says.
    Rehearse(PathBuf),
    /// `dialplan trace`: tell why a number means what it means.
    Trace(String),
    /// `quickstart show`: print its page again.
    ShowQuickstart,
    /// `-V`.
    Version,
    /// `-h`.
    Help,
}

/// Why the command line means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandLineError {
    #[error("there is no option {0}; ipbx -h lists them")]
    UnknownOption(String),
    #[error("'{0}' means nothing here; ipbx -h shows what does")]
    UnknownWord(String),
    #[error("-{0} wants {1} behind it")]
    MissingValue(char, &'static str),
    #[error("-M wants a number of calls behind it, not '{0}'")]
    NotANumber(String),
    #[error("'{0}' and a console (-r, -x) are two things; ask for one at a time")]
    TwoTasks(&'static str),
    #[error("write 'dialplan test FILE' or 'dialplan trace NUMBER@CONTEXT'")]
    Dialplan,
    #[error("check was given two places, {0} and {1}; it looks at one at a time")]
    TwoPlaces(PathBuf, PathBuf),
}

impl CommandLine {
    /// Reads the words behind the program's name.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, CommandLineError> {
        let mut reading = Reading::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let text = word.to_string_lossy().into_owned();
            match text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                Some("-help") => reading.help = true,
                Some("-version") => reading.version = true,
                Some(letters) if letters.starts_with('-') => {
                    return Err(CommandLineError::UnknownOption(text));
                }
                Some(letters) => reading.take_letters(letters, &mut words)?,
                None => reading.take_word(word, &mut words)?,
            }
        }
        reading.finish()
    }

    /// Whether it is started as a service manager starts `asterisk`, which a quickstart is not.
    pub(crate) fn is_service(&self) -> bool {
        self.foreground || self.user.is_some() || self.group.is_some()
    }
}

/// What was read so far. Which task is meant is clear at the end only: `-x` may stand before `-r`.
#[derive(Default)]
struct Reading {
    line: CommandLine,
    help: bool,
    version: bool,
    remote: bool,
    command: Option<String>,
    /// `check` or `quickstart show`.
    own: Option<Task>,
}

impl Reading {
    /// A bundle such as `-vvvr` or `-rx`; the value of its last letter may stand in the next word.
    fn take_letters(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), CommandLineError> {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            if let Some(what) = wants(letter) {
                let tail: String = rest.collect();
                let value = if tail.is_empty() { words.next() } else { Some(tail.into()) };
                return self.take_value(letter, value.ok_or(CommandLineError::MissingValue(letter, what))?);
            }
            let line = &mut self.line;
            match letter {
                'r' | 'R' => self.remote = true,
                'v' => line.verbosity = line.verbosity.saturating_add(1),
                'd' => line.debug = line.debug.saturating_add(1),
                'f' => line.foreground = true,
                'c' => line.console = true,
                'n' => line.no_color = true,
                'q' => line.quiet = true,
                'V' => self.version = true,
                'h' | '?' => self.help = true,
                other if accepted::instead_of(other).is_some() => line.without_effect.push(other),
                other => return Err(CommandLineError::UnknownOption(format!("-{other}"))),
            }
        }
        Ok(())
    }

    fn take_value(&mut self, letter: char, value: OsString) -> Result<(), CommandLineError> {
        let text = || value.to_string_lossy().into_owned();
        let line = &mut self.line;
        match letter {
            'C' => line.configuration = Some(value.into()),
            's' => line.socket = Some(value.into()),
            'x' => self.command = Some(text()),
            'U' => line.user = Some(text()),
            'G' => line.group = Some(text()),
            'M' => {
                let calls = text().trim().parse().map_err(|_| CommandLineError::NotANumber(text()))?;
                line.max_calls = Some(calls);
            }
            other => line.without_effect.push(other),
        }
        Ok(())
    }

    fn take_word(
        &mut self,
        word: OsString,
        words: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), CommandLineError> {
        let text = word.to_string_lossy().into_owned();
        match (&mut self.own, text.as_str()) {
            (Some(Task::Check(Some(first))), _) => {
                return Err(CommandLineError::TwoPlaces(first.clone(), word.into()));
            }
            (Some(Task::Check(place)), _) => *place = Some(word.into()),
            (None, "check") => self.own = Some(Task::Check(None)),
            (None, "dialplan") => self.own = Some(dialplan(words)?),
            (None, "quickstart") => match words.next() {
                None => self.own = Some(Task::Run),
                Some(next) if next == "show" => self.own = Some(Task::ShowQuickstart),
                Some(next) => {
                    let next = next.to_string_lossy();
                    return Err(CommandLineError::UnknownWord(format!("quickstart {next}")));
                }
            },
            _ => return Err(CommandLineError::UnknownWord(text)),
        }
        Ok(())
    }

    /// Decides on the task: `-h` and `-V` win, as they do in `asterisk`.
    fn finish(self) -> Result<CommandLine, CommandLineError> {
        let console = self.remote || self.command.is_some();
        let task = match (self.own, self.command) {
            _ if self.help => Task::Help,
            _ if self.version => Task::Version,
            (Some(Task::Check(_)), _) if console => return Err(CommandLineError::TwoTasks("check")),
            (Some(Task::Rehearse(_) | Task::Trace(_)), _) if console => {
                return Err(CommandLineError::TwoTasks("dialplan"));
            }
            (Some(_), _) if console => return Err(CommandLineError::TwoTasks("quickstart")),
            (Some(Task::Check(Some(first))), _) => match self.line.configuration {
                Some(second) => return Err(CommandLineError::TwoPlaces(first, second)),
                None => Task::Check(Some(first)),
            },
            (Some(own), _) => own,
            (None, Some(command)) => Task::Execute(command),
            (None, None) if self.remote => Task::Remote,
            (None, None) => Task::Run,
        };
        Ok(CommandLine { task, ..self.line })
    }
}

/// `test FILE` or `trace NUMBER@CONTEXT`.
fn dialplan(words: &mut impl Iterator<Item = OsString>) -> Result<Task, CommandLineError> {
    let (what, of) = (words.next(), words.next().ok_or(CommandLineError::Dialplan)?);
    match what.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("test") => Ok(Task::Rehearse(of.into())),
        Some("trace") => Ok(Task::Trace(of.to_string_lossy().into_owned())),
        _ => Err(CommandLineError::Dialplan),
    }
}

/// What an option wants behind it.
fn wants(letter: char) -> Option<&'static str> {
    Some(match letter {
        'C' => "the path of an asterisk.conf or of a folder",
        'x' => "a command in quotes",
        's' => "the path of a socket",
        'U' => "a user",
        'G' => "a group",
        'L' | 'M' | 'e' => "a number",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> CommandLine {
        try_parse(line).unwrap()
    }

    fn try_parse(line: &str) -> Result<CommandLine, CommandLineError> {
        CommandLine::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn scripts_that_start_asterisk_start_this() {
        let debian = parse("-g -f -p -U asterisk");
        assert!(debian.foreground && debian.is_service());
        assert_eq!(debian.user.as_deref(), Some("asterisk"));
        assert_eq!(debian.without_effect, "gp");
        let named = parse("-f -C /etc/asterisk/asterisk.conf");
        assert_eq!(named.configuration, Some(PathBuf::from("/etc/asterisk/asterisk.conf")));
        assert_eq!(parse("-vvvgc").verbosity, 3);
        assert!(parse("-cvvvg").console && !parse("-cvvvg").is_service());
        assert!(parse("-f -vvvg -c").is_service());
        assert_eq!(parse("-M 20").max_calls, Some(20));
        assert_eq!(parse(""), CommandLine::default());
    }

    #[test]
    fn consoles_are_asked_for_in_every_usual_form() {
        let execute = CommandLine::parse(["-rx", "core show channels"].map(OsString::from)).unwrap();
        assert_eq!(execute.task, Task::Execute("core show channels".to_owned()));
        let apart = CommandLine::parse(["-C", "/x", "-r", "-x", "help"].map(OsString::from)).unwrap();
        assert_eq!(apart.task, Task::Execute("help".to_owned()));
        for form in ["-rvvv", "-vvvr", "-r -vvv", "-Rvvv"] {
            let remote = parse(form);
            assert_eq!((remote.task, remote.verbosity), (Task::Remote, 3), "{form}");
        }
        assert_eq!(parse("-rxhelp").task, Task::Execute("help".to_owned()));
        assert_eq!(parse("-x help").task, Task::Execute("help".to_owned()));
        assert_eq!(parse("-rV").task, Task::Version);
    }

    #[test]
    fn own_words_take_options_on_either_side() {
        assert_eq!(parse("check").task, Task::Check(None));
        for form in ["check /etc/asterisk", "check -n /etc/asterisk", "-n check /etc/asterisk"] {
            assert_eq!(parse(form).task, Task::Check(Some("/etc/asterisk".into())), "{form}");
        }
        let named = parse("check -C /etc/asterisk");
        assert_eq!((named.task, named.configuration), (Task::Check(None), Some("/etc/asterisk".into())));
        assert_eq!(parse("check check").task, Task::Check(Some("check".into())));
        assert_eq!(parse("quickstart show").task, Task::ShowQuickstart);
        assert_eq!(parse("quickstart").task, Task::Run);
        assert_eq!(parse("dialplan test menu.test").task, Task::Rehearse("menu.test".into()));
        assert_eq!(parse("-C /x dialplan trace 100@phones").task, Task::Trace("100@phones".into()));
        assert_eq!(parse("check -h").task, Task::Help);
        assert_eq!(parse("-V").task, Task::Version);
    }

    #[test]
    fn mistakes_are_named() {
        for (line, words) in [
            ("-y", "no option -y"),
            ("--verbose", "no option --verbose"),
            ("-C", "-C wants the path of an asterisk.conf or of a folder"),
            ("-M many", "not 'many'"),
            ("start", "'start' means nothing"),
            ("quickstart hide", "'quickstart hide'"),
            ("dialplan", "dialplan test FILE"),
            ("dialplan rehearse x", "dialplan test FILE"),
            ("-r dialplan test x", "'dialplan' and a console"),
            ("quickstart show now", "'now' means nothing"),
            ("-r check /x", "'check' and a console"),
            ("check /x /y", "/x and /y"),
            ("check /x -C /y", "/x and /y"),
        ] {
            let error = try_parse(line).expect_err(line).to_string();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
