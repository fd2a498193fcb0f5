//! `SayCountedAdj(number,filename[,gender])`: plays the form of an adjective that a number asks for; languages other than
//! Slavic ones have only one.

use say::counted_adjective;

use super::{list, number, refuse, whole_number};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let (Some(number), Some(adjective)) = (pieces.first().and_then(|n| whole_number(n)), pieces.get(1))
    else {
        return refuse(
            channel,
            "SayCountedAdj",
            arguments,
            "write a number and a sound, as in SayCountedAdj(2,new,f)",
        );
    };
    let gender = number::gender(&pieces, 2);
    let prompt = counted_adjective(&channel.call.language(), number.unsigned_abs(), adjective, gender);
    list::say(channel, "SayCountedAdj", &[prompt.into()]).await
}
