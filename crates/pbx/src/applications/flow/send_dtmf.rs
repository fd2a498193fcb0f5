//! `SendDTMF(keys[,between_ms[,each_ms[,channel[,options]]]])`: presses keys towards the caller, or another channel. `w` waits half a
//! second, `W` a second. Option `a` answers that channel first.

use std::time::Duration;

use call_control::{CallError, ChannelState};
use dialplan_vm::Outcome;
use media_bridge::Digit;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

/// Milliseconds between keys, unless they are given.
const BETWEEN: u64 = 250;
/// Milliseconds of a key, unless they are given.
const EACH: u64 = 100;
/// Nobody means a longer key.
const LONGEST: u64 = 60_000;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let Some(keys) = argument(0) else {
        channel.warning("SendDTMF(): give the keys, as in SendDTMF(1234)");
        return Ok(Outcome::Continue);
    };
    let number = |n: usize, usual: u64| {
        let given = argument(n).and_then(|text| text.parse().ok()).filter(|ms| *ms > 0);
        Duration::from_millis(given.unwrap_or(usual).min(LONGEST))
    };
    let (between, each) = (number(1, BETWEEN), number(2, EACH));
    let target = match argument(3) {
        None => Some(channel.call.clone()),
        Some(name) => channel.exchange.switchboard().find(name),
    };
    let Some(target) = target else {
        channel.warning(format!("SendDTMF: there is no channel '{}'", argument(3).unwrap_or_default()));
        return Ok(Outcome::Continue);
    };
    if Options::parse(argument(4).unwrap_or_default()).has('a') && target.state() == ChannelState::Ring {
        match target.answer().await {
            // It is the other one that has gone.
            Err(CallError::HungUp) if !channel.call.state().is_ended() => return Ok(Outcome::Continue),
            answered => answered?,
        }
    }
    for key in keys.chars() {
        let pause = match (key, Digit::from_char(key.to_ascii_uppercase())) {
            ('w', _) => Duration::from_millis(500),
            ('W', _) => Duration::from_secs(1),
            (_, Some(digit)) => {
                if let Some(leg) = target.leg() {
                    leg.send_digit(digit, each);
                }
                each + between
            }
            (other, None) => {
                channel.warning(format!("SendDTMF({keys}): '{other}' is no key"));
                continue;
            }
        };
        channel.call.wait(pause).await?;
    }
    Ok(Outcome::Continue)
}
