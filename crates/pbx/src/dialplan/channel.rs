//! What an application holds: the call, and the dialplan around it.

use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, Event, HangupCause};
use dialplan_vm::{FunctionReply, Machine};
use tokio::time::Instant;

use super::host::ChannelHost;
use crate::exchange::Exchange;
use crate::functions;

/// Wait for the first digit in `WaitExten`, unless `TIMEOUT(response)` says otherwise.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Wait between digits, unless `TIMEOUT(digit)` says otherwise.
pub(super) const DIGIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A channel that runs dialplan: what applications and functions work on.
pub struct DialplanChannel {
    /// The call.
    pub call: Call,
    /// The exchange that it belongs to.
    pub exchange: Arc<Exchange>,
    /// Where it stands. The runner owns the steps; applications look.
    pub machine: Machine,
    /// `TIMEOUT(response)`.
    pub response_timeout: Duration,
    /// `TIMEOUT(digit)`.
    pub digit_timeout: Duration,
    /// `TIMEOUT(absolute)`: when the call is over, whatever runs.
    pub ends_at: Option<Instant>,
}

impl DialplanChannel {
    /// A call about to run `machine`.
    pub fn new(exchange: Arc<Exchange>, call: Call, machine: Machine) -> Self {
        Self {
            call,
            exchange,
            machine,
            response_timeout: RESPONSE_TIMEOUT,
            digit_timeout: DIGIT_TIMEOUT,
            ends_at: None,
        }
    }

    /// Sets a variable of the channel.
    pub fn set(&self, name: &str, value: impl AsRef<str>) {
        self.call.set_variable(name, value.as_ref());
    }

    /// What `Set` does: a variable, or a function such as `CALLERID(num)`. A function that fails is said on the console, and
    /// so is one that takes time: see [`Self::assign_waiting`].
    pub fn assign(&mut self, target: &str, value: &str) {
        let reply = dialplan_vm::assign(&mut self.host(), target, value);
        self.tell_assigned(target, reply);
    }

    /// The same, for functions that take time as well, such as `DB(family/key)`.
    pub async fn assign_waiting(&mut self, target: &str, value: &str) {
        let mut reply = dialplan_vm::assign(&mut self.host(), target, value);
        if reply == FunctionReply::Pending
            && let Some((name, rest)) = target.trim().split_once('(')
        {
            let arguments = rest.rfind(')').map_or(rest, |close| &rest[..close]);
            reply = functions::write_later(self, name, arguments, value).await;
        }
        self.tell_assigned(target, reply);
    }

    fn tell_assigned(&self, target: &str, reply: FunctionReply) {
        match reply {
            FunctionReply::Value(_) => {}
            FunctionReply::Unknown => {
                self.warning(format!("Set({target}=…): there is no function of that name"))
            }
            FunctionReply::Error(problem) => self.warning(format!("Set({target}=…): {problem}")),
            FunctionReply::Pending => self.warning(format!("Set({target}=…): the function cannot be set")),
        }
    }

    /// What the machine and the functions see of this channel.
    pub(crate) fn host(&mut self) -> ChannelHost<'_> {
        ChannelHost {
            exchange: &self.exchange,
            call: &self.call,
            location: Some(self.machine.location().clone()),
            response_timeout: &mut self.response_timeout,
            digit_timeout: &mut self.digit_timeout,
            ends_at: &mut self.ends_at,
        }
    }

    /// The cause that the channel ends with when nobody names one: what the last `Dial` left in `HANGUPCAUSE`.
    pub fn hangup_cause(&self) -> HangupCause {
        let left = self.call.variable("HANGUPCAUSE");
        left.and_then(|text| HangupCause::from_name(&text)).unwrap_or(HangupCause::NORMAL)
    }

    /// A line for consoles that show this level.
    pub fn verbose(&self, level: u8, text: impl Into<String>) {
        let text = text.into();
        self.exchange.switchboard().notice(|| Event::Verbose {
            channel: Some(self.call.snapshot()),
            level,
            text,
        });
    }

    /// Something that somebody should look at: to the log, and to consoles.
    pub fn warning(&self, text: impl Into<String>) {
        let text = text.into();
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}
