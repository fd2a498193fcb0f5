//! Asynchronous AGI: the call waits for commands that a console or a manager queues.

use std::sync::{Mutex, MutexGuard, PoisonError};

use billing_agi::agi::{AsyncAgi, asynchronous, serve_asynchronous};
use call_control::{AsyncAgiChange, Call, Event};

use super::script::Script;
use super::{Kind, Status, facts, status_of};
use crate::exchange::Exchange;

/// What is kept with a call: the queue of its commands, as long as it waits for some.
#[derive(Default)]
struct Queue(Mutex<Option<AsyncAgi>>);

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Option<AsyncAgi>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that takes commands, until this is dropped.
struct Open(Call);

impl Open {
    fn begin(call: Call, queue: AsyncAgi, environment: String) -> Self {
        *call.keep::<Queue>().lock() = Some(queue);
        tell(&call, AsyncAgiChange::Started { environment });
        Self(call)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *self.0.keep::<Queue>().lock() = None;
        tell(&self.0, AsyncAgiChange::Ended);
    }
}

fn tell(call: &Call, change: AsyncAgiChange) {
    call.switchboard().notice(|| Event::AsyncAgi { channel: call.snapshot(), change });
}

pub(super) async fn run(script: &mut Script<'_>, request: &str, arguments: &[String]) -> Status {
    let environment = facts::of(script.channel, request, None, Kind::Plain, arguments);
    let (queue, commands) = asynchronous();
    let call = script.channel.call.clone();
    let _open = Open::begin(call.clone(), queue, environment.to_string());
    let ended = serve_asynchronous(commands, script, |command, reply| {
        let change = AsyncAgiChange::Executed {
            command: command.line.clone(),
            command_id: command.id.clone(),
            reply: reply.to_string(),
        };
        tell(&call, change);
    });
    let ended = ended.await;
    status_of(ended, call.state().is_ended())
}

impl Exchange {
    /// Where commands are queued for the channel of that name; `None` unless it is in `AGI(agi:async)`. What comes of them
    /// is told to observers ([`Event::AsyncAgi`]).
    pub fn async_agi(&self, channel: &str) -> Option<AsyncAgi> {
        let queue = self.switchboard().find(channel)?.kept::<Queue>()?;
        queue.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use billing_agi::agi::AsyncAgiError;

    use crate::functions::testing::Bench;

    #[tokio::test]
    async fn a_channel_takes_commands_until_the_break() {
        let mut bench = Bench::new().await;
        let (exchange, call) = (bench.channel.exchange.clone(), bench.channel.call.clone());
        assert!(exchange.async_agi(call.name()).is_none());
        let queue = async {
            // It is there as soon as the application runs.
            tokio::task::yield_now().await;
            let queue = exchange.async_agi(call.name()).expect("it waits for commands");
            queue.exec("SET VARIABLE FROM_AFAR yes", None).unwrap();
            queue.exec("SET EXTENSION 200", Some("a")).unwrap();
            queue.exec("ASYNCAGI BREAK", None).unwrap();
            queue
        };
        let (outcome, queue) = tokio::join!(super::super::run(&mut bench.channel, "agi:async"), queue);
        let target = dialplan_vm::JumpTarget::to("phones", "200", 2);
        assert_eq!(outcome.unwrap(), dialplan_vm::Outcome::Jump(target));
        let value = |name| call.variable(name);
        assert_eq!(
            (value("FROM_AFAR").as_deref(), value("AGISTATUS").as_deref()),
            (Some("yes"), Some("SUCCESS"))
        );
        assert!(exchange.async_agi(call.name()).is_none());
        assert_eq!(queue.exec("NOOP", None), Err(AsyncAgiError::Over));
    }

    #[tokio::test]
    async fn a_channel_that_is_taken_away_takes_no_more_commands() {
        let mut bench = Bench::new().await;
        let (exchange, call) = (bench.channel.exchange.clone(), bench.channel.call.clone());
        let waits = super::super::run(&mut bench.channel, "agi:async");
        assert!(tokio::time::timeout(Duration::from_millis(50), waits).await.is_err());
        assert!(exchange.async_agi(call.name()).is_none());
    }
}
