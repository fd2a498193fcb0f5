//! `ExtenSpy(extension[@context][,options])`: listens to the channels that are at an extension, as `ChanSpy` does.

use dialplan_vm::Outcome;

use super::{Wishes, spy};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).unwrap_or_default();
    let (extension, context) = match argument(0).split_once('@') {
        Some((extension, context)) => (extension.to_owned(), context.to_owned()),
        None => (argument(0).to_owned(), channel.machine.location().context.to_string()),
    };
    if extension.is_empty() {
        channel.warning("ExtenSpy(): give an extension, as in ExtenSpy(100@phones)");
        return Ok(Outcome::Continue);
    }
    let wishes = Wishes::parse(argument(1));
    spy(channel, &wishes, |call, keyed| {
        let position = call.position();
        let wanted = if keyed.is_empty() { &extension } else { keyed };
        position.extension == *wanted && position.context == context
    })
    .await
}
