//! `VM_INFO(mailbox[@context],attribute[,folder])` and `VMCOUNT(mailbox[@context][&…][,folder])`: what `voicemail.conf` says of a
//! mailbox, and how many messages are in it.

use std::path::{Path, PathBuf};

use call_control::BoxFuture;

use super::arguments::Arguments;
use super::files::away;
use super::{Function, FunctionError, Value, reads_later};
use crate::configuration::Configuration;
use crate::dialplan::DialplanChannel;
use crate::voicemail::{DEFAULT_CONTEXT, Mailbox};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        INFO,
        "VM_INFO(mailbox[@context],attribute[,folder])",
        "What is known of a mailbox.",
        reads_later,
    )
    .later(info),
    Function::new(
        COUNT,
        "VMCOUNT(mailbox[@context][&...][,folder])",
        "How many messages are in mailboxes.",
        reads_later,
    )
    .later(count),
];

const INFO: &str = "VM_INFO";
const COUNT: &str = "VMCOUNT";

/// The folder of new messages.
const INBOX: &str = "INBOX";

fn info<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let words = Arguments::of(arguments, 3);
        let attribute = words.at(1).to_ascii_lowercase();
        let configuration = channel.exchange.configuration();
        let (number, context) = address(words.at(0));
        let found = configuration.voicemail.find(number, context);
        if attribute == "exists" {
            return Ok(u8::from(found.is_some()).to_string());
        }
        let Some((context, mailbox)) = found else {
            let problem = format!("voicemail.conf has no mailbox '{}'", words.at(0));
            return Err(FunctionError::arguments(INFO, arguments, problem));
        };
        if attribute == "count" {
            let folder = folder_of(&configuration, context, number, words.or(2, INBOX))
                .ok_or_else(|| FunctionError::arguments(INFO, arguments, "this is no name of a folder"))?;
            return away(INFO, move || Ok(messages_in(&folder).to_string())).await;
        }
        told(mailbox, &attribute, &configuration.options.default_language).ok_or_else(|| {
            let problem =
                "the attribute is count, email, exists, fullname, language, locale, pager, password or tz";
            FunctionError::arguments(INFO, arguments, problem)
        })
    })
}

/// What `voicemail.conf` says of a mailbox.
fn told(mailbox: &Mailbox, attribute: &str, language: &str) -> Option<String> {
    let option = |key| mailbox.option(key).unwrap_or_default().to_owned();
    Some(match attribute {
        "email" => mailbox.email.join("|"),
        "fullname" => mailbox.name.clone(),
        "language" => mailbox.option("language").unwrap_or(language).to_owned(),
        "locale" => option("locale"),
        "pager" => mailbox.pager.clone(),
        "password" => mailbox.password.clone(),
        "tz" => option("tz"),
        _ => return None,
    })
}

fn count<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let words = Arguments::of(arguments, 2);
        if words.at(0).is_empty() {
            return Err(FunctionError::arguments(COUNT, arguments, "name a mailbox, as in 100@default"));
        }
        let configuration = channel.exchange.configuration();
        let folder = |mailbox: &str| {
            let (number, context) = address(mailbox);
            let found = configuration.voicemail.find(number, context).map(|(context, _)| context);
            let context = found.or(context).unwrap_or(DEFAULT_CONTEXT);
            folder_of(&configuration, context, number, words.or(1, INBOX)).ok_or_else(|| {
                FunctionError::arguments(COUNT, arguments, "this is no name of a mailbox or a folder")
            })
        };
        let folders = words.at(0).split('&').map(folder).collect::<Result<Vec<PathBuf>, _>>()?;
        away(COUNT, move || Ok(folders.iter().map(|folder| messages_in(folder)).sum::<usize>().to_string()))
            .await
    })
}

/// The number and the context of `100@sales`.
fn address(mailbox: &str) -> (&str, Option<&str>) {
    let (number, context) = mailbox.trim().split_once('@').unwrap_or((mailbox.trim(), ""));
    (number, Some(context).filter(|context| !context.is_empty()))
}

/// Where the messages of a mailbox are. `None` for a name that leads elsewhere.
fn folder_of(configuration: &Configuration, context: &str, number: &str, folder: &str) -> Option<PathBuf> {
    let is_name = |name: &str| !name.is_empty() && !name.contains('/') && name != "." && name != "..";
    let names = [context, number, folder];
    names.iter().all(|name| is_name(name)).then(|| {
        names.iter().fold(configuration.folders.spool.join("voicemail"), |path, name| path.join(name))
    })
}

/// Messages in a folder, each of which has a file `msgNNNN.txt`; none where there is no such folder. Blocks.
fn messages_in(folder: &Path) -> usize {
    let Ok(files) = std::fs::read_dir(folder) else { return 0 };
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with("msg") && name.ends_with(".txt")).count()
}

#[cfg(test)]
mod tests;
