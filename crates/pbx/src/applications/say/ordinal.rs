//! `SayOrdinal(digits[,gender])`: says a place in an order, such as "forty-second". English, French and German have prompts
//! for it; other languages say the number.

use super::{language, list, number, refuse, whole_number};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let Some(place) = pieces.first().and_then(|digits| whole_number(digits)) else {
        return refuse(channel, "SayOrdinal", arguments, "write a whole number, as in SayOrdinal(42)");
    };
    let prompts = language(channel).ordinal(place, number::gender(&pieces, 1));
    list::say(channel, "SayOrdinal", &prompts).await
}
