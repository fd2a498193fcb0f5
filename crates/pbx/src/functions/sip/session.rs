//! `PJSIP_DTMF_MODE()`, `PJSIP_MEDIA_OFFER(audio)`, `PJSIP_SEND_SESSION_REFRESH()`: what is agreed on with a phone, changed while its
//! call runs.

use call_control::sip::{Conversation, DigitMode, RefreshMethod, SessionChange};

use crate::configuration::{codec_name, codec_of};
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const MODE: &str = "PJSIP_DTMF_MODE";
const OFFER: &str = "PJSIP_MEDIA_OFFER";
const REFRESH: &str = "PJSIP_SEND_SESSION_REFRESH";

/// Most codecs of one offer.
const MOST: usize = 32;

/// The words of `dtmf_mode`.
const MODES: &[(&str, DigitMode)] = &[
    ("rfc4733", DigitMode::Event),
    ("inband", DigitMode::Sound),
    ("info", DigitMode::Info),
    ("auto", DigitMode::EventOrSound),
    ("auto_info", DigitMode::EventOrInfo),
    ("none", DigitMode::None),
];

/// Changes the session of the channel.
fn change(scope: &FunctionScope<'_>, function: &'static str, change: SessionChange) -> Written {
    match Conversation::of(scope.call).change(change) {
        true => Ok(()),
        false => Err(none(scope, function)),
    }
}

fn none(scope: &FunctionScope<'_>, function: &'static str) -> FunctionError {
    FunctionError::failed(function, format!("{} is no channel of SIP", scope.call.name()))
}

pub(super) fn dtmf_mode(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    let mode = Conversation::of(scope.call).digits().ok_or_else(|| none(scope, MODE))?;
    let word = MODES.iter().find(|(_, known)| *known == mode).map_or("none", |(word, _)| *word);
    Ok(word.to_owned())
}

pub(super) fn set_dtmf_mode(scope: &mut FunctionScope<'_>, _: &str, value: &str) -> Written {
    let value = value.trim();
    let mode = MODES.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    let (_, mode) = mode.ok_or_else(|| {
        FunctionError::arguments(MODE, value, "known are rfc4733, inband, info, auto, auto_info and none")
    })?;
    change(scope, MODE, SessionChange::Digits(*mode))
}

pub(super) fn media_offer(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    match arguments.trim().to_ascii_lowercase().as_str() {
        "audio" => {
            let codecs = Conversation::of(scope.call).codecs();
            Ok(codecs.into_iter().map(codec_name).collect::<Vec<_>>().join(","))
        }
        // No channel has any.
        "video" => Ok(String::new()),
        _ => Err(FunctionError::arguments(OFFER, arguments, "write audio")),
    }
}

/// As lines of `allow`: `!all,g722,ulaw`.
pub(super) fn set_media_offer(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    if !arguments.trim().eq_ignore_ascii_case("audio") {
        return Err(FunctionError::arguments(OFFER, arguments, "write audio: no call has anything else"));
    }
    let mut codecs = Conversation::of(scope.call).codecs();
    for word in Arguments::of(value, MOST).all() {
        let word = word.trim();
        let (name, is_out) = word.strip_prefix('!').map_or((word, false), |name| (name, true));
        let known = codec_of(name);
        match known {
            _ if is_out && name.eq_ignore_ascii_case("all") => codecs.clear(),
            Some(codec) => {
                codecs.retain(|other| *other != codec);
                codecs.extend((!is_out).then_some(codec));
            }
            None => return Err(FunctionError::arguments(OFFER, value, format!("there is no codec {name}"))),
        }
    }
    match codecs.is_empty() {
        true => Err(FunctionError::arguments(OFFER, value, "no codec is left")),
        false => change(scope, OFFER, SessionChange::Codecs(codecs)),
    }
}

pub(super) fn cannot_read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(REFRESH))
}

/// `Set(PJSIP_SEND_SESSION_REFRESH()=invite)`.
pub(super) fn refresh(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let word = if value.trim().is_empty() { arguments } else { value };
    let method = match word.trim().to_ascii_lowercase().as_str() {
        "" | "invite" => RefreshMethod::Invite,
        "update" => RefreshMethod::Update,
        _ => return Err(FunctionError::arguments(REFRESH, word, "write invite or update")),
    };
    change(scope, REFRESH, SessionChange::Refresh(method))
}
