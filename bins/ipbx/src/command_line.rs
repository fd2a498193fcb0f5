//! The command line of the `asterisk` program, and two words of our own.

use std::ffi::OsString;
use std::path::PathBuf;

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
    #[error("there is no option -{0}; ipbx -h lists them")]
    UnknownOption(char),
    #[error("'{0}' means nothing here; ipbx -h shows what does")]
    UnknownWord(String),
    #[error("-{0} wants {1} behind it")]
    MissingValue(char, &'static str),
}

/// Options of `asterisk` that change nothing here: core dumps, priorities, timing, colours of a terminal, limits of
/// load that ours does not need.
const WITHOUT_EFFECT: &str = "gpiItTmWBXF";

pub(crate) const HELP: &str = "\
ipbx: an IP telephone exchange that reads Asterisk's configuration

  ipbx                         start the quickstart: two phones, ready in a minute
  ipbx -C PATH                 start with PATH, an asterisk.conf or a folder of .conf files
  ipbx check [PATH]            tell what is wrong with a configuration, without starting it
  ipbx quickstart show         show the quickstart's page again, with its passwords
  ipbx -r                      open a console for the exchange that runs
  ipbx -rx 'COMMAND'           run one console command and print its answer

  -C PATH     the configuration; also says which exchange -r means
  -f          stay in the foreground (without it, an exchange started with -C goes to the background)
  -c          a console in this terminal (implies -f)
  -v          more lines about calls; -vvv shows each step
  -d          more lines for whoever mends the exchange itself
  -x COMMAND  with -r: run one command
  -s SOCKET   the console's socket, when it is not in the run folder
  -U, -G      run as this user and group (needs root)
  -n          no colour
  -q          quiet at the start
  -V          print the version
  -h          print this
";

impl CommandLine {
    /// Reads the words behind the program's name.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, CommandLineError> {
        let mut line = Self::default();
        let mut remote = false;
        let mut command = None;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let text = word.to_string_lossy().into_owned();
            match text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                Some("-help") => line.task = Task::Help,
                Some("-version") => line.task = Task::Version,
                Some(letters) => line.take_letters(letters, &mut words, &mut remote, &mut command)?,
                None => line.take_word(&text, &mut words)?,
            }
        }
        match command {
            Some(command) => line.task = Task::Execute(command),
            None if remote => line.task = Task::Remote,
            None => {}
        }
        Ok(line)
    }

    /// A bundle such as `-vvvr` or `-rx`; the value of its last letter may stand in the next word.
    fn take_letters(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = OsString>,
        remote: &mut bool,
        command: &mut Option<String>,
    ) -> Result<(), CommandLineError> {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            if let Some(what) = wants(letter) {
                let tail: String = rest.collect();
                let value = if tail.is_empty() { words.next() } else { Some(tail.into()) };
                let value = value.ok_or(CommandLineError::MissingValue(letter, what))?;
                self.take_value(letter, value, command);
                return Ok(());
            }
            match letter {
                'r' | 'R' => *remote = true,
                'v' => self.verbosity = self.verbosity.saturating_add(1),
                'd' => self.debug = self.debug.saturating_add(1),
                'f' => self.foreground = true,
                'c' => self.console = true,
                'n' => self.no_color = true,
                'q' => self.quiet = true,
                'V' => self.task = Task::Version,
                'h' | '?' => self.task = Task::Help,
                other if WITHOUT_EFFECT.contains(other) => self.without_effect.push(other),
                other => return Err(CommandLineError::UnknownOption(other)),
            }
        }
        Ok(())
    }

    fn take_value(&mut self, letter: char, value: OsString, command: &mut Option<String>) {
        let text = || value.to_string_lossy().into_owned();
        match letter {
            'C' => self.configuration = Some(value.into()),
            's' => self.socket = Some(value.into()),
            'x' => *command = Some(text()),
            'U' => self.user = Some(text()),
            'G' => self.group = Some(text()),
            other => self.without_effect.push(other),
        }
    }

    fn take_word(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), CommandLineError> {
        match word {
            "check" => {
                let folder = words.next().map(PathBuf::from);
                self.task = Task::Check(folder);
            }
            "quickstart" => match words.next().map(|next| next.to_string_lossy().into_owned()).as_deref() {
                None => self.task = Task::Run,
                Some("show") => self.task = Task::ShowQuickstart,
                Some(other) => return Err(CommandLineError::UnknownWord(format!("quickstart {other}"))),
            },
            other => return Err(CommandLineError::UnknownWord(other.to_owned())),
        }
        Ok(())
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
        let debian = parse("-g -f -p -U asterisk -C /etc/asterisk/asterisk.conf");
        assert!(debian.foreground);
        assert_eq!(debian.user.as_deref(), Some("asterisk"));
        assert_eq!(debian.configuration, Some(PathBuf::from("/etc/asterisk/asterisk.conf")));
        assert_eq!(debian.without_effect, "gp");
        assert_eq!(parse("-vvvgc").verbosity, 3);
        assert!(parse("-vvvgc").console);
        assert_eq!(parse("").task, Task::Run);
    }

    #[test]
    fn consoles_are_asked_for_in_every_usual_form() {
        let execute = CommandLine::parse(["-rx", "core show channels"].map(OsString::from)).unwrap();
        assert_eq!(execute.task, Task::Execute("core show channels".to_owned()));
        let apart = CommandLine::parse(["-C", "/x", "-r", "-x", "help"].map(OsString::from)).unwrap();
        assert_eq!(apart.task, Task::Execute("help".to_owned()));
        let remote = parse("-rvvv");
        assert_eq!((remote.task, remote.verbosity), (Task::Remote, 3));
        assert_eq!(parse("-rxhelp").task, Task::Execute("help".to_owned()));
    }

    #[test]
    fn own_words_and_mistakes() {
        assert_eq!(parse("check").task, Task::Check(None));
        assert_eq!(parse("check /etc/asterisk").task, Task::Check(Some("/etc/asterisk".into())));
        assert_eq!(parse("quickstart show").task, Task::ShowQuickstart);
        assert_eq!(parse("-V").task, Task::Version);
        assert_eq!(try_parse("-y"), Err(CommandLineError::UnknownOption('y')));
        assert_eq!(
            try_parse("-C"),
            Err(CommandLineError::MissingValue('C', "the path of an asterisk.conf or of a folder"))
        );
        assert!(matches!(try_parse("start"), Err(CommandLineError::UnknownWord(_))));
    }
}
