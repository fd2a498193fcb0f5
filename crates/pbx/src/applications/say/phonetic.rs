//! `SayPhonetic(string)`: spells a text with a word for each letter: Alpha, Bravo.

use super::{language, list};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let prompts = language(channel).phonetic(arguments);
    list::say(channel, "SayPhonetic", &prompts).await
}
