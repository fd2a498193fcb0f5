//! What the dialplan machine asks of a channel: variables and functions.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asterisk_conf::Span;
use call_control::{Call, Event};
use dialplan_vm::{FunctionReply, Host};

use crate::exchange::Exchange;
use crate::functions::{self, FunctionError, FunctionScope};

/// The surroundings of one step.
pub(super) struct ChannelHost<'a> {
    exchange: &'a Arc<Exchange>,
    call: &'a Call,
    response_timeout: &'a mut Duration,
    digit_timeout: &'a mut Duration,
}

impl<'a> ChannelHost<'a> {
    pub(super) fn new(
        exchange: &'a Arc<Exchange>,
        call: &'a Call,
        response_timeout: &'a mut Duration,
        digit_timeout: &'a mut Duration,
    ) -> Self {
        Self { exchange, call, response_timeout, digit_timeout }
    }

    fn scope(&mut self) -> FunctionScope<'_> {
        FunctionScope {
            exchange: self.exchange,
            call: self.call,
            response_timeout: self.response_timeout,
            digit_timeout: self.digit_timeout,
        }
    }

    /// Variables that are always there, read live.
    fn built_in(&self, name: &str) -> Option<String> {
        let folders = &self.exchange.configuration().folders;
        let folder = |path: &std::path::Path| Some(path.display().to_string());
        match name {
            "CHANNEL" => Some(self.call.name().to_owned()),
            "UNIQUEID" => Some(self.call.unique_id().to_owned()),
            "EPOCH" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                Some(now.map_or(0, |d| d.as_secs()).to_string())
            }
            "CALLERID" => Some(self.call.caller().to_string()),
            "SYSTEMNAME" => Some(self.exchange.configuration().system_name.clone()),
            "ASTETCDIR" => folder(&folders.configuration),
            "ASTVARLIBDIR" => folder(&folders.library),
            "ASTDATADIR" => folder(&folders.data),
            "ASTSPOOLDIR" => folder(&folders.spool),
            "ASTLOGDIR" => folder(&folders.log),
            "ASTRUNDIR" => folder(&folders.run),
            "ASTAGIDIR" => folder(&folders.agi),
            _ => None,
        }
    }
}

impl Host for ChannelHost<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.built_in(name).or_else(|| self.call.variable(name))
    }

    fn set_variable(&mut self, name: &str, value: &str) {
        self.call.set_variable(name, value);
    }

    fn global(&self, name: &str) -> Option<String> {
        self.exchange.globals().get(name)
    }

    fn set_global(&mut self, name: &str, value: &str) {
        self.exchange.globals().set(name, value);
    }

    fn read_function(&mut self, name: &str, arguments: &str) -> FunctionReply {
        let Some(function) = functions::find(name) else { return FunctionReply::Unknown };
        match (function.read)(&mut self.scope(), arguments) {
            Ok(value) => FunctionReply::Value(value),
            Err(FunctionError::Later) => FunctionReply::Pending,
            Err(error) => FunctionReply::Error(error.to_string()),
        }
    }

    fn write_function(&mut self, name: &str, arguments: &str, value: &str) -> FunctionReply {
        let Some(write) = functions::find(name).map(|f| f.write) else { return FunctionReply::Unknown };
        match write(&mut self.scope(), arguments, value) {
            Ok(()) => FunctionReply::Value(String::new()),
            Err(error) => FunctionReply::Error(error.to_string()),
        }
    }

    fn warn(&mut self, message: &str, at: Option<Span>) {
        let place = at.map(|span| self.exchange.configuration().place(span)).unwrap_or_default();
        let text = if place.is_empty() { message.to_owned() } else { format!("{place}: {message}") };
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}
