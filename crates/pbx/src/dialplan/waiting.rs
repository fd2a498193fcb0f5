//! Texts that are put together outside of a dialplan's steps, with functions that take time.

use asterisk_conf::Span;
use dialplan_vm::{FunctionReply, Host, LocalTime, SubstituteError};

use super::channel::DialplanChannel;
use super::host::ChannelHost;
use crate::functions;

/// Functions in one text that may be waited for.
const MOST: usize = 256;

/// The text with what `${...}` and `$[...]` in it stand for; functions that take time are waited for.
pub(crate) async fn substitute_waiting(channel: &mut DialplanChannel, text: &str) -> String {
    let mut answers = Vec::new();
    for _ in 0..MOST {
        let mut asking = Asking { host: channel.host(), answers: &mut answers, next: 0 };
        match dialplan_vm::substitute(&mut asking, text) {
            Ok(text) => return text,
            Err(SubstituteError::Pending(call)) => {
                answers.push(functions::evaluate(channel, &call).await);
            }
            Err(problem) => {
                channel.warning(format!("'{text}': {problem}"));
                return String::new();
            }
        }
    }
    channel.warning(format!("'{text}' asks for more than {MOST} functions that take time"));
    String::new()
}

/// A channel whose functions have answered before: a text that had to wait begins again, and no function is asked twice.
struct Asking<'a> {
    host: ChannelHost<'a>,
    answers: &'a mut Vec<FunctionReply>,
    next: usize,
}

impl Host for Asking<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.host.variable(name)
    }

    fn set_variable(&mut self, name: &str, value: &str) {
        self.host.set_variable(name, value);
    }

    fn global(&self, name: &str) -> Option<String> {
        self.host.global(name)
    }

    fn set_global(&mut self, name: &str, value: &str) {
        self.host.set_global(name, value);
    }

    fn read_function(&mut self, name: &str, arguments: &str) -> FunctionReply {
        if self.next == self.answers.len() {
            match self.host.read_function(name, arguments) {
                FunctionReply::Pending => return FunctionReply::Pending,
                reply => self.answers.push(reply),
            }
        }
        let Some(given) = self.answers.get_mut(self.next) else { return FunctionReply::Pending };
        self.next += 1;
        // What failed is said once, and is empty from then on.
        match given {
            FunctionReply::Value(_) => given.clone(),
            failed => std::mem::replace(failed, FunctionReply::Value(String::new())),
        }
    }

    fn write_function(&mut self, name: &str, arguments: &str, value: &str) -> FunctionReply {
        self.host.write_function(name, arguments, value)
    }

    fn caller_number(&self) -> Option<String> {
        self.host.caller_number()
    }

    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.host.local_time(zone)
    }

    fn warn(&mut self, message: &str, at: Option<Span>) {
        self.host.warn(message, at);
    }
}
