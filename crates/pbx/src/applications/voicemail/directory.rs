//! `Directory([vm-context[,dial-context[,options]]])`: lets the caller find an owner of a mailbox of `voicemail.conf` by the keys
//! of the name, and goes to the extension of that number in the dial context.
//!
//! Options: `l(n)` by the first `n` letters (3) of the last name, `f(n)` of the first name, `b(n)` of either, `a` of an alias too;
//! `e` says the number behind the name; `m` offers up to eight names at a time, on the keys 1 to 8; `n` does not answer; `p(ms)` waits
//! a moment, 3 s at most, before names are read; `s` stays in the dialplan and only sets `DIRECTORY_EXTEN`; `d`, by which Asterisk reads keys while it speaks, is always so here.
//! `c(file)` takes the names from another file than `voicemail.conf`, as it is now, in the folder of the configuration.
//! While it plays, `0` leads to `o` and `*` to `a` of the dial context, where there is one.
//!
//! A name is the recording `greet` of its mailbox, else it is spelled. Sets `DIRECTORY_RESULT` to `SELECTED`, `OPERATOR`,
//! `ASSISTANT`, `TIMEOUT`, `USEREXIT`, `FAILED` or `HANGUP`.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use call_control::{CallError, ChannelState, PlayEnd, ReadDigits};
use dialplan_vm::{JumpTarget, Outcome};
use say::{Language, LetterCase};

use super::search::{Entry, Search};
use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::applications::say::list::play_until;
use crate::configuration::Configuration;
use crate::dialplan::DialplanChannel;
use crate::voicemail::VoicemailConfiguration;

/// Wait for the first key, and for each that follows.
const FIRST_KEY: Duration = Duration::from_secs(5);
const NEXT_KEY: Duration = Duration::from_secs(3);
/// Names that are offered at a time with `m`.
const AT_ONCE: usize = 8;
/// Letters of options that mean something, or need not.
const KNOWN: &str = "eflbamnpsdc";
/// How often a name is offered.
const OFFERS: usize = 3;
/// Longest pause of `p`.
const LONGEST_PAUSE: u64 = 3_000;

/// What the caller does.
enum Choice {
    Selected(Entry),
    /// The dialplan goes on here.
    Left(Outcome),
    Nothing,
}

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let options = Options::parse(argument(2).unwrap_or_default());
    for letter in options.others(KNOWN) {
        channel.warning(format!("Directory: option '{letter}' has no effect here"));
    }
    let here = channel.machine.location().context.to_string();
    let visit = Visit {
        context: argument(0).map(str::to_owned),
        dial: argument(1).map_or(here, str::to_owned),
        search: Search::of(&options),
        options,
    };
    channel.set("DIRECTORY_EXTEN", "");
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("DIRECTORY_RESULT", "HANGUP");
    if channel.call.state() != ChannelState::Up && !visit.options.has('n') {
        channel.call.answer().await?;
    }
    let listed = match visit.options.argument('c').filter(|file| !file.trim().is_empty()) {
        None => Listed::Configured(channel.exchange.configuration()),
        Some(file) => match Listed::of_file(channel, file.trim()).await {
            Ok(listed) => listed,
            Err(problem) => {
                channel.warning(format!("Directory: {problem}"));
                channel.set("DIRECTORY_RESULT", "FAILED");
                return Ok(Outcome::Continue);
            }
        },
    };
    loop {
        let Some(key) = visit.invite(channel, &listed).await? else {
            channel.set("DIRECTORY_RESULT", "TIMEOUT");
            return Ok(Outcome::Continue);
        };
        if let Some(outcome) = visit.exit(channel, key) {
            return Ok(outcome);
        }
        let rule =
            ReadDigits { max: visit.search.keys, first: NEXT_KEY, between: NEXT_KEY, terminator: Some('#') };
        let keys = channel.call.read_after(Some(key), &rule).await?;
        let found = visit.search.find(&listed, visit.context.as_deref(), &keys);
        if found.is_empty() {
            visit.say(channel, &["dir-nomatch"]).await?;
            continue;
        }
        match visit.choose(channel, found).await? {
            Choice::Selected(entry) => return Ok(visit.select(channel, &entry)),
            Choice::Left(outcome) => return Ok(outcome),
            Choice::Nothing => {
                visit.say(channel, &["dir-nomore"]).await?;
            }
        }
    }
}

