//! `odbc …`: data bases of others, and the functions of `func_odbc.conf`.

use std::fmt::Write;

use call_control::BoxFuture;
use pbx::functions::sql::{QueryShown, read_on_console, write_on_console};

use super::layout::counted;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("odbc show", "The data bases of res_odbc.conf", show).taking("[all | NAME]").among(names),
    Command::later(
        "odbc read",
        "Shows what a function of func_odbc.conf asks, and with exec what is answered",
        read,
    )
    .taking("FUNCTION \"ARGUMENTS\" [exec]")
    .among(functions),
    Command::later(
        "odbc write",
        "Shows what a function of func_odbc.conf tells, and with exec does so",
        write,
    )
    .taking("FUNCTION \"ARGUMENTS\" \"VALUES\" [exec]")
    .among(functions),
];

fn names(context: &Context) -> Vec<String> {
    context.exchange.databases().states().into_iter().map(|state| state.name).collect()
}

fn functions(context: &Context) -> Vec<String> {
    context.exchange.configuration().databases.functions.keys().cloned().collect()
}

fn show(context: &Context, arguments: &[String]) -> Answer {
    let wanted = match arguments {
        [] => None,
        [all] if all == "all" => None,
        [name] => Some(name),
        _ => return Err(CommandError::Usage("odbc show [all | NAME]")),
    };
    let states = context.exchange.databases().states();
    let mut text = String::from("\nODBC DSN Settings\n-----------------\n\n");
    for state in states.iter().filter(|state| wanted.is_none_or(|name| *name == state.name)) {
        // Writing into a String cannot fail.
        let _ =
            write!(text, "  Name:   {}\n  DSN:    {}\n  At:     {}\n", state.name, state.dsn, state.place);
        let (open, most) = (state.connections, state.most_connections);
        let _ = writeln!(text, "    Number of active connections: {open} (out of {most})\n");
    }
    Ok(text)
}

fn read<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let (name, given, execute) = match arguments {
            [name, given] => (name, given, false),
            [name, given, exec] if exec == "exec" => (name, given, true),
            _ => return Err(CommandError::Usage("odbc read FUNCTION \"ARGUMENTS\" [exec]")),
        };
        let shown = read_on_console(&context.exchange, name, given, execute).await;
        shown.map(|shown| rows(&shown)).map_err(CommandError::Failed)
    })
}

/// The statement, or each column of each row on a line.
fn rows(shown: &QueryShown) -> String {
    let Some((answer, handle)) = &shown.answer else { return shown.sql.clone() };
    let mut text = String::new();
    for row in &answer.rows {
        for (column, value) in answer.columns.iter().zip(row) {
            let _ = writeln!(text, "{column:<20}  {}", value.as_deref().unwrap_or("NULL"));
        }
    }
    let _ =
        write!(text, "Returned {}.  Query executed on handle {handle}", counted(answer.rows.len(), "row"));
    text
}

fn write<'a>(context: &'a Context, arguments: &'a [String]) -> BoxFuture<'a, Answer> {
    Box::pin(async move {
        let (name, given, value, execute) = match arguments {
            [name, given, value] => (name, given, value, false),
            [name, given, value, exec] if exec == "exec" => (name, given, value, true),
            _ => return Err(CommandError::Usage("odbc write FUNCTION \"ARGUMENTS\" \"VALUES\" [exec]")),
        };
        let shown = write_on_console(&context.exchange, name, given, value, execute).await;
        let shown = shown.map_err(CommandError::Failed)?;
        let Some((answer, handle)) = shown.answer else { return Ok(shown.sql) };
        let rows = usize::try_from(answer.affected).unwrap_or(usize::MAX);
        Ok(format!("Affected {}.  Query executed on handle {handle}", counted(rows, "row")))
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
    async fn functions_are_tried_without_a_call() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("numbers.db");
        let connections = format!("[db]\nurl=sqlite:{}\n[pg]\nurl=pg:x\n", file.display());
        std::fs::write(folder.path().join("res_odbc.conf"), connections).unwrap();
        let functions = "[MAKE]\ndsn=db\nwritesql=CREATE TABLE t (a, b)\n\
            [T]\ndsn=db\nreadsql=SELECT a, b FROM t WHERE a='${SQL_ESC(${ARG1})}'\n\
            writesql=INSERT INTO t VALUES ('${SQL_ESC(${ARG1})}', '${SQL_ESC(${VAL1})}')\n\
            [C]\ndsn=db\nreadsql=SELECT '${CALLERID(num)}'\n";
        std::fs::write(folder.path().join("func_odbc.conf"), functions).unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let (stop, _stopped) = tokio::sync::mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let context = Context::new(exchange, stopping, Narration::new().verbosity(0));
        for (line, expected) in [
            ("odbc write ODBC_MAKE \"\" \"\" exec", "Affected 0 rows.  Query executed on handle db"),
            ("odbc write ODBC_T x \"it's\"", "INSERT INTO t VALUES ('x', 'it''s')"),
            ("odbc write ODBC_T x \"it's\" exec", "Affected 1 row.  Query executed on handle db"),
            ("odbc read ODBC_T x", "SELECT a, b FROM t WHERE a='x'"),
            (
                "odbc read ODBC_T x exec",
                "a                     x\nb                     it's\nReturned 1 row.  Query executed on handle db",
            ),
            ("odbc read ODBC_T y exec", "Returned 0 rows.  Query executed on handle db"),
        ] {
            assert_eq!(run(&context, line).await.as_deref(), Ok(expected), "{line}");
        }
        for line in ["odbc read ODBC_C x", "odbc read ODBC_NONE x", "odbc write ODBC_C x y", "odbc read"] {
            assert!(run(&context, line).await.is_err(), "{line}");
        }
        let shown = run(&context, "odbc show").await.unwrap();
        assert!(shown.contains("Name:   db") && shown.contains("'pg' is not spoken here"), "{shown}");
        assert!(shown.contains("Number of active connections: 1 (out of 1)"), "{shown}");
        // The path of the file may have any letters in it.
        assert!(!run(&context, "odbc show db").await.unwrap().contains("Name:   pg"));
        let listed = run(&context, "core show functions like ODBC_T").await.unwrap();
        assert!(listed.contains("ODBC_T(arg1[,...[,argN]])"), "{listed}");
        assert!(run(&context, "core show function ODBC_T").await.is_ok());
    }
}
