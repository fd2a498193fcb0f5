//! What an application holds: the call, and the dialplan around it.

use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, Event, HangupCause};
use dialplan_vm::Machine;

use crate::exchange::Exchange;

/// Wait for the first digit in `WaitExten`, unless `TIMEOUT(response)` says otherwise.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Wait between digits, unless `TIMEOUT(digit)` says otherwise.
const DIGIT_TIMEOUT: Duration = Duration::from_secs(5);

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
        }
    }

    /// Sets a variable of the channel.
    pub fn set(&self, name: &str, value: impl AsRef<str>) {
        self.call.set_variable(name, value.as_ref());
    }

    /// The cause that the channel ends with when nobody names one: what the last `Dial` left in `HANGUPCAUSE`.
    pub fn hangup_cause(&self) -> HangupCause {
        let left = self.call.variable("HANGUPCAUSE");
        left.and_then(|text| HangupCause::from_name(&text)).unwrap_or(HangupCause::NORMAL)
    }

    /// A line for consoles that show this level.
    pub fn verbose(&self, level: u8, text: impl Into<String>) {
        let text = text.into();
        self.exchange.switchboard().notice(|| Event::Verbose { channel: Some(self.call.snapshot()), level, text });
    }

    /// Something that somebody should look at: to the log, and to consoles.
    pub fn warning(&self, text: impl Into<String>) {
        let text = text.into();
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}
