//! Asynchronous AGI: no script and no streams, but commands that somebody queues one by one.

use thiserror::Error;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::serve::accepted;
use super::{Command, Ended, Host, Line, MAX_LINE, Reply};

/// The most commands that wait for their turn.
const MOST_QUEUED: usize = 1_024;

/// A command that was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsyncCommand {
    /// The command as a script would write it.
    pub line: String,
    /// What whoever queued it knows it by.
    pub id: Option<String>,
}

/// Queues commands for a call that waits for them. Clone it as you like.
#[derive(Clone, Debug)]
pub struct AsyncAgi(mpsc::Sender<AsyncCommand>);

/// The commands of a call, in the order in which they were queued.
#[derive(Debug)]
pub struct AsyncCommands(mpsc::Receiver<AsyncCommand>);

/// Why a command was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AsyncAgiError {
    /// The call takes no commands any more.
    #[error("the call has left asynchronous AGI")]
    Over,
    /// Too many wait already.
    #[error("{MOST_QUEUED} commands wait already; wait until some of them have run")]
    Full,
    /// A line that no script could write either.
    #[error("a command is one line of at most {MAX_LINE} octets")]
    Line,
}

/// A queue of commands: the end that is filled, and the end that [`serve_asynchronous`] empties.
#[must_use]
pub fn asynchronous() -> (AsyncAgi, AsyncCommands) {
    let (queue, commands) = mpsc::channel(MOST_QUEUED);
    (AsyncAgi(queue), AsyncCommands(commands))
}

impl AsyncAgi {
    /// Queues a command.
    ///
    /// # Errors
    /// [`AsyncAgiError`] says why it was not queued.
    pub fn exec(&self, line: &str, id: Option<&str>) -> Result<(), AsyncAgiError> {
        if line.len() >= MAX_LINE || line.contains(['\r', '\n']) {
            return Err(AsyncAgiError::Line);
        }
        let command = AsyncCommand { line: line.to_owned(), id: id.map(str::to_owned) };
        self.0.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => AsyncAgiError::Full,
            TrySendError::Closed(_) => AsyncAgiError::Over,
        })
    }
}

/// Runs the commands of a queue until `ASYNCAGI BREAK`, the hang-up, or until nobody is left who could queue one. `told`
/// hears what came of each. Commands that still wait then are not run.
pub async fn serve_asynchronous<H: Host>(
    mut commands: AsyncCommands,
    host: &mut H,
    mut told: impl FnMut(&AsyncCommand, &Reply),
) -> Ended {
    loop {
        if host.has_hung_up() {
            host.tell_hang_up();
            return Ended::HungUp;
        }
        let next = tokio::select! {
            biased;
            () = host.hang_up() => continue,
            next = commands.0.recv() => next,
        };
        let Some(queued) = next else { return Ended::Done };
        host.trace(Line::Command(&queued.line));
        let (reply, is_last) = match accepted(&queued.line, host) {
            Err(reply) => (reply, false),
            Ok(command) => {
                let is_last = command == Command::AsyncBreak;
                (host.run(command).await, is_last)
            }
        };
        host.trace(Line::Reply(&reply.to_string()));
        told(&queued, &reply);
        if is_last {
            return Ended::Broken;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::agi::HangUpNews;
    use crate::agi::testing::Noting;
    use tokio::sync::watch;

    fn scene() -> (watch::Sender<bool>, Noting, AsyncAgi, AsyncCommands) {
        let (caller, seen) = watch::channel(false);
        let (queue, commands) = asynchronous();
        let host = Noting { caller: seen, asked: Vec::new(), news: HangUpNews::Otherwise };
        (caller, host, queue, commands)
    }

    #[tokio::test(start_paused = true)]
    async fn commands_run_in_order_until_the_break() {
        let (_caller, mut host, queue, commands) = scene();
        for (line, id) in [("ANSWER", Some("a")), ("DANCE", None), ("ASYNCAGI BREAK", None), ("NOOP", None)] {
            queue.exec(line, id).unwrap();
        }
        let mut replies = Vec::new();
        let ended = serve_asynchronous(commands, &mut host, |command, reply| {
            replies.push((command.id.clone(), reply.clone()));
        });
        assert_eq!(ended.await, Ended::Broken);
        let expected = [(Some("a".to_owned()), Reply::of(0)), (None, Reply::Unknown), (None, Reply::of(0))];
        assert_eq!(replies, expected);
        assert_eq!(host.asked, [Command::Answer, Command::AsyncBreak]);
        assert_eq!(queue.exec("NOOP", None), Err(AsyncAgiError::Over));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hang_up_ends_it_with_what_runs() {
        let (caller, mut host, queue, commands) = scene();
        queue.exec("WAIT FOR DIGIT -1", None).unwrap();
        queue.exec("ANSWER", None).unwrap();
        let mut replies = Vec::new();
        let leave = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            caller.send(true).unwrap();
        };
        let served = serve_asynchronous(commands, &mut host, |_, reply| replies.push(reply.clone()));
        let (ended, ()) = tokio::join!(served, leave);
        assert_eq!((ended, replies), (Ended::HungUp, vec![Reply::of(-1)]));
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_nobody_can_queue_any_more() {
        let (_caller, mut host, queue, commands) = scene();
        drop(queue);
        assert_eq!(serve_asynchronous(commands, &mut host, |_, _| {}).await, Ended::Done);
    }

    #[test]
    fn a_queue_is_bounded_and_takes_lines_only() {
        let (queue, _commands) = asynchronous();
        for _ in 0..MOST_QUEUED {
            queue.exec("NOOP", None).unwrap();
        }
        assert_eq!(queue.exec("NOOP", None), Err(AsyncAgiError::Full));
        assert_eq!(queue.exec("NOOP\nANSWER", None), Err(AsyncAgiError::Line));
        assert_eq!(queue.exec(&"x".repeat(MAX_LINE), None), Err(AsyncAgiError::Line));
    }
}
