//! Commands that run parts of the dialplan.

use billing_agi::agi::Reply;
use dialplan_vm::Outcome;

use super::super::script::Script;
use super::{FAILED, failed};
use crate::applications;

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
