//! `Espeak(text[,intkeys[,language]])`: speaks a text by the engine `[espeak]` of `speech.conf`, in the channel's language
//! where none is given.

use super::text;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let engine = text::Engine { name: "espeak", any_language: false };
    text::speak_by(channel, "Espeak", engine, arguments).await
}
