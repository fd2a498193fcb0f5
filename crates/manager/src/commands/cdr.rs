//! `cdr …`: call detail records.

use std::fmt::Write;
use std::time::SystemTime;

use jiff::Zoned;
use pbx::call_records::CallRecord;

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now(
        "cdr show status",
        "Which call detail records are made, and what is written",
        |context, _| Ok(status(context)),
    ),
    Command::now("cdr show active", "The call detail records of calls that go on", active)
        .taking("[CHANNEL]")
        .among(channels),
    Command::now("cdr submit", "Writes the records of a batch now", |context, _| Ok(submit(context))),
    Command::now("cdr set debug", "Whether the log tells of each call detail record", set_debug)
        .taking("on|off"),
];

// Writing into a String cannot fail, in all of this file.

fn status(context: &Context) -> String {
    let configuration = context.exchange.configuration();
    let settings = &configuration.call_records;
    let rules = &settings.rules;
    let mut text = String::from("\nCall Detail Record (CDR) settings\n----------------------------------\n");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "  {:<28}{value}", format!("{name}:"));
    };
    row("Logging", if rules.enabled { "Enabled" } else { "Disabled" });
    row("Mode", if settings.batch.is_some() { "Batch" } else { "Simple" });
    let yes = |on: bool| if on { "Yes" } else { "No" };
    row("Log calls by default", yes(rules.on_by_default));
    row("Log unanswered calls", yes(rules.unanswered));
    row("Log congestion", yes(rules.congestion));
    row("Ignore bridging changes", yes(rules.ignore_bridges));
    row("Ignore dial state changes", yes(rules.ignore_dials));
    row("End before 'h' extension", yes(rules.end_before_h));
    row("Count begun seconds", yes(rules.whole_seconds));
    let counts = context.exchange.call_records().counts();
    if let Some(batch) = &settings.batch {
        row("Safe shutdown", yes(!settings.hasty_shutdown));
        row("Maximum batch size", &counted(batch.size));
        row("Maximum batch time", &format!("{} seconds", batch.time.as_secs()));
    }
    text.push_str("\n* Records\n  --------------------\n");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "  {:<28}{value}", format!("{name}:"));
    };
    row("Written", &counts.written.to_string());
    row("Waiting", &counts.waiting.to_string());
    row("Lost", &counts.lost.to_string());
    text.push_str("\n* Registered Backends\n  -------------------\n");
    if rules.enabled {
        let logs = configuration.folders.log.display();
        let _ = writeln!(text, "    csv ({logs}/cdr-csv/Master.csv)");
        for (file, _) in &settings.custom {
            let _ = writeln!(text, "    cdr-custom ({logs}/cdr-custom/{file})");
        }
        if let Some(table) = &settings.sqlite {
            let _ = writeln!(text, "    cdr_sqlite3_custom ({logs}/master.db, table {})", table.table);
        }
    } else {
        text.push_str("    (none)\n");
    }
    text
}

fn counted(records: usize) -> String {
    super::layout::counted(records, "record")
}

fn active(context: &Context, arguments: &[String]) -> Answer {
    let records = context.exchange.call_records();
    let now = records.now();
    match arguments {
        [] => {
            let mut text =
                line(["Channel", "Dst. Channel", "LastApp", "Start", "Answer", "End", "Billsec", "Duration"]);
            records.active().iter().for_each(|record| text.push_str(&row(record, now)));
            Ok(text)
        }
        [channel] => {
            let of_it = records.of(channel);
            if of_it.is_empty() {
                return Err(CommandError::Failed(format!("Unknown channel: {channel}")));
            }
            let mut text = format!(
                "Call Detail Record (CDR) information for {channel}\n--------------------------------------------------\n"
            );
            text.push_str(&line([
                "AccountCode",
                "CallerID",
                "Dst. Channel",
                "LastApp",
                "Data",
                "Start",
                "Billsec",
                "Duration",
            ]));
            for record in &of_it {
                text.push_str(&line([
                    &record.account_code,
                    &record.caller_id,
                    &record.peer_channel,
                    &record.application,
                    &record.arguments,
                    &time(Some(record.start)),
                    &record.billed_seconds(now).to_string(),
                    &record.duration(now).as_secs().to_string(),
                ]));
            }
            Ok(text)
        }
        _ => Err(CommandError::Usage("cdr show active [CHANNEL]")),
    }
}

