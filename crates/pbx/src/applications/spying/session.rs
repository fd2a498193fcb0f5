//! One party listening in, from one channel to the next.

use std::time::Duration;

use call_control::{Call, CallError, ChannelState, Sides, Spying};
use dialplan_vm::{Matching, Outcome};
use media_bridge::{Content, RecordingPlan, Side, Track};

use super::wishes::{Mode, Wishes};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// How long it waits for channels to listen to before it looks again.
const PAUSE: Duration = Duration::from_secs(1);

/// Most digits of a channel's name.
const LONGEST_NAME: usize = 40;

/// Why one channel is listened to no more.
enum Turn {
    /// The next one.
    Next,
    /// Channels whose name begins like that.
    Named(String),
    /// The channel has ended.
    Ended,
    /// It is over.
    Exit(Outcome),
}

/// Goes from one of the channels that `wanted` names to the next. What was keyed in comes to `wanted` as text.
pub(super) async fn spy(
    channel: &mut DialplanChannel,
    wishes: &Wishes,
    wanted: impl Fn(&Call, &str) -> bool,
) -> ApplicationResult {
    for letter in &wishes.unknown {
        channel.warning(format!("ChanSpy: option '{letter}' is not known"));
    }
    if channel.call.state() != ChannelState::Up && !wishes.unanswered {
        channel.call.answer().await?;
    }
    channel.call.clear_digits();
    let (mut keyed, mut seen, mut volume) = (String::new(), Vec::<String>::new(), wishes.volume);
    loop {
        let board = channel.exchange.switchboard().clone();
        let names = board.snapshots().into_iter().map(|snapshot| snapshot.name);
        let calls = names.filter(|name| name != channel.call.name()).filter_map(|name| board.find(&name));
        let mut calls = calls
            .filter(|call| call.state() == ChannelState::Up && wanted(call, &keyed) && wishes.admit(call));
        let Some(target) = calls.find(|call| !seen.iter().any(|name| name == call.name())) else {
            if wishes.ends_without_channels {
                return Ok(Outcome::Continue);
            }
            if let Some(Turn::Exit(outcome)) = pause(channel, wishes, seen.is_empty()).await? {
                return Ok(outcome);
            }
            seen.clear();
            continue;
        };
        drop(calls);
        seen.push(target.name().to_owned());
        match listen(channel, wishes, &target, &mut volume).await? {
            Turn::Exit(outcome) => return Ok(outcome),
            Turn::Ended if wishes.ends_with_channel => return Ok(Outcome::Continue),
            Turn::Ended | Turn::Next => {}
            Turn::Named(name) => {
                keyed = name;
                seen.clear();
            }
        }
    }
}

/// Waits a moment when there is nobody to listen to; a little, when all were heard once.
async fn pause(channel: &DialplanChannel, wishes: &Wishes, nobody: bool) -> Result<Option<Turn>, CallError> {
    let wait = if nobody { PAUSE } else { Duration::from_millis(100) };
    Ok(channel.call.next_digit(wait).await?.and_then(|key| exit(channel, wishes, key)))
}

/// Where a key leads that ends the listening.
fn exit(channel: &DialplanChannel, wishes: &Wishes, key: char) -> Option<Turn> {
    if wishes.exit_key == Some(key) {
        return Some(Turn::Exit(Outcome::Continue));
    }
    let context = channel.call.variable("SPY_EXIT_CONTEXT").filter(|context| !context.is_empty());
    let context = context.unwrap_or_else(|| channel.machine.location().context.to_string());
    let plan = channel.machine.plan();
    let matches = || {
        let found =
            plan.matching(&context, key.encode_utf8(&mut [0; 4]), Some(&channel.call.caller().number));
        matches!(found, Matching::Matches { .. })
    };
    let leads = wishes.exits_to_extension && key.is_ascii_digit() && matches();
    leads.then(|| {
        let target = dialplan_vm::JumpTarget::to(&context, key.to_string(), 1);
        Turn::Exit(Outcome::Jump(target))
    })
}

