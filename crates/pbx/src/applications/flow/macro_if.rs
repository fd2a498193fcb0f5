//! `MacroIf(condition?name[,argument…][:name[,argument…]])`: runs one of two macros.

use dialplan_vm::{Outcome, is_true};

use super::branches::branches;
use super::macro_;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((condition, yes, no)) = branches(arguments) else {
        channel.warning(format!("MacroIf({arguments}): write MacroIf(condition?name:name)"));
        return Ok(Outcome::Continue);
    };
    Ok(match if is_true(condition) { yes } else { no } {
        "" => Outcome::Continue,
        name => macro_::call(channel, name),
    })
}