/// Where names are.
enum Listed {
    /// `voicemail.conf`.
    Configured(Arc<Configuration>),
    /// Another file.
    Other(VoicemailConfiguration),
}

impl Deref for Listed {
    type Target = VoicemailConfiguration;

    fn deref(&self) -> &VoicemailConfiguration {
        match self {
            Self::Configured(configuration) => &configuration.voicemail,
            Self::Other(read) => read,
        }
    }
}

impl Listed {
    /// Those of a file, which is read beside the call.
    async fn of_file(channel: &DialplanChannel, name: &str) -> Result<Self, String> {
        let path = channel.exchange.configuration().folders.configuration.join(name);
        let read = tokio::task::spawn_blocking(move || {
            VoicemailConfiguration::of_file(&path).map_err(|error| format!("{}: {error}", path.display()))
        });
        read.await.map_err(|error| error.to_string())?.map(Self::Other)
    }
}

/// One use of the directory.
struct Visit {
    context: Option<String>,
    dial: String,
    search: Search,
    options: Options,
}

impl Visit {
    /// Tells what to do, and waits for the first key.
    async fn invite(&self, channel: &DialplanChannel, listed: &Listed) -> Result<Option<char>, CallError> {
        let digits = format!("digits/{}", self.search.keys);
        let usual = ["dir-welcome", "dir-pls-enter", &digits, self.search.prompt(), "dir-usingkeypad"];
        let pressed = match &listed.directory_intro {
            Some(intro) => self.say(channel, &[intro]).await?,
            None => self.say(channel, &usual).await?,
        };
        match pressed {
            Some(key) => Ok(Some(key)),
            None => channel.call.next_digit(FIRST_KEY).await,
        }
    }

    /// Where `0` and `*` lead.
    fn exit(&self, channel: &DialplanChannel, key: char) -> Option<Outcome> {
        let (extension, result) = match key {
            '0' => ("o", "OPERATOR"),
            '*' => ("a", "ASSISTANT"),
            _ => return None,
        };
        let caller = channel.call.caller().number;
        if !channel.machine.plan().exists(&self.dial, extension, Some(&caller), 1) {
            return None;
        }
        channel.set("DIRECTORY_RESULT", result);
        Some(Outcome::Jump(JumpTarget::to(&self.dial, extension, 1)))
    }

