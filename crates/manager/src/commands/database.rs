//! `database …`: what dialplans and people keep in the data base.

use std::fmt::Write;

use call_control::BoxFuture;

use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("database show", "The values of the data base, or those below a family", show)
        .taking("[FAMILY [KEY]]"),
    Command::now("database showkey", "The values whose key ends with this one", show_key).taking("KEY"),
    Command::now("database get", "A value of the data base", get).taking("FAMILY KEY"),
    Command::later("database put", "Sets a value", put).taking("FAMILY KEY VALUE"),
    Command::later("database del", "Deletes a value", delete).taking("FAMILY KEY"),
    Command::later("database deltree", "Deletes all values below a family or a key", delete_tree)
        .taking("FAMILY [KEY]"),
    Command::later("database query", "Runs a statement of SQL on the table astdb", query)
        .taking("\"STATEMENT\""),
];

fn show(context: &Context, arguments: &[String]) -> Answer {
    let (family, key) = match arguments {
        [] => ("", ""),
        [family] => (family.as_str(), ""),
        [family, key] => (family.as_str(), key.as_str()),
        _ => return Err(CommandError::Usage("database show [FAMILY [KEY]]")),
    };
    Ok(listed(&context.exchange.astdb().below(family, key)))
}

fn show_key(context: &Context, arguments: &[String]) -> Answer {
    match arguments {
        [key] => Ok(listed(&context.exchange.astdb().with_key(key))),
        _ => Err(CommandError::Usage("database showkey KEY")),
    }
}

fn listed(entries: &[(String, String)]) -> String {
    let mut text = String::new();
    for (path, value) in entries {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{path:<50}: {value:<25}");
    }
    let _ = write!(text, "{} results found.", entries.len());
    text
}

fn get(context: &Context, arguments: &[String]) -> Answer {
    let [family, key] = arguments else { return Err(CommandError::Usage("database get FAMILY KEY")) };
    match context.exchange.astdb().get(family, key) {
        Some(value) => Ok(format!("Value: {value}")),
        None => Err(CommandError::Failed("Database entry not found.".to_owned())),
    }
}

fn put<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let [family, key, value] = arguments else {
            return Err(CommandError::Usage("database put FAMILY KEY VALUE"));
        };
        let put = context.exchange.astdb().put(family, key, value).await;
        put.map_err(|error| CommandError::Failed(format!("Failed to update entry: {error}")))?;
        Ok("Updated database successfully".to_owned())
    })
}

fn delete<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let [family, key] = arguments else { return Err(CommandError::Usage("database del FAMILY KEY")) };
        match context.exchange.astdb().delete(family, key).await {
            Ok(Some(_)) => Ok("Database entry removed.".to_owned()),
            Ok(None) => Err(CommandError::Failed("Database entry does not exist.".to_owned())),
            Err(error) => Err(CommandError::Failed(format!("Database entry could not be removed: {error}"))),
        }
    })
}

fn delete_tree<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let (family, key) = match arguments {
            [family] => (family.as_str(), ""),
            [family, key] => (family.as_str(), key.as_str()),
            _ => return Err(CommandError::Usage("database deltree FAMILY [KEY]")),
        };
        let deleted = context.exchange.astdb().delete_tree(family, key).await;
        match deleted.map_err(|error| CommandError::Failed(error.to_string()))? {
            0 => Err(CommandError::Failed("Database entries do not exist.".to_owned())),
            count => Ok(format!("{count} database entries removed.")),
        }
    })
}

fn query<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        if arguments.is_empty() {
            return Err(CommandError::Usage("database query \"STATEMENT\""));
        }
        let rows = context.exchange.astdb().query(&arguments.join(" ")).await;
        Ok(rows.map_err(|error| CommandError::Failed(error.to_string()))?.join("\n"))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Stopping, run};
    use super::*;
    use crate::narration::Narration;
    use crate::testing;

    #[tokio::test]
    async fn values_are_put_shown_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let (stop, _stopped) = tokio::sync::mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let context = Context::new(exchange, stopping, Narration::new().verbosity(0));
        for (line, expected) in [
            ("database put cf 100 \"555 1212\"", "Updated database successfully"),
            ("database put cf 200 7", "Updated database successfully"),
            ("database get cf 100", "Value: 555 1212"),
            ("database query \"SELECT value FROM astdb WHERE key = '/cf/200'\"", "7"),
            ("database del cf 200", "Database entry removed."),
            ("database showkey 200", "0 results found."),
            ("database deltree cf", "1 database entries removed."),
            ("database show", "0 results found."),
        ] {
            assert_eq!(run(&context, line).await.as_deref(), Ok(expected), "{line}");
        }
        for line in
            ["database get cf 100", "database del cf 100", "database deltree cf", "database query nonsense"]
        {
            assert!(run(&context, line).await.is_err(), "{line}");
        }
        run(&context, "database put a/b c d").await.unwrap();
        let shown = run(&context, "database show a").await.unwrap();
        assert_eq!(shown.lines().next().map(str::trim_end), Some(format!("{:<50}: d", "/a/b/c").as_str()));
    }
}
