//! `SetMusicOnHold(class)`, an old way to say `Set(CHANNEL(musicclass)=class)`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    channel.call.set_music_class(Some(arguments.trim()).filter(|class| !class.is_empty()));
    Ok(Outcome::Continue)
}
