//! `help`: the commands, and how one is written.

use std::fmt::Write;

use super::matching::begins;
use super::{Answer, Command, CommandError, Context, table};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core show help", "The commands, or how one is written", help).taking("[COMMAND]"),
    Command::now("help", "The commands, or how one is written", help).taking("[COMMAND]"),
];

fn help(_: &Context, arguments: &[String]) -> Answer {
    let mut text = String::new();
    if let Some(command) = table().find(|command| is_spelled_out(command, arguments)) {
        text.push_str(&usage(command));
    }
    let others = table().filter(|command| begins(command, arguments) && !is_spelled_out(command, arguments));
    for command in others {
        let _ = writeln!(text, "{:>42} -- {}", written(command), command.summary);
    }
    match text.is_empty() {
        true => Err(CommandError::Failed(format!("No such command '{}'.", arguments.join(" ")))),
        false => Ok(text),
    }
}

/// How a command is written, and what there is to know about it.
fn usage(command: &Command) -> String {
    let mut text = format!("Usage: {}\n       {}.\n", written(command), command.summary);
    for line in command.details.lines() {
        let _ = writeln!(text, "       {line}");
    }
    text
}

fn written(command: &Command) -> String {
    format!("{} {}", command.words, command.arguments).trim_end().to_owned()
}

fn is_spelled_out(command: &Command, words: &[String]) -> bool {
    command.words.split(' ').eq(words.iter().map(|word| word.to_ascii_lowercase()))
}
