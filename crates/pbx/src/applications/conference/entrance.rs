//! Before somebody is in the room.

use std::time::Duration;

use call_control::{CallError, PlayEnd};

use crate::conference::Profiles;
use crate::dialplan::DialplanChannel;

/// How often a wrong pin may be entered.
const ATTEMPTS: usize = 3;

/// Most keys of a pin.
const LONGEST_PIN: usize = 80;

/// The wait for each key of a pin.
const KEY_WITHIN: Duration = Duration::from_secs(6);

/// Plays a prompt to the one who enters. One that is missing is named on the console, and nothing is heard.
pub(super) async fn say(channel: &DialplanChannel, prompt: &str) -> Result<(), CallError> {
    if prompt.is_empty() {
        return Ok(());
    }
    say_until_key(channel, prompt, |_| false).await.map(drop)
}

/// The same until a key for which `stops` is true, which is returned.
pub(super) async fn say_until_key(
    channel: &DialplanChannel,
    prompt: &str,
    stops: impl Fn(char) -> bool,
) -> Result<Option<char>, CallError> {
    match channel.call.play_until_key(prompt, stops).await {
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("ConfBridge: {error}"));
            Ok(None)
        }
        Ok(PlayEnd::Interrupted(key)) => Ok(Some(key)),
        Ok(PlayEnd::Finished) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Asks for the pin, where there is one. `false`: it was wrong three times.
pub(super) async fn knows_pin(channel: &DialplanChannel, profiles: &Profiles) -> Result<bool, CallError> {
    let Some(pin) = &profiles.user.pin else { return Ok(true) };
    for _ in 0..ATTEMPTS {
        let prompt = profiles.bridge.sound("get_pin");
        let entered = match channel.call.read_digits(prompt, LONGEST_PIN, KEY_WITHIN).await {
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("ConfBridge: {error}"));
                channel.call.read_digits("", LONGEST_PIN, KEY_WITHIN).await?
            }
            entered => entered?,
        };
        if entered == *pin {
            return Ok(true);
        }
        say(channel, profiles.bridge.sound("invalid_pin")).await?;
    }
    channel.verbose(3, format!("{} does not know the pin of the conference", channel.call.name()));
    Ok(false)
}
