//! What a function sees of the channel that asks for it.

use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, Event};
use dialplan_vm::{FunctionReply, Host, LocalTime, Location};
use tokio::time::Instant;

use super::{FunctionError, Value, Written};
use crate::dialplan::{ChannelHost, Frames};
use crate::exchange::Exchange;

/// What a function sees.
pub struct FunctionScope<'a> {
    /// The exchange.
    pub exchange: &'a Arc<Exchange>,
    /// The channel.
    pub call: &'a Call,
    /// Where its dialplan is, if it is in one.
    pub location: Option<Location>,
    /// `TIMEOUT(response)` of the channel.
    pub response_timeout: &'a mut Duration,
    /// `TIMEOUT(digit)` of the channel.
    pub digit_timeout: &'a mut Duration,
    /// `TIMEOUT(absolute)` of the channel, as the moment when it strikes.
    pub ends_at: &'a mut Option<Instant>,
    /// The routines that the channel is in.
    pub frames: &'a mut Frames,
}

impl FunctionScope<'_> {
    /// The channel as texts see it that are put together for a function.
    fn host(&mut self) -> ChannelHost<'_> {
        ChannelHost {
            exchange: self.exchange,
            call: self.call,
            location: self.location.clone(),
            response_timeout: self.response_timeout,
            digit_timeout: self.digit_timeout,
            ends_at: self.ends_at,
            frames: self.frames,
        }
    }

    /// What `${name}` is: a variable of the channel, a global one, or a function such as `CALLERID(num)`. `None` for a
    /// variable that is not there.
    pub(super) fn value_of(&mut self, name: &str) -> Result<Option<String>, FunctionError> {
        let name = name.trim();
        shallow(name)?;
        let mut host = self.host();
        match name.split_once('(') {
            None => Ok(host.variable(name).or_else(|| host.global(name))),
            Some((function, rest)) => {
                let arguments = rest.rfind(')').map_or(rest, |close| &rest[..close]);
                match host.read_function(function, arguments) {
                    FunctionReply::Value(value) => Ok(Some(value)),
                    FunctionReply::Unknown => Ok(None),
                    FunctionReply::Error(problem) => Err(FunctionError::Inner(problem)),
                    FunctionReply::Pending => Err(FunctionError::Later),
                }
            }
        }
    }

    /// The same; empty where there is nothing.
    pub(super) fn text_of(&mut self, name: &str) -> Value {
        Ok(self.value_of(name)?.unwrap_or_default())
    }

    /// What `Set(target=value)` does.
    pub(super) fn assign(&mut self, target: &str, value: &str) -> Written {
        shallow(target)?;
        match dialplan_vm::assign(&mut self.host(), target, value) {
            FunctionReply::Value(_) => Ok(()),
            FunctionReply::Unknown => Err(FunctionError::Inner(format!("there is no function {target}"))),
            FunctionReply::Error(problem) => Err(FunctionError::Inner(problem)),
            FunctionReply::Pending => Err(FunctionError::Later),
        }
    }

    /// The channel of that name or unique id: this one, or another that lives.
    pub(super) fn channel(&self, name: &str) -> Option<Call> {
        let name = name.trim();
        if self.call.name() == name || self.call.unique_id() == name {
            return Some(self.call.clone());
        }
        let board = self.exchange.switchboard();
        board.find(name).or_else(|| board.calls().into_iter().find(|call| call.unique_id() == name))
    }

    /// The local time in a zone, or in that of the machine, as conditions on the time see it.
    pub(super) fn local_time(&mut self, zone: Option<&str>) -> Option<LocalTime> {
        self.host().local_time(zone)
    }

    /// Works on another channel, as that channel's own dialplan would see it outside of any step.
    pub(super) fn elsewhere<T>(&self, call: &Call, work: impl FnOnce(&mut FunctionScope<'_>) -> T) -> T {
        let (mut response, mut digit, mut ends_at) = (Duration::ZERO, Duration::ZERO, None);
        let position = call.position();
        let location = Location::new(position.context, position.extension, position.priority);
        work(&mut FunctionScope {
            exchange: self.exchange,
            call,
            location: Some(location),
            response_timeout: &mut response,
            digit_timeout: &mut digit,
            ends_at: &mut ends_at,
            frames: &mut Frames::default(),
        })
    }

    /// Something is odd and the call goes on.
    pub(super) fn warn(&self, text: String) {
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}

/// Functions in functions that a name may hold: each of them is a step down.
const DEEPEST: usize = 16;

fn shallow(name: &str) -> Written {
    match name.matches('(').count() > DEEPEST {
        true => Err(FunctionError::Inner("these are too many functions in each other".to_owned())),
        false => Ok(()),
    }
}
