//! `SayAlphaCase(casetype,string)`: spells a text, and tells capitals (`u`), small letters (`l`), both (`a`) or neither (`n`).

use say::LetterCase;

use super::{language, list, refuse};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (case, text) = arguments.split_once(',').unwrap_or((arguments, ""));
    let Some(case) = LetterCase::parse(case) else {
        return refuse(
            channel,
            "SayAlphaCase",
            arguments,
            "write a, l, n or u first, as in SayAlphaCase(a,aBc)",
        );
    };
    let prompts = language(channel).letters(text, case);
    list::say(channel, "SayAlphaCase", &prompts).await
}