async fn listen(
    channel: &DialplanChannel,
    wishes: &Wishes,
    target: &Call,
    volume: &mut i8,
) -> Result<Turn, CallError> {
    let call = &channel.call;
    if !wishes.quiet {
        announce(channel, wishes, target).await?;
    }
    let sides = if wishes.only_said { Sides::Only(Side::Read) } else { Sides::Both };
    let Ok(mut spying) = call.spy_on(target, sides) else { return Ok(Turn::Next) };
    channel.verbose(2, format!("Spying on channel {}", target.name()));
    let _recording = record(channel, wishes, target);
    spying.set_volume(*volume);
    speak(&mut spying, wishes.mode)?;
    let mut digits = String::new();
    loop {
        let key = tokio::select! {
            biased;
            _ = target.hung_up() => return Ok(Turn::Ended),
            key = call.next_digit(Duration::from_secs(3_600)) => key?,
        };
        let Some(key) = key else { continue };
        if let Some(turn) = exit(channel, wishes, key) {
            return Ok(turn);
        }
        match key {
            _ if key == wishes.next_key => return Ok(Turn::Next),
            '4' if wishes.mode_keys => speak(&mut spying, Mode::Listen)?,
            '5' if wishes.mode_keys => speak(&mut spying, Mode::Whisper)?,
            '6' if wishes.mode_keys => speak(&mut spying, Mode::Barge)?,
            '#' if digits.is_empty() => {
                *volume = if *volume >= 4 { -4 } else { *volume + 1 };
                spying.set_volume(*volume);
            }
            '#' => return Ok(Turn::Named(digits)),
            '0'..='9' if !wishes.mode_keys && digits.len() < LONGEST_NAME => digits.push(key),
            _ => {}
        }
    }
}

/// A beep, and who is listened to next: as it says its own name, or by the technology and the number of its channel.
async fn announce(channel: &DialplanChannel, wishes: &Wishes, target: &Call) -> Result<(), CallError> {
    let (prompts, language) = (channel.exchange.switchboard().prompts(), channel.call.language());
    let resource = target.resource();
    let recorded = wishes.name.as_ref().map(|name| {
        let folder = channel.exchange.configuration().folders.spool.join("voicemail");
        let mailbox = name.mailbox.as_deref().unwrap_or(resource);
        let path = folder.join(name.context.as_deref().unwrap_or("default")).join(mailbox).join("greet");
        path.to_string_lossy().into_owned()
    });
    let recorded = recorded.filter(|name| !name.contains("/../") && prompts.exists(name, &language));
    let mut said = vec!["beep".to_owned()];
    match recorded {
        Some(name) => said.push(name),
        None => {
            if !wishes.without_technology {
                said.push(format!("spy-{}", target.technology().to_ascii_lowercase()));
            }
            if resource.chars().all(|c| c.is_ascii_digit()) {
                said.extend(resource.chars().map(|digit| format!("digits/{digit}")));
            }
        }
    }
    for prompt in said {
        // One that is missing is passed over, as that of a technology that nobody has recorded.
        if let Err(CallError::HungUp) = channel.call.play(&prompt).await {
            return Err(CallError::HungUp);
        }
    }
    Ok(())
}

/// Lets those hear the spy whom the mode is for.
fn speak(spying: &mut Spying, mode: Mode) -> Result<(), CallError> {
    let target = spying.target().clone();
    spying.mute(mode == Mode::WhisperOnly);
    let parties: Vec<Call> = match mode {
        Mode::Listen => Vec::new(),
        Mode::Whisper | Mode::WhisperOnly => vec![target],
        Mode::Barge => target.partner().into_iter().chain([target]).collect(),
    };
    spying.speak_to(&parties)
}

/// Ends a recording when the spy goes on.
struct StopOnDrop(media_bridge::Recording);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Records what is heard of a channel, where that is wanted.
fn record(channel: &DialplanChannel, wishes: &Wishes, target: &Call) -> Option<StopOnDrop> {
    let name = wishes.recording.as_deref()?.replace('/', "-");
    let leg = target.leg()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let folder = channel.exchange.configuration().folders.spool.join("monitor");
    let path = folder.join(format!("{name}.{}.raw", now.as_secs()));
    let track = Track { path, content: Content::Mixed, append: true };
    let on_end = |end: media_bridge::RecordingEnd| {
        if let Some(problem) = end.problem {
            tracing::warn!(%problem, "what a spy hears is not recorded");
        }
    };
    let recorder = channel.exchange.recordings().recorder();
    Some(StopOnDrop(recorder.record(leg.tap(Sides::Both), RecordingPlan::new(vec![track]), on_end)))
}
