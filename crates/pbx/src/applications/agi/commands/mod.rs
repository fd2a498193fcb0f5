//! What a script asks for, done.

mod call;
mod heard;
mod routine;
mod running;
mod values;

use billing_agi::agi::{Command, Reply};
use call_control::CallError;

use super::script::Script;
pub(super) use routine::exists as routine_exists;

/// What a command answers when its channel fails under it, which mostly means that the caller has hung up.
const FAILED: i8 = -1;

/// Runs a command.
pub(super) async fn run(script: &mut Script<'_>, command: Command) -> Reply {
    let reply = match command {
        Command::Answer => call::answer(script).await,
        Command::ChannelStatus(name) => Ok(call::status(script, name.as_deref())),
        Command::HangUp(name) => Ok(call::hang_up(script, name.as_deref())),
        Command::SetAutoHangUp(after) => Ok(call::end_after(script, after)),
        Command::SetCallerId(text) => Ok(call::set_caller(script, &text)),
        Command::SetContext(context) => Ok(set(&mut script.place.context, context)),
        Command::SetExtension(extension) => Ok(set(&mut script.place.extension, extension)),
        Command::SetPriority(priority) => Ok(set(&mut script.place.priority, priority)),
        Command::SendText(text) => Ok(call::send_text(script, &text)),
        Command::ReceiveText(wait) => call::receive_text(script, wait).await,
        Command::Verbose { text, level } => Ok(call::tell(script, &text, level)),
        Command::StreamFile { file, keys, offset } => heard::stream(script, &file, &keys, offset).await,
        Command::ControlStreamFile(playing) => heard::control(script, &playing).await,
        Command::GetData { file, timeout, most } => heard::get_data(script, &file, timeout, most).await,
        Command::GetOption { file, keys, timeout } => heard::get_option(script, &file, &keys, timeout).await,
        Command::WaitForDigit(wait) => heard::wait_for_digit(script, wait).await,
        Command::Say { what, keys } => heard::say(script, &what, &keys).await,
        Command::GetVariable(name) => Ok(values::get(script, &name).await),
        Command::GetFullVariable { expression, channel } => {
            Ok(values::get_full(script, &expression, channel.as_deref()).await)
        }
        Command::SetVariable { name, value } => Ok(values::set(script, &name, &value).await),
        Command::DatabaseGet { family, key } => Ok(values::database_get(script, &family, &key)),
        Command::DatabasePut { family, key, value } => {
            Ok(values::database_put(script, &family, &key, &value).await)
        }
        Command::DatabaseDelete { family, key } => Ok(values::database_delete(script, &family, &key).await),
        Command::DatabaseDeleteTree { family, below } => {
            Ok(values::database_delete_tree(script, &family, below.as_deref()).await)
        }
        Command::Execute { application, arguments } => {
            Ok(running::execute(script, &application, &arguments).await)
        }
        Command::Record(recording) => running::record(script, &recording).await,
        Command::SetMusic { on, class } => Ok(running::music(script, on, class.as_deref())),
        Command::Gosub { context, extension, priority, arguments } => {
            let arguments = arguments.unwrap_or_default();
            Ok(routine::run(script, &context, &extension, &priority, &arguments).await)
        }
        Command::Speech(words) => Ok(no_engine(script, &words)),
        Command::Nothing | Command::AsyncBreak => Ok(Reply::of(0)),
        // Phones of SIP have neither text telephones, nor characters one by one, nor pictures.
        Command::Tdd(_) | Command::SendImage(_) => Ok(Reply::of(0)),
        Command::ReceiveCharacter(_) => Ok(Reply::of(FAILED)),
        _ => Ok(Reply::Unknown),
    };
    reply.unwrap_or_else(|error| failed(script, &error))
}

fn set(place: &mut Option<String>, value: String) -> Reply {
    *place = Some(value);
    Reply::of(0)
}

/// A script learns that there is no such command; whoever runs the exchange learns why.
fn no_engine(script: &Script<'_>, words: &[String]) -> Reply {
    let command = words.join(" ");
    script.channel.warning(format!(
        "AGI: SPEECH {command}: this exchange has no engine that recognises speech; let the script do it, with the audio of EAGI"
    ));
    Reply::Unknown
}

/// What went wrong is on the console; a script learns that it went wrong.
fn failed(script: &Script<'_>, error: &CallError) -> Reply {
    if !matches!(error, CallError::HungUp) {
        script.channel.warning(format!("AGI: {error}"));
    }
    Reply::of(FAILED)
}
