//! `UserEvent(name[,key: value…])`: tells managers of something that the dialplan finds worth telling.

use call_control::Event;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let mut parts = split(arguments).into_iter();
    let Some(name) = parts.next().filter(|name| !name.is_empty()) else {
        channel.warning("UserEvent(): give the event a name");
        return Ok(Outcome::Continue);
    };
    let fields = parts.filter_map(|part| {
        let (key, value) = part.split_once(':')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    });
    let (fields, call) = (fields.collect(), &channel.call);
    call.switchboard().notice(|| Event::UserEvent { channel: call.snapshot(), name, fields });
    Ok(Outcome::Continue)
}
