//! What the dialplan machine asks of a channel: variables and functions.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use asterisk_conf::Span;
use call_control::{Call, Event};
use dialplan_vm::{FunctionReply, Host, LocalTime, Location};
use tokio::time::Instant;

use super::frames::Frames;
use crate::exchange::Exchange;
use crate::functions::{self, FunctionError, FunctionScope};
use crate::presence::Hint;

/// The surroundings of one step.
pub(crate) struct ChannelHost<'a> {
    pub(crate) exchange: &'a Arc<Exchange>,
    pub(crate) call: &'a Call,
    /// Where the machine is, if one runs.
    pub(crate) location: Option<Location>,
    pub(crate) response_timeout: &'a mut Duration,
    pub(crate) digit_timeout: &'a mut Duration,
    pub(crate) ends_at: &'a mut Option<Instant>,
    pub(crate) frames: &'a mut Frames,
}

impl ChannelHost<'_> {
    fn scope(&mut self) -> FunctionScope<'_> {
        FunctionScope {
            exchange: self.exchange,
            call: self.call,
            location: self.location.clone(),
            response_timeout: self.response_timeout,
            digit_timeout: self.digit_timeout,
            ends_at: self.ends_at,
            frames: self.frames,
        }
    }

    /// What a name comes to that no function of the exchange has: statements of `func_odbc.conf` take time.
    fn statement(&self, name: &str) -> FunctionReply {
        match functions::sql::find(self.exchange, name) {
            Some(_) => FunctionReply::Pending,
            None => FunctionReply::Unknown,
        }
    }

    /// Reads a function beside any step, which changes nothing of it.
    pub(super) fn read_aside(
        exchange: &Arc<Exchange>,
        call: &Call,
        location: Option<Location>,
        name: &str,
        arguments: &str,
    ) -> FunctionReply {
        let (mut response, mut digit, mut ends_at) = (Duration::ZERO, Duration::ZERO, None);
        let mut host = ChannelHost {
            exchange,
            call,
            location,
            response_timeout: &mut response,
            digit_timeout: &mut digit,
            ends_at: &mut ends_at,
            frames: &mut Frames::default(),
        };
        host.read_function(name, arguments)
    }

    /// Where the channel is; a machine answers that itself, functions ask here.
    fn place(&self, name: &str) -> Option<String> {
        let location = self.location.as_ref()?;
        match name {
            "EXTEN" => Some(location.extension.to_string()),
            "CONTEXT" => Some(location.context.to_string()),
            "PRIORITY" => Some(location.priority.to_string()),
            // What the wizard's `hint_application=Dial(${HINT})` calls.
            "HINT" => {
                let configuration = self.exchange.configuration();
                let hint = Hint::find(&configuration.dialplan, &location.context, &location.extension);
                hint.map(|hint| hint.text)
            }
            _ => None,
        }
    }

    /// A variable of a channel: one that is always there, or that somebody has set, or that tells of the call until then.
    pub(super) fn variable_of(exchange: &Exchange, call: &Call, name: &str) -> Option<String> {
        Self::built_in_of(exchange, call, name)
            .or_else(|| call.variable(name))
            .or_else(|| functions::variable_of_call(call, name))
    }

    /// Variables that are always there, read live.
    fn built_in_of(exchange: &Exchange, call: &Call, name: &str) -> Option<String> {
        let folders = &exchange.configuration().folders;
        let folder = |path: &std::path::Path| Some(path.display().to_string());
        match name {
            "CHANNEL" => Some(call.name().to_owned()),
            "UNIQUEID" => Some(call.unique_id().to_owned()),
            "EPOCH" => {
                let now = exchange.clock().now().duration_since(UNIX_EPOCH);
                Some(now.map_or(0, |d| d.as_secs()).to_string())
            }
            "CALLERID" => Some(call.caller().to_string()),
            "SYSTEMNAME" => Some(exchange.configuration().options.system_name.clone()),
            "ASTETCDIR" => folder(&folders.configuration),
            "ASTVARLIBDIR" => folder(&folders.library),
            "ASTDATADIR" => folder(&folders.data),
            "ASTSPOOLDIR" => folder(&folders.spool),
            "ASTLOGDIR" => folder(&folders.log),
            "ASTRUNDIR" => folder(&folders.run),
            "ASTAGIDIR" => folder(&folders.agi),
            _ => functions::media_quality(call, name),
        }
    }
}

impl Host for ChannelHost<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.place(name).or_else(|| Self::variable_of(self.exchange, self.call, name))
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
        let Some(function) = functions::find(name) else { return self.statement(name) };
        match (function.read)(&mut self.scope(), arguments) {
            Ok(value) => FunctionReply::Value(value),
            Err(FunctionError::Later) => FunctionReply::Pending,
            Err(error) => FunctionReply::Error(error.to_string()),
        }
    }

    fn write_function(&mut self, name: &str, arguments: &str, value: &str) -> FunctionReply {
        let Some(function) = functions::find(name) else { return self.statement(name) };
        let Some(write) = function.write else {
            return FunctionReply::Error(FunctionError::ReadOnly(function.name).to_string());
        };
        match write(&mut self.scope(), arguments, value) {
            Ok(()) => FunctionReply::Value(String::new()),
            Err(FunctionError::Later) => FunctionReply::Pending,
            Err(error) => FunctionReply::Error(error.to_string()),
        }
    }

    fn look_up_function(&self, name: &str, arguments: &str) -> FunctionReply {
        Self::read_aside(self.exchange, self.call, self.location.clone(), name, arguments)
    }

    fn caller_number(&self) -> Option<String> {
        Some(self.call.caller().number)
    }

    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.exchange.clock().local_time_of(self.call, zone)
    }

    fn warn(&mut self, message: &str, at: Option<Span>) {
        let configuration = self.exchange.configuration();
        let text = match at.and_then(|span| configuration.sources.place(span)) {
            Some(place) => format!("{}:{}: {message}", place.path.display(), place.line),
            None => message.to_owned(),
        };
        tracing::warn!(call = %self.call.call_id(), channel = self.call.name(), "{text}");
        self.exchange.switchboard().notice(|| Event::Warning { channel: Some(self.call.snapshot()), text });
    }
}
