//! A list of prompts is played, one after the other.

use call_control::{CallError, PlayEnd};
use dialplan_vm::Outcome;
use say::{Language, Prompt};

use crate::applications::ApplicationResult;
use crate::applications::dialed_digits::collect;
use crate::dialplan::DialplanChannel;
use crate::speech::Text;

/// True when the channel wants keys to end what is said, and to dial.
fn keys_dial(channel: &DialplanChannel) -> bool {
    channel.call.variable("SAY_DTMF_INTERRUPT").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

/// Plays the prompts; keys do what the channel says.
pub(super) async fn say(
    channel: &mut DialplanChannel,
    application: &str,
    prompts: &[Prompt],
) -> ApplicationResult {
    say_with_keys(channel, application, prompts, false).await
}

/// Plays the prompts; with `dials` a key ends them and begins an extension.
pub(super) async fn say_with_keys(
    channel: &mut DialplanChannel,
    application: &str,
    prompts: &[Prompt],
    dials: bool,
) -> ApplicationResult {
    let dials = dials || keys_dial(channel);
    match play_until(channel, application, prompts, |_| dials).await? {
        None => Ok(Outcome::Continue),
        Some(key) => {
            let context = channel.machine.location().context.to_string();
            collect(channel, &context, Some(key)).await
        }
    }
}

/// Plays them to the end, or to a key that `ends` them. What is missing is told of once.
pub(in crate::applications) async fn play_until(
    channel: &DialplanChannel,
    application: &str,
    prompts: &[Prompt],
    ends: impl Fn(char) -> bool,
) -> Result<Option<char>, CallError> {
    let mut missing = Missing::default();
    let mut pressed = None;
    for prompt in prompts {
        let end = match channel.call.play_until_key(prompt, &ends).await {
            Err(CallError::NoSuchSound(why)) => {
                let spoken = stand_in(channel, prompt, &ends, &mut missing).await?;
                missing.note(prompt, why);
                spoken
            }
            Err(error @ CallError::UnreadableSound { .. }) => {
                channel.warning(format!("{application}: {error}"));
                PlayEnd::Finished
            }
            other => other?,
        };
        if let PlayEnd::Interrupted(key) = end {
            pressed = Some(key);
            break;
        }
    }
    if let Some(text) = missing.told() {
        channel.warning(format!("{application}: {text}"));
    }
    Ok(pressed)
}

/// Speaks the word of a prompt that is missing, where `speech.conf` names somebody who does.
async fn stand_in(
    channel: &DialplanChannel,
    prompt: &Prompt,
    ends: impl Fn(char) -> bool,
    missing: &mut Missing,
) -> Result<PlayEnd, CallError> {
    let configuration = channel.exchange.configuration();
    let own = channel.call.language();
    let language = Language::of(&own);
    let Some((word, engine)) = language.word(prompt).zip(configuration.speech.default.as_deref()) else {
        return Ok(PlayEnd::Finished);
    };
    // English stands in for languages that have no rules here, so its words are spoken in English, too.
    let tag = if Language::find(&own).is_some() { own.as_str() } else { language.tag() };
    let text = Text { words: &word, language: tag, any_language: false, engine: Some(engine), speed: 1.0 };
    match channel.exchange.speech().speak(&configuration, text).await {
        Ok(sound) => channel.call.play_until_key(&sound, ends).await,
        Err(error) => {
            missing.unspoken.get_or_insert_with(|| error.to_string());
            Ok(PlayEnd::Finished)
        }
    }
}

/// The prompts that nobody has.
#[derive(Default)]
struct Missing {
    names: Vec<String>,
    /// What was said of the first, with the folders that were searched.
    why: String,
    /// Why their words are not spoken either.
    unspoken: Option<String>,
}

impl Missing {
    fn note(&mut self, prompt: &Prompt, why: String) {
        if self.names.is_empty() {
            self.why = why;
        }
        if !self.names.iter().any(|name| name == prompt) {
            self.names.push(prompt.to_string());
        }
    }

    fn told(&self) -> Option<String> {
        let others = match self.names.as_slice() {
            [] => return None,
            [_] => String::new(),
            [_, others @ ..] => format!("; nor is there {}", others.join(", ")),
        };
        let unspoken =
            self.unspoken.as_ref().map(|why| format!("; nobody speaks it: {why}")).unwrap_or_default();
        Some(format!("{}{others}{unspoken}", self.why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_once() {
        let mut missing = Missing::default();
        assert_eq!(missing.told(), None);
        missing.note(&"digits/70".into(), "no sound digits/70 in /a, /b".into());
        missing.note(&"digits/70".into(), String::new());
        missing.note(&"digits/oh".into(), String::new());
        assert_eq!(missing.told().unwrap(), "no sound digits/70 in /a, /b; nor is there digits/oh");
        missing.unspoken = Some("no engine".into());
        assert!(missing.told().unwrap().ends_with("; nobody speaks it: no engine"));
    }
}