fn row(record: &CallRecord, now: SystemTime) -> String {
    line([
        &record.channel,
        &record.peer_channel,
        &record.application,
        &time(Some(record.start)),
        &time(record.answer),
        &time(record.end),
        &record.billed_seconds(now).to_string(),
        &record.duration(now).as_secs().to_string(),
    ])
}

/// Columns, the first two of them for names.
fn line(columns: [&str; 8]) -> String {
    let [first, second, rest @ ..] = columns;
    let mut text = format!("{} {} ", column(first, 25), column(second, 25));
    for (n, field) in rest.iter().enumerate() {
        let width = if n == 0 { 15 } else { 8 };
        text.push_str(&column(field, width));
        text.push(' ');
    }
    format!("{}\n", text.trim_end())
}

/// `12:00:00`, in the time of this place.
fn time(moment: Option<SystemTime>) -> String {
    let zoned = moment.and_then(|moment| Zoned::try_from(moment).ok());
    zoned.map(|zoned| zoned.strftime("%H:%M:%S").to_string()).unwrap_or_default()
}

fn submit(context: &Context) -> String {
    let settings = &context.exchange.configuration().call_records;
    if settings.batch.is_none() {
        return "Cannot submit CDR batch: batch mode not enabled.".to_owned();
    }
    context.exchange.call_records().submit();
    "Submitted CDRs to backend engines for processing.  This may take a while.".to_owned()
}

fn set_debug(context: &Context, arguments: &[String]) -> Answer {
    let on = match arguments {
        [word] if word.eq_ignore_ascii_case("on") => true,
        [word] if word.eq_ignore_ascii_case("off") => false,
        _ => return Err(CommandError::Usage("cdr set debug on|off")),
    };
    context.exchange.call_records().set_debug(on);
    Ok(format!("CDR debugging {}", if on { "enabled" } else { "disabled" }))
}

fn channels(context: &Context) -> Vec<String> {
    context.exchange.switchboard().snapshots().into_iter().map(|channel| channel.name.into()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Stopping, run};
    use super::*;
    use crate::narration::Narration;
    use crate::testing;

    #[tokio::test]
    async fn settings_records_and_counts_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = testing::exchange(folder.path(), Vec::new()).await;
        let call = testing::channel(exchange.switchboard());
        let (stop, _stopped) = tokio::sync::mpsc::channel(1);
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let context = Context::new(exchange, stopping, Narration::new().verbosity(0));
        let shown = run(&context, "cdr show status").await.unwrap();
        for wanted in [
            "Logging:                    Enabled",
            "Mode:                       Simple",
            "Written:",
            "cdr-csv/Master.csv",
        ] {
            assert!(shown.contains(wanted), "'{wanted}' is not in:\n{shown}");
        }
        let shown = run(&context, "cdr show active").await.unwrap();
        assert!(shown.starts_with("Channel ") && shown.contains("PJSIP/alice-"), "{shown}");
        let shown = run(&context, &format!("cdr show active {}", call.name())).await.unwrap();
        assert!(shown.contains("AccountCode") && shown.lines().count() == 4, "{shown}");
        for (line, expected) in [
            ("cdr submit", "Cannot submit CDR batch: batch mode not enabled."),
            ("cdr set debug on", "CDR debugging enabled"),
            ("cdr set debug off", "CDR debugging disabled"),
        ] {
            assert_eq!(run(&context, line).await.as_deref(), Ok(expected), "{line}");
        }
        for line in ["cdr show active PJSIP/nobody", "cdr set debug perhaps"] {
            assert!(run(&context, line).await.is_err(), "{line}");
        }
    }
}
