//! A text is spoken by a program, and played.

use call_control::{CallError, ChannelState, PlayEnd};
use dialplan_vm::{Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::speech::Text;

/// The keys that end a text: `any` for all, none where nothing is said.
fn ends(keys: &str, key: char) -> bool {
    keys.trim().eq_ignore_ascii_case("any") || keys.contains(key)
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
