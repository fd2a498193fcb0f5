//! `PERIODIC_HOOK(context,extension,interval)`: runs an extension each so many seconds while the call goes on. It runs on a channel of
//! its own, and what it plays both parties hear beside each other. The value is a number; `Set(PERIODIC_HOOK(number)=off)` stops it,
//! and `on` goes on.
//!
//! The extension knows `HOOK_CHANNEL`, the channel that the hook is of, and `HOOK_ID`, its number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asterisk_conf::boolean;
use call_control::{Call, CallerId, ChannelState, Event, HangupCause, OriginateRequest, Sides};
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::exchange::Exchange;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "PERIODIC_HOOK";

/// Most hooks of a channel.
const MOST: usize = 16;

/// The hooks of a channel, by their numbers.
#[derive(Default)]
struct Hooks(Mutex<BTreeMap<u64, Hook>>);

/// A hook, until it is dropped.
struct Hook {
    on: Arc<AtomicBool>,
    work: AbortHandle,
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.work.abort();
    }
}

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let given = Arguments::of(arguments, 3);
    let (context, extension) = (given.at(0).to_owned(), given.at(1).to_owned());
    if context.is_empty() || extension.is_empty() {
        return Err(wrong("write PERIODIC_HOOK(context,extension,seconds)"));
    }
    let seconds = given.at(2).parse::<u32>().ok().filter(|seconds| *seconds > 0);
    let every = Duration::from_secs(seconds.ok_or_else(|| wrong("the interval is in whole seconds"))?.into());
    let kept = scope.call.keep::<Hooks>();
    let mut hooks = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if hooks.len() >= MOST {
        return Err(wrong("the channel has too many hooks already"));
    }
    let number = hooks.keys().next_back().map_or(1, |last| last + 1);
    let on = Arc::new(AtomicBool::new(true));
    let place = Place { context, extension, number };
    let work = repeat(scope.exchange.clone(), scope.call.clone(), place, every, on.clone());
    hooks.insert(number, Hook { on, work: tokio::spawn(work).abort_handle() });
    Ok(number.to_string())
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let number = arguments.trim().parse::<u64>().map_err(|_| wrong("give the number of the hook"))?;
    let on = boolean(value).ok_or_else(|| wrong("write on or off"))?;
    let kept = scope.call.keep::<Hooks>();
    let hooks = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = hooks.get(&number).ok_or_else(|| wrong("the channel has no hook of that number"))?;
    hook.on.store(on, Relaxed);
    Ok(())
}

/// What a hook runs.
struct Place {
    context: String,
    extension: String,
    number: u64,
}

/// Runs the hook each so often until the channel ends. One that is not done when its time comes again goes on, and no other
/// begins beside it.
async fn repeat(exchange: Arc<Exchange>, call: Call, place: Place, every: Duration, on: Arc<AtomicBool>) {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = call.hung_up() => return,
            _ = ticks.tick() => {}
        }
        if on.load(Relaxed)
            && call.state() == ChannelState::Up
            && let Err(problem) = run(&exchange, &call, &place).await
        {
            let text = format!("{NAME}({},{}): {problem}", place.context, place.extension);
            tracing::warn!(call = %call.call_id(), channel = call.name(), "{text}");
            exchange.switchboard().notice(|| Event::Warning { channel: Some(call.snapshot()), text });
        }
    }
}

/// Runs the hook once, and lets both parties hear it.
async fn run(exchange: &Arc<Exchange>, call: &Call, place: &Place) -> Result<(), String> {
    let variables = [("HOOK_CHANNEL", call.name().to_owned()), ("HOOK_ID", place.number.to_string())];
    let request = OriginateRequest {
        caller: CallerId::default(),
        variables: variables.map(|(name, value)| (name.to_owned(), value)).into(),
        language: Some(call.language()),
        hops: call.hops().checked_sub(1),
        near: call.leg().map(|leg| leg.id()),
        ..OriginateRequest::default()
    };
    let destination = format!("Local/{}@{}", place.extension, place.context);
    let voice =
        exchange.switchboard().originate(&destination, request).await.map_err(|error| error.to_string())?;
    voice.set_attended();
    let voice = Ended(voice);
    let mut spying = voice.0.spy_on(call, Sides::Both).map_err(|error| error.to_string())?;
    spying.mute(true);
    let parties: Vec<Call> = call.partner().into_iter().chain([call.clone()]).collect();
    spying.speak_to(&parties).map_err(|error| error.to_string())?;
    tokio::select! {
        _ = call.hung_up() => {}
        _ = voice.0.hung_up() => {}
    }
    Ok(())
}

/// A channel that ends with this.
struct Ended(Call);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.hangup(HangupCause::NORMAL);
        self.0.release();
    }
}
