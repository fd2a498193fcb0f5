//! Templates outside of a dialplan's steps: texts of the configuration in which a channel's variables are put.

use std::sync::Arc;
use std::time::Duration;

use asterisk_conf::Span;
use call_control::Call;
use dialplan_vm::{FunctionReply, Host, LocalTime};
use tokio::time::Instant;

use super::frames::Frames;
use super::host::ChannelHost;
use crate::exchange::Exchange;

/// Puts the variables of a channel, and others of its own, into texts.
pub(crate) struct Substitution<'a> {
    exchange: &'a Arc<Exchange>,
    call: &'a Call,
    /// Variables that come before those of the channel.
    variables: Vec<(String, String)>,
    response_timeout: Duration,
    digit_timeout: Duration,
    ends_at: Option<Instant>,
    frames: Frames,
}

impl<'a> Substitution<'a> {
    pub(crate) fn new(exchange: &'a Arc<Exchange>, call: &'a Call) -> Self {
        let (response_timeout, digit_timeout) = Default::default();
        Self {
            exchange,
            call,
            variables: Vec::new(),
            response_timeout,
            digit_timeout,
            ends_at: None,
            frames: Frames::default(),
        }
    }

    /// One more variable; it may be made of those before it.
    pub(crate) fn define(&mut self, name: &str, value: String) {
        self.variables.push((name.to_owned(), value));
    }

    /// The text with all values in their places. A function that cannot answer at once leaves it empty.
    pub(crate) fn text(&mut self, template: &str) -> String {
        match dialplan_vm::substitute(self, template) {
            Ok(text) => text,
            Err(problem) => {
                self.channel().warn(&format!("'{template}': {problem}"), None);
                String::new()
            }
        }
    }

    /// Sets a function, as `Set` does. What takes time, or has to do with a dialplan that runs, cannot be set here.
    pub(crate) fn assign(&mut self, function: &str, value: &str) {
        let problem = match dialplan_vm::assign(self, function, value) {
            FunctionReply::Value(_) if self.is_lost() => "it can be set in the dialplan alone".to_owned(),
            FunctionReply::Value(_) => return,
            FunctionReply::Unknown => "there is no function of that name".to_owned(),
            FunctionReply::Error(problem) => problem,
            FunctionReply::Pending => "it takes time, and can be set in the dialplan alone".to_owned(),
        };
        self.channel().warn(&format!("{function}={value}: {problem}"), None);
    }

    /// Whether something was set that ends with this.
    fn is_lost(&self) -> bool {
        !self.response_timeout.is_zero() || !self.digit_timeout.is_zero() || self.ends_at.is_some()
    }

    fn channel(&mut self) -> ChannelHost<'_> {
        ChannelHost {
            exchange: self.exchange,
            call: self.call,
            location: None,
            response_timeout: &mut self.response_timeout,
            digit_timeout: &mut self.digit_timeout,
            ends_at: &mut self.ends_at,
            frames: &mut self.frames,
        }
    }

    /// Where the channel stands, or what it dialled before it stands anywhere.
    fn place(&self, name: &str) -> Option<String> {
        let position = self.call.position();
        match name {
            "EXTEN" if position.extension.is_empty() => Some(self.call.dialed()),
            "EXTEN" => Some(position.extension.into()),
            "CONTEXT" => Some(position.context.into()),
            "PRIORITY" => Some(position.priority.to_string()),
            _ => None,
        }
    }
}

impl Host for Substitution<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        let own =
            self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        own.or_else(|| self.place(name)).or_else(|| ChannelHost::variable_of(self.exchange, self.call, name))
    }

    fn set_variable(&mut self, name: &str, value: &str) {
        self.channel().set_variable(name, value);
    }

    fn global(&self, name: &str) -> Option<String> {
        self.exchange.globals().get(name)
    }

    fn set_global(&mut self, name: &str, value: &str) {
        self.channel().set_global(name, value);
    }

    fn read_function(&mut self, name: &str, arguments: &str) -> FunctionReply {
        self.channel().read_function(name, arguments)
    }

    fn write_function(&mut self, name: &str, arguments: &str, value: &str) -> FunctionReply {
        self.channel().write_function(name, arguments, value)
    }

    fn caller_number(&self) -> Option<String> {
        Some(self.call.caller().number)
    }

    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.exchange.clock().local_time(zone)
    }

    fn warn(&mut self, message: &str, at: Option<Span>) {
        self.channel().warn(message, at);
    }
}
