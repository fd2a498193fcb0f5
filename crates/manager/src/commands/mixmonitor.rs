//! `mixmonitor …`: recordings of one channel.

use std::fmt::Write;
use std::path::Path;

use call_control::Call;
use pbx::recordings::{Request, begin};

use super::{Answer, Command, CommandError, Context};

const START: &str = "mixmonitor start CHANNEL FILE[,OPTIONS[,COMMAND]]";
const STOP: &str = "mixmonitor stop CHANNEL [ID]";
const LIST: &str = "mixmonitor list CHANNEL";

pub(super) const COMMANDS: &[Command] = &[
    Command::now("mixmonitor start", "Begins to record a channel", start)
        .taking("CHANNEL FILE[,OPTIONS[,COMMAND]]")
        .among(names),
    Command::now("mixmonitor stop", "Ends the recordings of a channel", stop)
        .taking("CHANNEL [ID]")
        .among(names),
    Command::now("mixmonitor list", "The recordings of a channel", list).taking("CHANNEL").among(names),
];

fn names(context: &Context) -> Vec<String> {
    context.exchange.switchboard().snapshots().into_iter().map(|channel| channel.name.into()).collect()
}

fn start(context: &Context, arguments: &[String]) -> Answer {
    let call = channel(context, arguments, START)?;
    let wanted = arguments.get(1..).filter(|wanted| !wanted.is_empty()).ok_or(CommandError::Usage(START))?;
    let folder = context.exchange.configuration().folders.spool.join("monitor");
    let failed = |problem: String| CommandError::Failed(problem);
    let request =
        Request::parse(&wanted.join(" "), &folder).map_err(|problem| failed(problem.to_string()))?;
    let id = begin(&context.exchange, &call, request).map_err(|problem| failed(problem.to_string()))?;
    Ok(format!("Recording {id} of {} has begun\n", call.name()))
}

fn stop(context: &Context, arguments: &[String]) -> Answer {
    let call = channel(context, arguments, STOP)?;
    let id = arguments.get(1).map(String::as_str);
    match context.exchange.recordings().stop(&call, id) {
        0 => Err(CommandError::Failed(format!("{} is not recorded", call.name()))),
        1 => Ok(format!("1 recording of {} ends\n", call.name())),
        count => Ok(format!("{count} recordings of {} end\n", call.name())),
    }
}

fn list(context: &Context, arguments: &[String]) -> Answer {
    let call = channel(context, arguments, LIST)?;
    let mut text = format!("MixMonitor ID\tFile\tReceive File\tTransmit File\n{}\n", "=".repeat(73));
    for recording in context.exchange.recordings().of(&call) {
        let shown = |file: &Option<_>| {
            file.as_deref().map(|file: &Path| file.display().to_string()).unwrap_or_default()
        };
        let (file, receive, transmit) =
            (shown(&recording.file), shown(&recording.receive), shown(&recording.transmit));
        let _ = writeln!(text, "{}\t{file}\t{receive}\t{transmit}", recording.id);
    }
    Ok(text)
}

fn channel(context: &Context, arguments: &[String], usage: &'static str) -> Result<Call, CommandError> {
    let name = arguments.first().ok_or(CommandError::Usage(usage))?;
    let call = context.exchange.switchboard().find(name);
    call.ok_or_else(|| CommandError::Failed(format!("{name} is not a known channel")))
}