    /// Offers what was found.
    async fn choose(&self, channel: &DialplanChannel, found: Vec<Entry>) -> Result<Choice, CallError> {
        if self.options.has('p') {
            let pause = self.options.argument('p').and_then(|ms| ms.trim().parse().ok()).unwrap_or(0);
            channel.call.wait(Duration::from_millis(u64::min(pause, LONGEST_PAUSE))).await?;
        }
        if self.options.has('m') {
            return self.choose_from_menu(channel, &found).await;
        }
        for entry in found {
            for _ in 0..OFFERS {
                let pressed = match self.say_entry(channel, &entry).await? {
                    Some(key) => Some(key),
                    None => self.say(channel, &["dir-instr"]).await?,
                };
                let pressed = match pressed {
                    Some(key) => Some(key),
                    None => channel.call.next_digit(NEXT_KEY).await?,
                };
                match pressed {
                    Some('1') => return Ok(Choice::Selected(entry)),
                    Some('*') => break,
                    Some('#') => return Ok(self.leave(channel)),
                    Some(key @ '0') => {
                        if let Some(outcome) = self.exit(channel, key) {
                            return Ok(Choice::Left(outcome));
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(Choice::Nothing)
    }

    async fn choose_from_menu(
        &self,
        channel: &DialplanChannel,
        found: &[Entry],
    ) -> Result<Choice, CallError> {
        let blocks = found.chunks(AT_ONCE);
        let last = blocks.len();
        for (n, block) in blocks.enumerate() {
            let mut pressed = None;
            for (at, entry) in block.iter().enumerate() {
                let digit = format!("digits/{}", at + 1);
                pressed = self.say(channel, &["dir-multi1", &digit, "dir-multi2"]).await?;
                if pressed.is_none() {
                    pressed = self.say_entry(channel, entry).await?;
                }
                if pressed.is_some() {
                    break;
                }
            }
            if pressed.is_none() && n + 1 < last {
                pressed = self.say(channel, &["dir-multi9"]).await?;
            }
            let key = match pressed {
                Some(key) => Some(key),
                None => channel.call.next_digit(NEXT_KEY).await?,
            };
            let Some(key) = key else { continue };
            if key == '#' {
                return Ok(self.leave(channel));
            }
            if let Some(outcome) = self.exit(channel, key) {
                return Ok(Choice::Left(outcome));
            }
            let chosen = key.to_digit(10).and_then(|digit| (digit as usize).checked_sub(1));
            if let Some(entry) = chosen.and_then(|at| block.get(at)) {
                return Ok(Choice::Selected(entry.clone()));
            }
        }
        Ok(Choice::Nothing)
    }

    /// The caller has had enough.
    fn leave(&self, channel: &DialplanChannel) -> Choice {
        channel.set("DIRECTORY_RESULT", "USEREXIT");
        Choice::Left(Outcome::Continue)
    }

    /// Goes to the one who was chosen.
    fn select(&self, channel: &DialplanChannel, entry: &Entry) -> Outcome {
        channel.set("DIRECTORY_EXTEN", &entry.number);
        if self.options.has('s') {
            channel.set("DIRECTORY_RESULT", "SELECTED");
            return Outcome::Continue;
        }
        let caller = channel.call.caller().number;
        if channel.machine.plan().exists(&self.dial, &entry.number, Some(&caller), 1) {
            channel.set("DIRECTORY_RESULT", "SELECTED");
            return Outcome::Jump(JumpTarget::to(&self.dial, &entry.number, 1));
        }
        channel.warning(format!(
            "Directory: {} of '{}' is no extension of context '{}'; is that the right context?",
            entry.number, entry.name, self.dial
        ));
        channel.set("DIRECTORY_RESULT", "FAILED");
        Outcome::Continue
    }

    /// The recorded name, or its letters; with `e` the number too.
    async fn say_entry(&self, channel: &DialplanChannel, entry: &Entry) -> Result<Option<char>, CallError> {
        let language = Language::of(&channel.call.language());
        let spool = channel.exchange.configuration().folders.spool.clone();
        let greet = spool.join("voicemail").join(&entry.context).join(&entry.number).join("greet");
        let greet = greet.to_string_lossy();
        let pressed = match channel.call.play_until_key(&greet, |_| true).await {
            Ok(PlayEnd::Interrupted(key)) => Some(key),
            Ok(PlayEnd::Finished) => None,
            Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => {
                let letters = language.letters(&entry.name, LetterCase::Untold);
                play_until(channel, "Directory", &letters, |_| true).await?
            }
            Err(error) => return Err(error),
        };
        if pressed.is_some() || !self.options.has('e') {
            return Ok(pressed);
        }
        match self.say(channel, &["vm-extension"]).await? {
            Some(key) => Ok(Some(key)),
            None => {
                let digits = language.letters(&entry.number, LetterCase::Untold);
                play_until(channel, "Directory", &digits, |_| true).await
            }
        }
    }

    /// Plays prompts until a key.
    async fn say(&self, channel: &DialplanChannel, prompts: &[&str]) -> Result<Option<char>, CallError> {
        let prompts: Vec<say::Prompt> = prompts.iter().map(|name| (*name).to_owned().into()).collect();
        play_until(channel, "Directory", &prompts, |_| true).await
    }
}
