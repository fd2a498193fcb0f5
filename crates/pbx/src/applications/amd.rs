//! `AMD([initialSilence[,greeting[,afterGreetingSilence[,totalAnalysisTime[,minimumWordLength[,betweenWordSilence[,`
//! `maximumNumberOfWords[,silenceThreshold[,maximumWordLength[,audioFile]]]]]]]]]])`: tells humans from answering machines.
//!
//! What is left out is as `amd.conf` says. `audioFile` is played to the party meanwhile. Sets `AMDSTATUS` to `MACHINE`, `HUMAN`,
//! `NOTSURE` or `HANGUP`, and `AMDCAUSE` to what told it.

use audio::answering_machine::{Settings, Verdict};
use call_control::{Call, CallError};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::split;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let settings = settings(channel.exchange.configuration().amd, &arguments);
    let file = arguments.get(9).map(|file| file.trim().to_owned()).filter(|file| !file.is_empty());
    // A party that hangs up drops this future: then `h` reads what stands here.
    channel.set("AMDSTATUS", Verdict::HangUp.status());
    channel.set("AMDCAUSE", "");
    let call = channel.call.clone();
    let verdict = tokio::select! {
        verdict = call.judge_answerer(settings) => verdict?,
        error = play(&call, file.as_deref()) => return Err(error),
    };
    channel.verbose(3, format!("AMD: {} ({verdict})", verdict.status()));
    channel.set("AMDSTATUS", verdict.status());
    channel.set("AMDCAUSE", verdict.to_string());
    Ok(Outcome::Continue)
}

/// Plays a prompt beside the listening, and never comes to an end but by a hang-up.
async fn play(call: &Call, file: Option<&str>) -> CallError {
    if let Some(file) = file {
        match call.play(file).await {
            Err(CallError::HungUp) => return CallError::HungUp,
            Err(error) => tracing::warn!(call = %call.call_id(), %error, "AMD plays nothing meanwhile"),
            Ok(()) => {}
        }
    }
    std::future::pending().await
}

/// The defaults, and what the arguments say in their place.
fn settings(mut settings: Settings, arguments: &[String]) -> Settings {
    let number = |n: usize| arguments.get(n).and_then(|text| text.trim().parse::<u32>().ok());
    let places = [
        (0, &mut settings.initial_silence),
        (1, &mut settings.greeting),
        (2, &mut settings.after_greeting_silence),
        (3, &mut settings.total_analysis_time),
        (4, &mut settings.min_word_length),
        (5, &mut settings.between_words_silence),
        (6, &mut settings.maximum_number_of_words),
        (8, &mut settings.maximum_word_length),
    ];
    for (n, place) in places {
        *place = number(n).unwrap_or(*place);
    }
    let threshold = number(7).map(|threshold| u16::try_from(threshold).unwrap_or(u16::MAX));
    settings.silence_threshold = threshold.unwrap_or(settings.silence_threshold);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stand_in_place_of_the_file() {
        let arguments: Vec<String> = "2000,,700,,,,4,300".split(',').map(str::to_owned).collect();
        let wanted = Settings {
            initial_silence: 2_000,
            after_greeting_silence: 700,
            maximum_number_of_words: 4,
            silence_threshold: 300,
            ..Settings::default()
        };
        assert_eq!(settings(Settings::default(), &arguments), wanted);
        assert_eq!(settings(wanted, &[]), wanted);
    }
}
