//! `agi …`: programs that steer calls.

use std::fmt::Write;

use billing_agi::agi::{Syntax, commands};
use call_control::BoxFuture;

use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("agi exec", "Queues a command for a channel in AGI(agi:async)", exec)
        .taking("CHANNEL \"COMMAND\" [COMMANDID]")
        .explained("What comes of it is told to managers, under COMMANDID.")
        .among(waiting),
    Command::now("agi set debug", "Shows every line of scripts, or no more", set_debug)
        .taking("on|off")
        .among(|_| vec!["off".to_owned(), "on".to_owned()]),
    Command::now("agi show commands", "The commands of AGI, or those that begin so", show)
        .taking("[topic] [COMMAND]")
        .explained("Dead says whether a command does something once the caller has hung up."),
    Command::later("agi dump html", "Writes the commands of AGI to a file, as a page", dump).taking("FILE"),
];

/// Channels that take commands.
fn waiting(context: &Context) -> Vec<String> {
    let channels =
        context.exchange.switchboard().snapshots().into_iter().map(|channel| channel.name.to_string());
    channels.filter(|name| context.exchange.async_agi(name).is_some()).collect()
}

fn exec(context: &Context, arguments: &[String]) -> Answer {
    let (channel, command, id) = match arguments {
        [channel, command] => (channel, command, None),
        [channel, command, id] => (channel, command, Some(id.as_str())),
        _ => return Err(CommandError::Usage("agi exec CHANNEL \"COMMAND\" [COMMANDID]")),
    };
    if context.exchange.switchboard().find(channel).is_none() {
        return Err(CommandError::Failed(format!("Channel {channel} does not exist.")));
    }
    let queue = context.exchange.async_agi(channel);
    let queue = queue.ok_or_else(|| {
        CommandError::Failed(format!("Channel {channel} is not in AGI(agi:async), and takes no commands."))
    })?;
    queue.exec(command, id).map_err(|problem| CommandError::Failed(format!("Not queued: {problem}.")))?;
    Ok(format!("Added AGI command to channel {channel} queue"))
}

fn set_debug(context: &Context, arguments: &[String]) -> Answer {
    let on = match arguments {
        [word] if word.eq_ignore_ascii_case("on") => true,
        [word] if word.eq_ignore_ascii_case("off") => false,
        _ => return Err(CommandError::Usage("agi set debug on|off")),
    };
    context.exchange.agi_debug().set(on);
    Ok(format!("AGI Debugging {}", if on { "Enabled" } else { "Disabled" }))
}

fn show(_: &Context, arguments: &[String]) -> Answer {
    let words = match arguments {
        [first, rest @ ..] if first.eq_ignore_ascii_case("topic") => rest,
        words => words,
    };
    let wanted = words.join(" ").to_ascii_lowercase();
    if let Some(one) = commands().iter().find(|command| command.name == wanted) {
        return Ok(usage(one));
    }
    let fitting: Vec<&Syntax> =
        commands().iter().filter(|command| command.name.starts_with(&wanted)).collect();
    if fitting.is_empty() {
        return Err(CommandError::Failed(format!("No such command '{wanted}'.")));
    }
    let mut text = format!("{:>5} {:>24}   {}\n", "Dead", "Command", "Description");
    for command in fitting {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{:>5} {:>24}   {}", dead(command), command.name, command.synopsis);
    }
    Ok(text)
}

fn dead(command: &Syntax) -> &'static str {
    if command.on_dead_channel { "Yes" } else { "No" }
}

fn usage(command: &Syntax) -> String {
    format!(
        "Usage: {}\n       {}\n       Runs on a dead channel: {}",
        command.usage,
        command.synopsis,
        dead(command)
    )
}

fn dump<'a>(_: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let [file] = arguments else { return Err(CommandError::Usage("agi dump html FILE")) };
        let (path, text) = (file.clone(), page());
        // A disk may take its time.
        let written = tokio::task::spawn_blocking(move || std::fs::write(path, text)).await;
        match written.map_err(std::io::Error::other).flatten() {
            Ok(()) => Ok(format!("AGI HTML commands dumped to: {file}")),
            Err(error) => Err(CommandError::Failed(format!("{file} cannot be written: {error}"))),
        }
    })
}

/// The commands as a page.
fn page() -> String {
    let mut text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>AGI commands</title></head>\n<body>\n<h1>AGI commands</h1>\n<table>\n<tr><th>Command</th><th>Usage</th><th>Description</th><th>On a dead channel</th></tr>\n".to_owned();
    for command in commands() {
        let _ = writeln!(
            text,
            "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escaped(command.name),
            escaped(command.usage),
            escaped(command.synopsis),
            dead(command)
        );
    }
    text + "</table>\n</body>\n</html>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Stopping, run};
    use super::*;
    use crate::narration::Narration;
    use crate::testing;

    #[tokio::test]
    async fn commands_of_agi_are_listed_explained_and_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let channel = testing::channel(exchange.switchboard());
        let (stop, _stopped) = tokio::sync::mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let context = Context::new(exchange, stopping, Narration::new().verbosity(0));
        let listed = run(&context, "agi show commands").await.unwrap();
        assert_eq!(listed.lines().count(), commands().len() + 1, "{listed}");
        let some = run(&context, "agi show commands database").await.unwrap();
        assert_eq!(some.lines().count(), 5, "{some}");
        let one = run(&context, "agi show commands topic set variable").await.unwrap();
        assert!(one.starts_with("Usage: SET VARIABLE name value") && one.ends_with("Yes"), "{one}");
        assert!(run(&context, "agi show commands dance").await.is_err());

        assert!(!context.exchange.agi_debug().is_on());
        assert_eq!(run(&context, "agi set debug on").await.as_deref(), Ok("AGI Debugging Enabled"));
        assert!(context.exchange.agi_debug().is_on());
        assert_eq!(run(&context, "agi set debug off").await.as_deref(), Ok("AGI Debugging Disabled"));
        assert!(run(&context, "agi set debug").await.is_err());

        let page = folder.path().join("agi.html");
        run(&context, &format!("agi dump html {}", page.display())).await.unwrap();
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains("<td>gosub</td>") && page.ends_with("</html>\n"));

        let error = run(&context, "agi exec PJSIP/nobody ANSWER").await.unwrap_err();
        assert_eq!(error.to_string(), "Channel PJSIP/nobody does not exist.");
        let error = run(&context, &format!("agi exec {} ANSWER", channel.name())).await.unwrap_err();
        assert!(error.to_string().contains("is not in AGI(agi:async)"), "{error}");
    }
}
