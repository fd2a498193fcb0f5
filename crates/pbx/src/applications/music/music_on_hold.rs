//! `MusicOnHold([class[,seconds]])`: music until the caller hangs up, or for so long.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{seconds, split};
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let class = arguments.first().map(String::as_str).filter(|class| !class.is_empty());
    let time = arguments.get(1).filter(|time| !time.is_empty());
    let time = match time.map(|text| (text, seconds(text))) {
        Some((text, None)) => {
            channel.warning(format!("MusicOnHold: '{text}' is no number of seconds; the music goes on"));
            None
        }
        Some((_, time)) => time,
        None => None,
    };
    let _music = channel.call.music_while(class);
    match time {
        Some(time) => channel.call.wait(time).await?,
        None => channel.call.unless_hung_up(std::future::pending::<()>()).await?,
    }
    Ok(Outcome::Continue)
}
