//! Commands that run parts of the dialplan.

use billing_agi::agi::{Recording, Reply};
use call_control::CallError;
use dialplan_vm::Outcome;

use super::super::script::Script;
use super::heard::samples;
use super::{FAILED, failed};
use crate::applications;
use crate::applications::recording::record::{Stopped, Wanted, file, record as record_caller};

/// What `EXEC` answers where there is no such application.
const NO_SUCH_APPLICATION: i8 = -2;

/// Runs an application. One that jumps has its way once the script is over, unless the script says otherwise.
pub(super) async fn execute(script: &mut Script<'_>, name: &str, arguments: &str) -> Reply {
    let Some(application) = applications::find(name.trim()) else {
        script.channel.warning(format!("AGI: EXEC {name}: there is no application of that name"));
        return Reply::of(NO_SUCH_APPLICATION);
    };
    if script.channel.call.state().is_ended() && !application.on_dead_channel {
        return Reply::of(FAILED);
    }
    script.channel.verbose(3, format!("AGI Script Executing Application: ({name}) Options: ({arguments})"));
    match (application.run)(script.channel, arguments).await {
        Ok(Outcome::Continue | Outcome::ResponseTimeout | Outcome::Dialed(_)) => Reply::of(0),
        Ok(Outcome::Jump(target)) => {
            script.place.jump = Some(target);
            Reply::of(0)
        }
        Ok(_) => {
            script.place.is_over = true;
            Reply::of(FAILED)
        }
        Err(error) => failed(script, &error),
    }
}

pub(super) fn music(script: &Script<'_>, on: bool, class: Option<&str>) -> Reply {
    if on {
        script.channel.call.start_music(class);
    } else {
        script.channel.call.stop_music();
    }
    Reply::of(0)
}

/// Records the caller. The reply names what has ended it, and how many samples there are.
pub(super) async fn record(script: &Script<'_>, recording: &Recording) -> Result<Reply, CallError> {
    let Recording { file: name, format, keys, longest, offset, beep, silence } = recording;
    let folder = script.channel.exchange.configuration().folders.data.join("sounds");
    let path = match file(&format!("{name}:{format}"), &folder) {
        Ok(path) => path,
        Err(problem) => {
            script.channel.warning(format!("AGI: RECORD FILE: {problem}"));
            return Ok(Reply::of(FAILED));
        }
    };
    if *beep && let Err(error) = script.channel.call.play("beep").await {
        match error {
            CallError::HungUp => return Err(error),
            other => script.channel.warning(format!("AGI: RECORD FILE: no beep: {other}")),
        }
    }
    let wanted = Wanted {
        path,
        append: *offset > 0,
        keeps_unended: true,
        keeps_silence: false,
        silence: *silence,
        longest: *longest,
    };
    let begun = tokio::time::Instant::now();
    let stopped = record_caller(script.channel, "AGI", wanted, |key| keys.contains(key)).await;
    let (result, word) = match stopped {
        Ok(Stopped::Key(key)) => (i64::from(u32::from(key)), "dtmf"),
        Ok(Stopped::Silence | Stopped::Time) => (0, "timeout"),
        Ok(Stopped::Problem) => (i64::from(FAILED), "writefile"),
        Err(CallError::HungUp) => (i64::from(FAILED), "hangup"),
        Err(error) => return Err(error),
    };
    Ok(Reply::Success {
        result: result.to_string(),
        data: Some(word.to_owned()),
        end_position: Some(samples(begun.elapsed())),
    })
}
