//! `Set(TALK_DETECT(set)=[silence][,threshold])`: tells managers when the caller begins and stops to talk;
//! `Set(TALK_DETECT(remove)=)` ends that.
//!
//! `silence` is how many ms without talk end it (2500), `threshold` the level above which sound is talk (256).

use std::time::Duration;

use audio::talk::TalkSettings;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "TALK_DETECT";

pub(in crate::functions) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Err(FunctionError::arguments(NAME, arguments, "it can only be set"))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let wrong = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    let wanted = wanted(arguments, value).map_err(wrong)?;
    scope.call.detect_talk(wanted).map_err(|error| wrong(error.to_string()))
}

/// What is asked for; `None` for no detection.
fn wanted(action: &str, value: &str) -> Result<Option<TalkSettings>, String> {
    match action.trim().to_ascii_lowercase().as_str() {
        "set" => {}
        "remove" => return Ok(None),
        _ => return Err("write set or remove".to_owned()),
    }
    let mut settings = TalkSettings::default();
    let number = |text: &str| {
        let positive = text.parse::<u32>().ok().filter(|number| *number > 0);
        positive.ok_or_else(|| format!("'{text}' is no number above 0"))
    };
    let mut parts = value.split(',').map(str::trim);
    if let Some(silence) = parts.next().filter(|text| !text.is_empty()) {
        settings.silence_after = Duration::from_millis(number(silence)?.into());
    }
    if let Some(threshold) = parts.next().filter(|text| !text.is_empty()) {
        settings.threshold = u16::try_from(number(threshold)?).unwrap_or(u16::MAX);
    }
    Ok(Some(settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_in_asterisk() {
        let settings = |silence: u64, threshold| {
            let silence_after = Duration::from_millis(silence);
            Ok(Some(TalkSettings { silence_after, threshold, ..TalkSettings::default() }))
        };
        assert_eq!(wanted("set", ""), settings(2_500, 256));
        assert_eq!(wanted("Set", "1200"), settings(1_200, 256));
        assert_eq!(wanted("set", ",128"), settings(2_500, 128));
        assert_eq!(wanted("remove", ""), Ok(None));
        assert!(wanted("set", "soon").is_err() && wanted("set", "0").is_err() && wanted("get", "").is_err());
    }
}
