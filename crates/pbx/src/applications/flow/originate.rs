//! `Originate(technology/resource,type,arg1[,arg2[,arg3[,timeout[,options]]]])`: calls somebody, and runs something for whoever
//! answers.
//!
//! The type is `exten` (context, extension and priority follow) or `app` (an application and its arguments). Options: `a` does
//! not wait for the answer, `c(number)` and `n(name)` are shown as the caller, `v(name=value^…)` sets variables, `C(codec^…)` says what
//! the call may speak, `b(context^extension^priority)` runs a routine on the called channel before its phone hears of the call, `B(…)` one
//! on this channel. Sets `ORIGINATE_STATUS` to
//! `SUCCESS`, `BUSY`, `CONGESTION`, `HANGUP`, `RINGING` or `FAILED`.

use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, CallerId, Codec, DialplanPosition, HangupCause, Move, OriginateRequest};
use dialplan_vm::{JumpTarget, Location, Machine, Outcome};

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, seconds, split};
use crate::applications::before_dialling;
use crate::configuration::codec_of;
use crate::dialplan::{DialplanChannel, run_hangup_handlers, run_moved};
use crate::exchange::Exchange;
use crate::functions::sql;

/// How long it rings, unless it is given.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is run for who answers.
enum Then {
    At(DialplanPosition),
    Application(String, String),
}

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let (Some(destination), Some(then)) = (argument(0), then(channel, &arguments)) else {
        channel.warning("Originate: write Originate(technology/resource,exten,context,extension,priority) or Originate(technology/resource,app,name,arguments)");
        channel.set("ORIGINATE_STATUS", "FAILED");
        return Ok(Outcome::Continue);
    };
    let timeout = argument(5).and_then(seconds).filter(|time| !time.is_zero()).unwrap_or(TIMEOUT);
    let options = Options::parse(argument(6).unwrap_or_default());
    if !before_dialling::of_caller(channel, &options).await {
        return Ok(Outcome::Hangup);
    }
    let request = request(channel, &options);
    let called = match channel.exchange.switchboard().originate(destination, request).await {
        Ok(called) => called,
        Err(error) => {
            channel.warning(format!("Originate: cannot call {destination}: {error}"));
            channel.set("ORIGINATE_STATUS", status_of(error.cause()));
            return Ok(Outcome::Continue);
        }
    };
    let attended = tokio::spawn(attend(channel.exchange.clone(), called, then, timeout));
    let status = match options.has('a') {
        true => "SUCCESS",
        false => attended.await.unwrap_or("FAILED"),
    };
    channel.set("ORIGINATE_STATUS", status);
    Ok(Outcome::Continue)
}

/// What the second to the fifth argument ask for.
fn then(channel: &mut DialplanChannel, arguments: &[String]) -> Option<Then> {
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let first = argument(2)?;
    match argument(1)?.to_ascii_lowercase().as_str() {
        "app" => Some(Then::Application(first.to_owned(), arguments.get(3).cloned().unwrap_or_default())),
        "exten" => {
            let target = format!("{first},{},{}", argument(3).unwrap_or("s"), argument(4).unwrap_or("1"));
            let to = channel.resolve(&JumpTarget::parse(&target).ok()?)?;
            let (context, extension) = (to.context.as_ref().into(), to.extension.as_ref().into());
            Some(Then::At(DialplanPosition { context, extension, priority: to.priority }))
        }
        _ => None,
    }
}

fn request(channel: &DialplanChannel, options: &Options) -> OriginateRequest {
    let text = |letter| options.argument(letter).unwrap_or_default();
    let pairs = text('v').split('^').filter_map(|pair| pair.split_once('='));
    OriginateRequest {
        preparation: before_dialling::of_called(channel, options),
        codecs: codecs(channel, text('C')),
        caller: CallerId::new(text('n'), text('c')),
        variables: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        language: Some(channel.call.language()),
        hops: channel.call.hops().checked_sub(1),
        ..OriginateRequest::default()
    }
}

/// The codecs of option `C`; those of the called endpoint where it names none.
fn codecs(channel: &DialplanChannel, text: &str) -> Vec<Codec> {
    let names = text.split(['^', ',']).map(str::trim).filter(|name| !name.is_empty());
    let known = names.filter_map(|name| {
        let codec = codec_of(name);
        if codec.is_none() {
            channel.warning(format!("Originate: there is no codec {name}"));
        }
        codec
    });
    known.collect()
}

/// Waits for the answer, starts what is to be run, and says what came of the call.
async fn attend(exchange: Arc<Exchange>, called: Call, then: Then, timeout: Duration) -> &'static str {
    match tokio::time::timeout(timeout, called.until_up()).await {
        Ok(Ok(())) => {
            called.set_attended();
            tokio::spawn(run_on(exchange, called, then));
            "SUCCESS"
        }
        Ok(Err(_)) => status_of(called.hung_up().await),
        Err(_) => {
            called.hangup(HangupCause::NO_ANSWER);
            "RINGING"
        }
    }
}

async fn run_on(exchange: Arc<Exchange>, called: Call, then: Then) {
    match then {
        Then::At(place) => {
            called.send_to(Move::Dialplan(place));
            run_moved(exchange, called).await;
        }
        Then::Application(name, arguments) => {
            let plan = exchange.configuration().dialplan.clone();
            let start = Location::new(called.position().context, "s", 1);
            let mut channel = DialplanChannel::new(exchange, called.clone(), Machine::new(plan, start));
            called.start_application(called.position(), &name, &arguments);
            let run = channel.run_application(&name, &arguments);
            if let Ok(None) = called.unless_hung_up(run).await {
                channel.warning(format!("Originate: no application named '{name}'"));
            }
            called.hangup(HangupCause::NORMAL);
            run_hangup_handlers(&mut channel).await;
            sql::end_transactions(&called);
            called.release();
        }
    }
}

fn status_of(cause: HangupCause) -> &'static str {
    match cause {
        HangupCause::USER_BUSY => "BUSY",
        HangupCause::CONGESTION => "CONGESTION",
        HangupCause::NORMAL | HangupCause::NO_ANSWER | HangupCause::REJECTED => "HANGUP",
        _ => "FAILED",
    }
}
