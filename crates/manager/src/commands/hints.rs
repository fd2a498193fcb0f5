//! `core show hints`, `core show hint`: extensions, what their devices do, and who watches.

use std::fmt::Write;

use pbx::presence::HintRow;

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core show hints", "The hints of the dialplan, and what their devices do", hints),
    Command::now("core show hint", "The hints of one extension", hint)
        .taking("EXTENSION[@CONTEXT]")
        .among(extensions),
];

fn hints(context: &Context, _: &[String]) -> Answer {
    let rows = context.exchange.presence().hints();
    if rows.is_empty() {
        return Ok("There are no registered dialplan hints".to_owned());
    }
    let mut text = "\n    -= Registered Asterisk Dial Plan Hints =-\n".to_owned();
    rows.iter().for_each(|row| write_row(&mut text, row));
    let _ = writeln!(text, "----------------\n- {} hints registered", rows.len());
    Ok(text)
}

fn hint(context: &Context, arguments: &[String]) -> Answer {
    let asked = arguments.first().ok_or(CommandError::Usage("core show hint EXTENSION[@CONTEXT]"))?;
    let (extension, place) = asked.split_once('@').unwrap_or((asked, ""));
    let mut rows = context.exchange.presence().hints();
    rows.retain(|row| row.extension == extension && (place.is_empty() || row.context == place));
    let mut text = String::new();
    rows.iter().for_each(|row| write_row(&mut text, row));
    let plural = if rows.len() == 1 { "" } else { "s" };
    let _ = writeln!(text, "{} hint{plural} matching extension {asked}", rows.len());
    Ok(text)
}

fn write_row(text: &mut String, row: &HintRow) {
    let place = column(&format!("{}@{}", row.extension, row.context), 30);
    let (devices, state) = (column(&row.text, 60), column(row.state.state.name(), 15));
    let presence = column(row.state.presence.state.name(), 15);
    // Writing into a String cannot fail.
    let _ =
        writeln!(text, "{place}: {devices}  State:{state} Presence:{presence} Watchers {:>2}", row.watchers);
}

fn extensions(context: &Context) -> Vec<String> {
    context.exchange.presence().hints().into_iter().map(|row| row.extension).collect()
}
