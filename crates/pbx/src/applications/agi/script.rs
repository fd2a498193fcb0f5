//! The exchange's part of a conversation with a script: what it may do with its call.

use billing_agi::agi::{Command, HangUpNews, Host, Line, Reply};
use call_control::{Call, HangupCause};
use dialplan_vm::{JumpTarget, Outcome, PriorityOrLabel};

use super::commands;
use super::program::HangUpSignal;
use crate::deadline::until;
use crate::dialplan::DialplanChannel;

/// A script, as far as its call is concerned.
pub(super) struct Script<'a> {
    pub(super) channel: &'a mut DialplanChannel,
    /// Where the dialplan goes on, if the script has said so.
    pub(super) place: Place,
    /// How it hears of a hang-up.
    pub(super) news: HangUpNews,
    /// The signal of a program, which it gets when the caller hangs up, or when its call is taken away.
    pub(super) signal: Option<HangUpSignal>,
}

/// The parts of a place in the dialplan that a script has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) context: Option<String>,
    pub(super) extension: Option<String>,
    pub(super) priority: Option<String>,
    /// What an application said that it ran.
    pub(super) jump: Option<JumpTarget>,
    /// An application has ended the call.
    pub(super) is_over: bool,
}

impl<'a> Script<'a> {
    pub(super) fn new(channel: &'a mut DialplanChannel) -> Self {
        Self { channel, place: Place::default(), news: HangUpNews::Otherwise, signal: None }
    }

    /// Where the dialplan goes on after the script.
    pub(super) fn outcome(self) -> Outcome {
        let Place { context, extension, priority, jump, is_over } = self.place;
        if is_over || self.channel.call.state().is_ended() {
            return Outcome::Hangup;
        }
        match (context, extension, priority, jump) {
            (None, None, None, None) => Outcome::Continue,
            (None, None, None, Some(jump)) => Outcome::Jump(jump),
            (context, extension, priority, _) => {
                let at = self.channel.machine.location();
                // As ever: without a priority of its own, a new extension goes on behind the number of the old one.
                let priority = match priority.as_deref().map(PriorityOrLabel::parse) {
                    Some(Ok(priority)) => priority,
                    Some(Err(problem)) => {
                        self.channel.warning(format!("AGI: SET PRIORITY: {problem}"));
                        PriorityOrLabel::Priority(1)
                    }
                    None => PriorityOrLabel::Priority(at.priority.saturating_add(1)),
                };
                let context = context.unwrap_or_else(|| at.context.to_string());
                let extension = extension.unwrap_or_else(|| at.extension.to_string());
                Outcome::Jump(JumpTarget { context: Some(context), extension: Some(extension), priority })
            }
        }
    }

    fn call(&self) -> &Call {
        &self.channel.call
    }
}

impl Host for Script<'_> {
    async fn run(&mut self, command: Command) -> Reply {
        let ends_at = self.channel.ends_at;
        let call = self.channel.call.clone();
        tokio::select! {
            biased;
            reply = commands::run(self, command) => reply,
            () = until(ends_at) => {
                call.hangup(HangupCause::NORMAL);
                Reply::of(-1)
            }
        }
    }

    fn announces(&mut self, command: &Command) -> bool {
        match command {
            Command::Gosub { context, extension, priority, .. } => {
                commands::routine_exists(self, context, extension, priority)
            }
            _ => false,
        }
    }

    fn has_hung_up(&self) -> bool {
        self.call().state().is_ended()
    }

    async fn hang_up(&self) {
        tokio::select! {
            _ = self.call().hung_up() => {}
            () = until(self.channel.ends_at) => self.call().hangup(HangupCause::NORMAL),
        }
    }

    fn tell_hang_up(&mut self) -> HangUpNews {
        drop(self.signal.take());
        self.news
    }

    fn trace(&self, line: Line<'_>) {
        let name = self.call().name();
        let (way, text) = match line {
            Line::Command(text) => ("Rx <<", text),
            Line::Reply(text) => ("Tx >>", text),
        };
        tracing::debug!(channel = name, "AGI {way} {text}");
        if self.channel.exchange.agi_debug().is_on() {
            self.channel.verbose(0, format!("<{name}>AGI {way} {text}"));
        }
    }
}
