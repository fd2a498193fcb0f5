//! `Festival(text[,intkeys])`: speaks a text by the engine `[festival]` of `speech.conf`; where it does not speak the channel's
//! language, in its own.

use super::text;
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;
use crate::speech::Text;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let piece = |n: usize| pieces.get(n).map(String::as_str).unwrap_or_default();
    let own = channel.call.language();
    let text =
        Text { words: piece(0), language: &own, any_language: true, engine: Some("festival"), speed: 1.0 };
    text::speak(channel, "Festival", text, piece(1)).await
}
