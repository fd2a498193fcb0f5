//! `Dial(technology/resource[&…][,timeout[,options[,URL]]])`: calls, and joins the caller with the first that answers.
//!
//! Options that act: `r` rings at once, `m(class)` plays music instead of ringing, `g` goes on with the dialplan
//! after the called party has hung up, `i` counts a destination that forwards its call as busy, `c` tells those that are
//! given up that the call was answered elsewhere, `C` begins the call detail record anew, `b(context^extension^priority)` runs a routine on
//! each called channel before its phone hears of the call, `B(…)` one on the caller. `t`, `T` and the other letters of Asterisk are accepted; those without an effect
//! are said once a call on the console.
//!
//! Sets `DIALSTATUS`, `HANGUPCAUSE`, `DIALEDPEERNAME`, `DIALEDPEERNUMBER`, `DIALEDTIME`, `ANSWEREDTIME`, `RINGTIME` and
//! their `_MS` forms.

use std::time::Duration;

use call_control::{BridgeEnd, Call, CallError, DialFailure, DialStatus, HangupCause, Ringback};
use dialplan_vm::Outcome;
use tokio::time::Instant;

use super::ApplicationResult;
use super::arguments::{Options, seconds, split};
use super::before_dialling;
use crate::dialplan::{AfterBridge, DialplanChannel, HangUpOnDrop};

/// Options that have their effect here, or need none yet.
const UNDERSTOOD: &str = "rmgicCtTbB";

/// Options that listen for keys or speak into the call: parties that could send their audio past us do not.
const NEEDS_MEDIA: &str = "HhKkLTtWwXx";

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let Some(destinations) = argument(0) else {
        channel.warning("Dial(): give a destination, as in Dial(PJSIP/alice,30)");
        channel.set("DIALSTATUS", "INVALIDARGS");
        return Ok(Outcome::Continue);
    };
    let options = Options::parse(argument(2).unwrap_or_default());
    let ignored = options.others(UNDERSTOOD);
    if !ignored.is_empty() {
        let letters: String = ignored.into_iter().collect();
        channel.verbose(2, format!("Dial: the options '{letters}' have no effect"));
    }
    let needs_media = NEEDS_MEDIA.chars().any(|letter| options.has(letter));
    // From here on, or the caller could be sent to the called party before the answer.
    let _caller_here = needs_media.then(|| channel.call.keep_media());
    let started = Instant::now();
    if options.has('C') {
        channel.exchange.call_records().reset(channel.call.name(), false);
    }
    forget_last(channel);
    if !before_dialling::of_caller(channel, &options).await {
        return Ok(Outcome::Hangup);
    }
    let timeout = argument(1).and_then(|t| seconds(t.split('^').next().unwrap_or_default()));
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("DIALSTATUS", DialStatus::Cancel.to_string());
    let outcome = dial(channel, destinations, timeout.filter(|t| !t.is_zero()), &options).await;
    match outcome {
        Ok(callee) => converse(channel, &callee, &options, started).await,
        Err(failure) => Ok(after_failure(channel, &failure, started)),
    }
}

/// Forgets what an earlier `Dial` of this channel left.
fn forget_last(channel: &DialplanChannel) {
    for name in ["DIALSTATUS", "DIALEDPEERNAME", "DIALEDPEERNUMBER", "DIALEDTIME", "ANSWEREDTIME", "RINGTIME"]
    {
        channel.set(name, "");
    }
}

async fn dial(
    channel: &DialplanChannel,
    destinations: &str,
    timeout: Option<Duration>,
    options: &Options,
) -> Result<Call, DialFailure> {
    let ringback = match (options.has('r'), options.has('m')) {
        (true, _) => Ringback::Always,
        (false, true) => Ringback::Silent,
        (false, false) => Ringback::AsReported,
    };
    let class = options.argument('m').filter(|class| !class.is_empty());
    let _music = options.has('m').then(|| channel.call.music_while(class));
    let mut dial = channel.call.dial(destinations).ringback(ringback);
    dial = dial.forward_context(channel.call.variable("FORWARD_CONTEXT"));
    if options.has('i') {
        dial = dial.ignore_forwards();
    }
    if let Some(preparation) = before_dialling::of_called(channel, options) {
        dial = dial.prepare(preparation);
    }
    if options.has('c') {
        dial = dial.answered_elsewhere();
    }
    if let Some(timeout) = timeout {
        dial = dial.timeout(timeout);
    }
    dial.await
}

/// Somebody answered: answer the caller, join both, and clean up whatever way it ends.
async fn converse(
    channel: &mut DialplanChannel,
    callee: &Call,
    options: &Options,
    started: Instant,
) -> ApplicationResult {
    let mut callee = HangUpOnDrop::new(callee.clone());
    channel.set("DIALSTATUS", DialStatus::Answer.to_string());
    channel.set("DIALEDPEERNAME", callee.0.name());
    channel.set("DIALEDPEERNUMBER", callee.0.resource());
    channel.call.set_connected(callee.0.caller());
    let ring_time = started.elapsed();
    set_time(channel, "RINGTIME", ring_time);
    channel.call.answer().await?;
    let answered = Instant::now();
    let timing = TimesOnDrop { channel, started, answered };
    let end = timing.channel.call.bridge(&callee.0).await;
    drop(timing);
    match end? {
        BridgeEnd::CallerHungUp(_) => Err(CallError::HungUp),
        BridgeEnd::PeerMoved => {
            // The caller has handed the other one on, and is done.
            callee.let_go(channel);
            channel.call.hangup(HangupCause::NORMAL);
            Ok(Outcome::Hangup)
        }
        BridgeEnd::PeerHungUp(cause) => {
            channel.set("HANGUPCAUSE", cause.code().to_string());
            if let Some(place) = AfterBridge::take(&channel.call) {
                return Ok(Outcome::Jump(place));
            }
            if options.has('g') {
                return Ok(Outcome::Continue);
            }
            channel.call.hangup(HangupCause::NORMAL);
            Ok(Outcome::Hangup)
        }
    }
}

fn after_failure(channel: &DialplanChannel, failure: &DialFailure, started: Instant) -> Outcome {
    channel.set("DIALSTATUS", failure.status.to_string());
    channel.set("HANGUPCAUSE", failure.cause.code().to_string());
    set_time(channel, "DIALEDTIME", started.elapsed());
    if failure.status == DialStatus::Cancel { Outcome::Hangup } else { Outcome::Continue }
}

/// `DIALEDTIME` and `ANSWEREDTIME` are there for `h`, also when the caller's hang-up ends the application.
struct TimesOnDrop<'a> {
    channel: &'a DialplanChannel,
    started: Instant,
    answered: Instant,
}

impl Drop for TimesOnDrop<'_> {
    fn drop(&mut self) {
        set_time(self.channel, "DIALEDTIME", self.started.elapsed());
        set_time(self.channel, "ANSWEREDTIME", self.answered.elapsed());
    }
}

fn set_time(channel: &DialplanChannel, name: &str, time: Duration) {
    channel.set(name, time.as_secs().to_string());
    channel.set(&format!("{name}_MS"), time.as_millis().to_string());
}
