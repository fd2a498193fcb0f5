//! `Espeak(text[,intkeys[,language]])`: speaks a text by the engine `[espeak]` of `speech.conf`, in the channel's language
//! where none is given.

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
    let language = Some(piece(2)).filter(|language| !language.is_empty()).unwrap_or(&own);
    let text = Text { words: piece(0), language, any_language: false, engine: Some("espeak"), speed: 1.0 };
    text::speak(channel, "Espeak", text, piece(1)).await
}
