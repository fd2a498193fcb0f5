//! `ControlPlayback(file[,skip[,forward[,back[,stop[,pause[,restart[,options]]]]]]])`: plays a prompt that the caller winds.
//!
//! `skip` is how far forward (`#`) and back (`*`) wind, in ms, 3000 if nothing is said. There is no key for stop, pause and
//! restart but those that are given. `o(ms)` begins later in the prompt. Sets `CPLAYBACKSTATUS` to `SUCCESS`,
//! `USERSTOPPED`, `REMOTESTOPPED` or `ERROR`, `CPLAYBACKSTOPKEY` to the key that stopped it, `CPLAYBACKOFFSET` to how far it
//! was, in ms.

use std::time::Duration;

use call_control::{CallError, ChannelState, PlayEnd, PlaybackControl};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

/// How far it is wound where nothing is said.
const SKIP: u64 = 3_000;

/// The keys, each of which may stand for several.
struct Keys {
    forward: String,
    back: String,
    stop: String,
    pause: String,
    restart: String,
}

impl Keys {
    fn read(arguments: &[String]) -> Self {
        let keys = |nth: usize, default: &str| match arguments.get(nth) {
            Some(keys) if !keys.is_empty() => keys.clone(),
            _ => default.to_owned(),
        };
        let mut read = Self {
            forward: keys(2, "#"),
            back: keys(3, "*"),
            stop: keys(4, ""),
            pause: keys(5, ""),
            restart: keys(6, ""),
        };
        // What is asked for comes before what is there anyway.
        let taken = [&read.stop, &read.pause, &read.restart].map(String::clone).concat();
        if taken.contains('#') && arguments.get(2).is_none_or(String::is_empty) {
            read.forward.clear();
        }
        if taken.contains('*') && arguments.get(3).is_none_or(String::is_empty) {
            read.back.clear();
        }
        read
    }

    /// Does what a key asks for; `true` when it stops the prompt.
    fn press(&self, key: char, control: &PlaybackControl, skip: Duration) -> bool {
        if self.stop.contains(key) {
            return true;
        }
        if self.pause.contains(key) {
            match control.is_paused() {
                true => control.resume(),
                false => control.pause(),
            }
        } else if self.restart.contains(key) {
            control.restart();
            control.resume();
        } else if self.forward.contains(key) {
            control.forward(skip);
        } else if self.back.contains(key) {
            control.back(skip);
        }
        false
    }
}

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let file = arguments.first().map(String::as_str).unwrap_or_default();
    if file.is_empty() {
        channel.warning("ControlPlayback(): give a prompt, as in ControlPlayback(welcome,3000,#,*,5)");
        channel.set("CPLAYBACKSTATUS", "ERROR");
        return Ok(Outcome::Continue);
    }
    let milliseconds = |text: &str| text.trim().parse::<u64>().ok().map(Duration::from_millis);
    let skip = arguments.get(1).and_then(|text| milliseconds(text)).filter(|skip| !skip.is_zero());
    let skip = skip.unwrap_or(Duration::from_millis(SKIP));
    let options = Options::parse(arguments.get(7).map(String::as_str).unwrap_or_default());
    let offset = options.argument('o').and_then(milliseconds).unwrap_or_default();
    let keys = Keys::read(&arguments);
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let control = PlaybackControl::starting_at(offset);
    for name in ["CPLAYBACKSTOPKEY", "CPLAYBACKOFFSET"] {
        channel.set(name, "");
    }
    let (status, stop) =
        match channel.call.play_controlled(file, &control, |key| keys.press(key, &control, skip)).await {
            Ok(PlayEnd::Finished) => ("SUCCESS", None),
            Ok(PlayEnd::Interrupted(key)) => ("USERSTOPPED", Some(key)),
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("ControlPlayback: {error}"));
                ("ERROR", None)
            }
            Err(error) => return Err(error),
        };
    channel.set("CPLAYBACKSTATUS", status);
    if let Some(key) = stop {
        channel.set("CPLAYBACKSTOPKEY", key.to_string());
    }
    channel.set("CPLAYBACKOFFSET", control.position().as_millis().to_string());
    Ok(Outcome::Continue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(arguments: &str) -> Keys {
        Keys::read(&split(arguments))
    }

    #[test]
    fn keys_do_what_they_are_given_for() {
        let skip = Duration::from_secs(1);
        let control = PlaybackControl::default();
        let keys = keys("file,1000,69,4,#,5,0");
        assert!(keys.press('#', &control, skip));
        assert!(!keys.press('5', &control, skip) && control.is_paused());
        assert!(!keys.press('5', &control, skip) && !control.is_paused());
        assert!(!keys.press('9', &control, skip) && !keys.press('7', &control, skip));
    }

    #[test]
    fn without_a_word_the_keys_wind() {
        let keys = keys("file");
        assert_eq!((keys.forward.as_str(), keys.back.as_str(), keys.stop.as_str()), ("#", "*", ""));
        let stopping = self::keys("file,,,,#");
        assert_eq!((stopping.forward.as_str(), stopping.stop.as_str()), ("", "#"));
    }
}
