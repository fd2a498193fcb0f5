//! What is said to a caller: numbers, dates and spelling from prompts (the crate `say`), texts by programs that speak.
//!
//! None of the `Say` applications answers the call. Keys do nothing to them unless the variable `SAY_DTMF_INTERRUPT` is
//! `true`, or `SayUnixTime` has its option `j`: then a key ends them and dials an extension, as with `BackGround`.
//! A prompt that is missing is spoken by the default engine of `speech.conf`, where there is one.

pub(super) mod alpha;
pub(super) mod alpha_case;
pub(super) mod counted_adj;
pub(super) mod counted_noun;
pub(super) mod digits;
pub(super) mod espeak;
pub(super) mod festival;
pub(super) mod flite;
mod google_tts;
pub(super) mod list;
pub(super) mod money;
pub(super) mod number;
pub(super) mod ordinal;
pub(super) mod phonetic;
pub(super) mod rules;
mod text;
pub(super) mod unix_time;

use dialplan_vm::Outcome;
use say::Language;

pub use google_tts::google_tts;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// The language of the channel, among those that numbers are said in.
fn language(channel: &DialplanChannel) -> Language {
    Language::of(&channel.call.language())
}

/// The arguments cannot be meant: the application does nothing, and says why.
fn refuse(channel: &DialplanChannel, application: &str, given: &str, wanted: &str) -> ApplicationResult {
    channel.warning(format!("{application}({given}): {wanted}"));
    Ok(Outcome::Continue)
}

/// A whole number with or without a sign.
fn whole_number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
