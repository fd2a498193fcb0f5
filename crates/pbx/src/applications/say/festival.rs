//! `Festival(text[,intkeys])`: speaks a text by the engine `[festival]` of `speech.conf`; where it does not speak the channel's
//! language, in its own.

use super::text;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let engine = text::Engine { name: "festival", any_language: true };
    text::speak_by(channel, "Festival", engine, arguments).await
}
