//! `SayCountedNoun(number,filename)`: plays the form of a noun that a number asks for: `call` or `calls`.

use say::counted_noun;

use super::{list, refuse, whole_number};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let [number, noun] = pieces.as_slice() else {
        return refuse(
            channel,
            "SayCountedNoun",
            arguments,
            "write a number and a sound, as in SayCountedNoun(2,call)",
        );
    };
    let Some(number) = whole_number(number) else {
        return refuse(channel, "SayCountedNoun", arguments, "the first argument is a whole number");
    };
    let prompt = counted_noun(&channel.call.language(), number.unsigned_abs(), noun);
    list::say(channel, "SayCountedNoun", &[prompt.into()]).await
}
