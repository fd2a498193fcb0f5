//! `SayDigits(digits)`: says digits one by one, with `*`, `#` and a minus.

use super::{language, list};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let prompts = language(channel).digits(arguments);
    list::say(channel, "SayDigits", &prompts).await
}
