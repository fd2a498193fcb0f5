//! `SayAlpha(string)`: spells a text by its letters, digits and signs.

use say::LetterCase;

use super::{language, list};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let prompts = language(channel).letters(arguments, LetterCase::Untold);
    list::say(channel, "SayAlpha", &prompts).await
}
