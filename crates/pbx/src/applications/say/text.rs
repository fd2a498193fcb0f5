//! A text is spoken by a program, and played.

use call_control::{CallError, ChannelState, PlayEnd};
use dialplan_vm::{Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;
use crate::speech::Text;

/// The keys that end a text: `any` for all, none where nothing is said.
fn ends(keys: &str, key: char) -> bool {
    keys.trim().eq_ignore_ascii_case("any") || keys.contains(key)
}

/// An engine of `speech.conf` that an application has its name from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engine {
    pub(super) name: &'static str,
    /// It speaks its own language where it does not know the one that is wanted, and takes no other as an argument.
    pub(super) any_language: bool,
}

/// What `Festival`, `Flite` and `Espeak` do with `text[,keys[,language]]`.
pub(super) async fn speak_by(
    channel: &mut DialplanChannel,
    application: &str,
    engine: Engine,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let piece = |n: usize| pieces.get(n).map(String::as_str).unwrap_or_default();
    let own = channel.call.language();
    let named = Some(piece(2)).filter(|language| !language.is_empty() && !engine.any_language);
    let text = Text {
        words: piece(0),
        language: named.unwrap_or(&own),
        any_language: engine.any_language,
        engine: Some(engine.name),
        speed: 1.0,
    };
    speak(channel, application, text, piece(1)).await
}

/// Answers, speaks and plays `text`. One of `keys` ends it, and leads to the extension of its name where there is one.
pub(super) async fn speak(
    channel: &mut DialplanChannel,
    application: &str,
    text: Text<'_>,
    keys: &str,
) -> ApplicationResult {
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let configuration = channel.exchange.configuration();
    let sound = match channel.exchange.speech().speak(&configuration, text).await {
        Ok(sound) => sound,
        Err(error) => {
            channel.warning(format!("{application}: {error}"));
            return Ok(Outcome::Continue);
        }
    };
    match channel.call.play_until_key(&sound, |key| ends(keys, key)).await {
        Ok(PlayEnd::Finished) => Ok(Outcome::Continue),
        Ok(PlayEnd::Interrupted(key)) => Ok(extension(channel, key)),
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("{application}: {error}"));
            Ok(Outcome::Continue)
        }
        Err(error) => Err(error),
    }
}

/// The extension of a key in the context of the caller; where there is none the dialplan goes on.
fn extension(channel: &DialplanChannel, key: char) -> Outcome {
    let context = &channel.machine.location().context;
    let number = channel.call.caller().number;
    let dialed = key.to_string();
    match channel.machine.plan().matching(context, &dialed, Some(&number)) {
        Matching::Matches { .. } => Outcome::Dialed(dialed),
        _ => Outcome::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::ends;

    #[test]
    fn keys_are_those_that_are_named() {
        assert!(ends("any", '#') && ends("12*", '*') && !ends("12", '3') && !ends("", '1'));
    }
}
