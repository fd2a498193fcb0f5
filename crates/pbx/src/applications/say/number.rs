//! `SayNumber(digits[,gender])`: says a number in words, in the channel's language.
//!
//! `gender` is `m`, `f`, `n` or `c`, or a word that begins so, for languages whose numbers follow it.

use say::Gender;

use super::{language, list, refuse, rules, whole_number};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let Some(number) = pieces.first().and_then(|digits| whole_number(digits)) else {
        return refuse(
            channel,
            "SayNumber",
            arguments,
            "write a whole number of up to 18 digits, as in SayNumber(42)",
        );
    };
    let gender = gender(&pieces, 1);
    let prompts = match rules::in_place_of_built_in(channel, &format!("num:{number}")) {
        Some(prompts) => prompts,
        None => language(channel).number(number, gender),
    };
    list::say(channel, "SayNumber", &prompts).await
}

/// The gender in the argument at this place.
pub(super) fn gender(pieces: &[String], place: usize) -> Gender {
    pieces.get(place).and_then(|text| Gender::parse(text)).unwrap_or_default()
}
