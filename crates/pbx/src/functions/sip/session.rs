//! `PJSIP_DTMF_MODE()`, `PJSIP_MEDIA_OFFER(audio)`, `PJSIP_SEND_SESSION_REFRESH()`, `PJSIP_MOH_PASSTHROUGH()`,
//! `PJSIP_TRANSFER_HANDLING()`: what is agreed on with a phone, and how its call is seen to, changed while that runs.

use call_control::sip::{Conversation, DigitMode, RefreshMethod, SessionChange};

use crate::configuration::{codec_name, codec_of};
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const MODE: &str = "PJSIP_DTMF_MODE";
const OFFER: &str = "PJSIP_MEDIA_OFFER";
const REFRESH: &str = "PJSIP_SEND_SESSION_REFRESH";
const PASSTHROUGH: &str = "PJSIP_MOH_PASSTHROUGH";
const HANDLING: &str = "PJSIP_TRANSFER_HANDLING";

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

/// Whether the phone is told that it is held, in place of hearing music: `yes` or `no`.
pub(super) fn passes_hold(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    let passes = Conversation::of(scope.call).passes_hold().ok_or_else(|| none(scope, PASSTHROUGH))?;
    Ok(if passes { "yes" } else { "no" }.to_owned())
}

pub(super) fn set_passes_hold(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let passes = asterisk_conf::boolean(value.trim())
        .ok_or_else(|| FunctionError::arguments(PASSTHROUGH, arguments, "it is set to yes or no"))?;
    match Conversation::of(scope.call).set_passes_hold(passes) {
        true => Ok(()),
        false => Err(none(scope, PASSTHROUGH)),
    }
}

/// Who sees to it when the phone hands its call on.
pub(super) fn transfer_handling(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    Conversation::of(scope.call).digits().ok_or_else(|| none(scope, HANDLING))?;
    Ok("core".to_owned())
}

pub(super) fn set_transfer_handling(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    Conversation::of(scope.call).digits().ok_or_else(|| none(scope, HANDLING))?;
    let word = if value.trim().is_empty() { arguments } else { value };
    let problem = match word.trim().to_ascii_lowercase().as_str() {
        "core" => return Ok(()),
        "ari-only" => "there is no ARI that transfers could be handed to: the exchange sees to them itself",
        _ => "known is core",
    };
    Err(FunctionError::arguments(HANDLING, word, problem))
}
