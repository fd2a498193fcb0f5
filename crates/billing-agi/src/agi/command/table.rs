//! The words of each command, and how it is written.

/// How a command is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// Its name, in small letters.
    pub name: &'static str,
    /// Its words in order; brackets mark those that may be missing.
    pub usage: &'static str,
    /// One line on what it does.
    pub synopsis: &'static str,
    /// Whether it does something once the caller has hung up.
    pub on_dead_channel: bool,
}

const fn row(name: &'static str, usage: &'static str, synopsis: &'static str) -> Syntax {
    Syntax { name, usage, synopsis, on_dead_channel: false }
}

impl Syntax {
    /// The same command, which works after a hang-up too.
    const fn dead(mut self) -> Self {
        self.on_dead_channel = true;
        self
    }
}

/// Every command, by name.
#[must_use]
pub fn commands() -> &'static [Syntax] {
    const TABLE: &[Syntax] = &[
        row("answer", "ANSWER", "Answers the call: 0, or -1 when that fails."),
        row("asyncagi break", "ASYNCAGI BREAK", "Ends asynchronous AGI.").dead(),
        row(
            "channel status",
            "CHANNEL STATUS [channel]",
            "The state of a channel: 0 down, 4 ring, 5 ringing, 6 up.",
        ),
        row(
            "control stream file",
            "CONTROL STREAM FILE file \"keys\" [skip-ms [forward [rewind [pause [offset-ms]]]]]",
            "Plays a prompt that the caller steers.",
        ),
        row("database del", "DATABASE DEL family key", "Takes a value out of the database: 1, or 0.").dead(),
        row(
            "database deltree",
            "DATABASE DELTREE family [key]",
            "Takes a family out of the database: 1, or 0.",
        )
        .dead(),
        row("database get", "DATABASE GET family key", "A value of the database: 1 (value), or 0.").dead(),
        row("database put", "DATABASE PUT family key value", "Sets a value of the database: 1, or 0.").dead(),
        row(
            "exec",
            "EXEC application [arguments]",
            "Runs an application: its result, or -2 when there is none of that name.",
        )
        .dead(),
        row("get data", "GET DATA file [timeout-ms [most]]", "Plays a prompt and reads keys."),
        row(
            "get full variable",
            "GET FULL VARIABLE expression [channel]",
            "A text with ${...} in it: 1 (text), or 0.",
        )
        .dead(),
        row("get option", "GET OPTION file \"keys\" [timeout-ms]", "Plays a prompt and reads one key."),
        row("get variable", "GET VARIABLE name", "A variable or function: 1 (value), or 0.").dead(),
        row("gosub", "GOSUB context extension priority [arguments]", "Runs a subroutine of the dialplan."),
        row("hangup", "HANGUP [channel]", "Ends a call: 1, or -1 when there is none of that name."),
        row("noop", "NOOP [text]", "Does nothing.").dead(),
        row("receive char", "RECEIVE CHAR timeout-ms", "A character that the caller types."),
        row("receive text", "RECEIVE TEXT timeout-ms", "A text that the caller sends: 1 (text), or -1."),
        row(
            "record file",
            "RECORD FILE file format \"keys\" longest-ms [offset] [BEEP] [s=seconds]",
            "Records what the caller says.",
        ),
        row("say alpha", "SAY ALPHA text \"keys\"", "Says letters, digits and signs."),
        row("say date", "SAY DATE seconds \"keys\"", "Says a date."),
        row(
            "say datetime",
            "SAY DATETIME seconds \"keys\" [format [zone]]",
            "Says a date and a time as a format has it.",
        ),
        row("say digits", "SAY DIGITS digits \"keys\"", "Says digits one by one."),
        row("say number", "SAY NUMBER number \"keys\" [gender]", "Says a number."),
        row("say phonetic", "SAY PHONETIC text \"keys\"", "Spells a text."),
        row("say time", "SAY TIME seconds \"keys\"", "Says a time of day."),
        row("send image", "SEND IMAGE file", "Sends a picture."),
        row("send text", "SEND TEXT \"text\"", "Sends a text."),
        row("set autohangup", "SET AUTOHANGUP seconds", "Ends the call after so long; 0 for never."),
        row("set callerid", "SET CALLERID number", "Sets who calls."),
        row("set context", "SET CONTEXT context", "Where the dialplan goes on."),
        row("set extension", "SET EXTENSION extension", "Where the dialplan goes on."),
        row("set music", "SET MUSIC ON|OFF [class]", "Plays music from now on, or no more."),
        row("set priority", "SET PRIORITY priority", "Where the dialplan goes on."),
        row("set variable", "SET VARIABLE name value", "Sets a variable or function.").dead(),
        row("stream file", "STREAM FILE file \"keys\" [offset]", "Plays a prompt."),
        row("tdd mode", "TDD MODE ON|OFF", "Text telephones."),
        row("verbose", "VERBOSE text [level]", "A line on the console.").dead(),
        row("wait for digit", "WAIT FOR DIGIT timeout-ms", "Waits for a key; -1 for ever."),
    ];
    TABLE
}
