//! What an application holds: the call, and the dialplan around it.

use std::sync::Arc;
use std::time::Duration;

use call_control::{Call, Event, HangupCause};
use dialplan_vm::{Clock, FunctionReply, JumpTarget, LocalTime, Location, Machine, Outcome, Variables};
use tokio::time::Instant;

use super::frames::{FrameKind, Frames};
use super::host::ChannelHost;
use super::log_group::LogGroup;
use crate::applications::{self, ApplicationResult};
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
    /// The routines that it is in.
    pub frames: Frames,
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
            frames: Frames::default(),
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
            frames: &mut self.frames,
        }
    }

    /// The place that a jump from here leads to. `None` when the target names a label that is not there.
    pub fn resolve(&mut self, target: &JumpTarget) -> Option<Location> {
        let Self { machine, call, exchange, response_timeout, digit_timeout, ends_at, frames } = self;
        let location = Some(machine.location().clone());
        let host = ChannelHost { exchange, call, location, response_timeout, digit_timeout, ends_at, frames };
        machine.resolve(target, &host)
    }

    /// Puts the values into a text that an application was given, once more. A function that cannot answer at once leaves
    /// it empty.
    pub fn substitute(&mut self, text: &str) -> String {
        let Self { machine, call, exchange, response_timeout, digit_timeout, ends_at, frames } = self;
        let location = Some(machine.location().clone());
        let mut host =
            ChannelHost { exchange, call, location, response_timeout, digit_timeout, ends_at, frames };
        let substituted = machine.substitute(&mut host, text);
        substituted.unwrap_or_else(|problem| {
            self.warning(format!("'{text}': {problem}"));
            String::new()
        })
    }

    /// Runs an application as a part of the one that runs. `None` where there is none of that name.
    ///
    /// # Errors
    /// As the application.
    pub async fn run_application(&mut self, name: &str, arguments: &str) -> Option<ApplicationResult> {
        let application = applications::find(name.trim())?;
        if self.call.state().is_ended() && !application.on_dead_channel {
            return Some(Ok(Outcome::Continue));
        }
        Some((application.run)(self, arguments).await)
    }

    /// Leaves a `Macro` whose steps have run out, or that is told to. `false` where it is in none.
    pub(crate) fn leave_macro(&mut self) -> bool {
        let in_macro = self.frames.innermost().is_some_and(|f| matches!(f.kind(), FrameKind::Macro { .. }));
        if !in_macro {
            return false;
        }
        let Some(frame) = self.frames.leave(&self.call) else { return false };
        let mut back = frame.caller().clone();
        let offset = self.call.variable("MACRO_OFFSET").and_then(|offset| offset.trim().parse::<u32>().ok());
        back.priority = back.priority.saturating_add(1);
        let further =
            Location { priority: back.priority.saturating_add(offset.unwrap_or(0)), ..back.clone() };
        let caller = self.call.caller().number;
        let plan = self.exchange.configuration().dialplan.clone();
        let exists = plan.exists(&further.context, &further.extension, Some(&caller), further.priority);
        self.machine.set_location(if exists { further } else { back });
        true
    }

    /// A jump out of the context of a `Macro` ends it where it is.
    pub(super) fn abandon_macros(&mut self, outcome: &Outcome) {
        let Outcome::Jump(JumpTarget { context: Some(to), .. }) = outcome else { return };
        while let Some(FrameKind::Macro { context }) =
            self.frames.innermost().map(|frame| frame.kind().clone())
            && context != *to
        {
            self.frames.leave(&self.call);
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
        let group = LogGroup::of(&self.call);
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), group, "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}

/// The exchange's clock, for conditions on the time.
impl Clock for DialplanChannel {
    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.exchange.clock().local_time_of(&self.call, zone)
    }
}

/// What an `eswitch` may name.
impl Variables for DialplanChannel {
    fn variable(&self, name: &str) -> Option<String> {
        ChannelHost::variable_of(&self.exchange, &self.call, name)
    }

    fn global(&self, name: &str) -> Option<String> {
        self.exchange.globals().get(name)
    }

    fn function(&self, name: &str, arguments: &str) -> FunctionReply {
        let here = Some(self.machine.location().clone());
        ChannelHost::read_aside(&self.exchange, &self.call, here, name, arguments)
    }
}
