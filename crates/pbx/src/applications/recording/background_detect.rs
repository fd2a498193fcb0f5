//! `BackgroundDetect(file[,silence[,min[,max[,analysistime]]]])`: plays a prompt until the caller talks.
//!
//! Talk counts that lasts at least `min` ms (100) and at most `max` (no limit), ends with `silence` ms (1000) without any, and begins
//! within `analysistime` ms (no limit). It sets `TALK_DETECTED` to its length in ms, and the call goes on at the extension `talk`
//! where there is one. A key that is an extension of the context leads there.

use std::time::Duration;

use audio::talk::{TalkDetector, TalkEvent, TalkSettings};
use call_control::{CallError, ChannelState, Listener, PlayEnd};
use dialplan_vm::{Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

/// Where a call goes on in which somebody talked.
const TALK: &str = "talk";

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let ms = |n: usize| arguments.get(n).and_then(|text| text.parse::<u64>().ok());
    let wanted = Wanted {
        silence: ms(1).unwrap_or(1_000),
        shortest: ms(2).unwrap_or(100),
        longest: ms(3).unwrap_or(u64::MAX),
        within: ms(4).unwrap_or(u64::MAX),
    };
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let (plan, context) = (channel.machine.plan().clone(), channel.machine.location().context.clone());
    let caller = channel.call.caller().number;
    let leads = |extension: &str| {
        matches!(plan.matching(&context, extension, Some(&caller)), Matching::Matches { .. })
    };
    let call = channel.call.clone();
    let listener = call.listen()?;
    let file = arguments.first().map(String::as_str).unwrap_or_default();
    let played = tokio::select! {
        played = call.play_until_key(file, |key| leads(key.encode_utf8(&mut [0; 4]))) => played,
        talked = talk(listener, wanted) => {
            channel.set("TALK_DETECTED", talked?.to_string());
            return Ok(if leads(TALK) { Outcome::Dialed(TALK.to_owned()) } else { Outcome::Continue });
        }
    };
    match played {
        Ok(PlayEnd::Interrupted(key)) => Ok(Outcome::Dialed(key.to_string())),
        Ok(PlayEnd::Finished) => Ok(Outcome::Continue),
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("BackgroundDetect: {error}"));
            Ok(Outcome::Continue)
        }
        Err(error) => Err(error),
    }
}

/// Talk that counts, in ms.
#[derive(Clone, Copy)]
struct Wanted {
    silence: u64,
    shortest: u64,
    longest: u64,
    within: u64,
}

/// Waits for talk that counts, and returns how long it was in ms.
async fn talk(mut listener: Listener, wanted: Wanted) -> Result<u64, CallError> {
    let silence_after = Duration::from_millis(wanted.silence);
    let settings = TalkSettings { silence_after, ..TalkSettings::default() };
    let mut detector = TalkDetector::new(Listener::RATE, settings);
    loop {
        let mut talked = None;
        detector.push(listener.hear().await?, |event| {
            if let TalkEvent::Ended { at, duration } = event {
                let counts = (wanted.shortest..=wanted.longest).contains(&duration);
                talked = talked.or((counts && at - duration <= wanted.within).then_some(duration));
            }
        });
        if let Some(talked) = talked {
            return Ok(talked);
        }
    }
}
