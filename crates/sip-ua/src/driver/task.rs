//! The task that owns a core.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Core;
use super::alarm::Alarm;
use super::handle::Command;
use super::listening::Listening;
use super::transports::Transports;
use super::wire_log::WireLog;
use crate::guard::SharedGuard;
use crate::transport::{Flow, Input};

/// Inputs and commands taken before output is flushed: enough to make system calls in groups, few enough that
/// the first answer does not wait for the last.
const BATCH: usize = 64;

/// Events that wait for the application before strangers are turned away: so many are dealt with in a moment, and those
/// whom the guard knows wait for no more of them than that.
const EVENTS_OF_STRANGERS: usize = 256;

/// How often a crowd is looked at while strangers are turned away.
const LOOK_AT_CROWD: Duration = Duration::from_millis(50);

/// How often one flush tells the core about failures. A core that answers each failure with one more message on
/// the same dead road is stopped here; its timers tell it the rest.
const ROUNDS: usize = 8;

/// One task owns the core. It takes a batch of what is waiting, then sends what came of it.
pub(super) struct Task<C: Core> {
    pub(super) core: C,
    pub(super) transports: Transports,
    /// What connections bring.
    pub(super) inputs: mpsc::Receiver<Input>,
    /// What the sockets for datagrams have brought.
    pub(super) datagrams: VecDeque<Input>,
    pub(super) commands: mpsc::UnboundedReceiver<Command<C>>,
    pub(super) events: mpsc::Sender<C::Event>,
    /// Events that the application has no room for. While there are some, no input is taken: the application
    /// is behind, and the sockets' buffers are the place to wait.
    pub(super) overdue: VecDeque<C::Event>,
    /// Told of crowds.
    pub(super) guard: Option<SharedGuard>,
    /// What the guard was last told of crowds.
    pub(super) crowded: bool,
    /// Where handles read what is served.
    pub(super) listening: Listening,
    /// Who sees every message.
    pub(super) wire: WireLog,
    pub(super) alarm: Alarm,
    /// When the core wanted to be told the time, as it said before the task slept.
    pub(super) deadline: Option<Instant>,
}

/// Why the task woke.
enum Wake<C> {
    Command(Option<Command<C>>),
    /// Inputs are in the batch, the application has room again, or a deadline has come.
    Work,
}

impl<C: Core> Task<C> {
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let woken = self.wake(&mut batch).await;
            let now = Instant::now();
            let running = match woken {
                Wake::Command(Some(command)) => self.command(now, command).await,
                Wake::Command(None) => false,
                Wake::Work => true,
            };
            for input in batch.drain(..) {
                self.input(now, input);
            }
            self.datagrams(now);
            if !(running && self.commands_waiting(now).await) {
                self.flush();
                return;
            }
            self.timers(now);
            self.flush();
            self.watch_crowd();
        }
    }

    fn watch_crowd(&mut self) {
        let waiting = self.events.max_capacity() - self.events.capacity();
        let crowded = waiting > EVENTS_OF_STRANGERS || self.core.is_crowded();
        if let Some(guard) = self.guard.as_ref().filter(|_| crowded != self.crowded) {
            guard.set_crowded(crowded);
            self.crowded = crowded;
        }
    }

    /// Sleeps until there is something to do.
    async fn wake(&mut self, batch: &mut Vec<Input>) -> Wake<C> {
        // While strangers are turned away nothing of theirs wakes the task, so it looks by itself whether they still must
        // be.
        let look_again = self.crowded.then(|| Instant::now() + LOOK_AT_CROWD);
        self.deadline = self.core.poll_timeout();
        self.alarm.set([self.deadline, look_again].into_iter().flatten().min());
        let behind = !self.overdue.is_empty();
        // They are read from their sockets also while the application is behind: who is let in then, and how many wait, is
        // known only of those that were read.
        let received = poll_fn(|context| {
            self.transports.poll_receive(context, &mut self.datagrams);
            if behind || self.datagrams.is_empty() { Poll::Pending } else { Poll::Ready(()) }
        });
        tokio::select! {
            command = self.commands.recv() => Wake::Command(command),
            () = received => Wake::Work,
            _ = self.inputs.recv_many(batch, BATCH), if !behind => Wake::Work,
            _ = self.events.reserve(), if behind => Wake::Work,
            () = self.alarm.rings() => Wake::Work,
        }
    }

    /// Runs the commands that wait; false when one of them was to stop.
    async fn commands_waiting(&mut self, now: Instant) -> bool {
        for _ in 0..BATCH {
            let Ok(command) = self.commands.try_recv() else { break };
            if !self.command(now, command).await {
                return false;
            }
        }
        true
    }

    async fn command(&mut self, now: Instant, command: Command<C>) -> bool {
        match command {
            Command::Run(command) => command(&mut self.core, now),
            Command::Listen(wanted, told) => {
                let outcome = self.transports.listen_on(&wanted).await;
                self.listening.store(Arc::new(self.transports.listening()));
                // Whoever asked may have lost interest since.
                let _ = told.send(outcome);
            }
            Command::Observe(observer) => self.wire.observer = observer,
            Command::Stop => return false,
        }
        true
    }

    fn input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Message { message, flow } => {
                self.wire.received(&flow, message.as_bytes());
                if flow.protocol.is_secure() {
                    self.transports.alias(&message, flow);
                }
                self.core.handle_message(now, message, flow);
            }
            Input::Malformed { bytes, error, flow } => {
                self.wire.received(&flow, &bytes);
                self.core.handle_malformed(now, &bytes, &error, flow);
            }
            Input::Unsent { flow } => self.core.handle_transport_error(now, &flow),
            Input::Accepted(accepted) => {
                if self.transports.supersede(accepted.flow) {
                    self.core.handle_transport_error(now, &accepted.flow);
                }
                self.transports.accept(*accepted);
            }
            Input::Closed { flow, serial } => {
                if self.transports.closed(flow, serial) {
                    self.core.handle_transport_error(now, &flow);
                }
            }
        }
    }

    /// Deals with some of the datagrams that wait, unless the application is behind.
    fn datagrams(&mut self, now: Instant) {
        for _ in 0..BATCH {
            if !self.overdue.is_empty() {
                break;
            }
            let Some(input) = self.datagrams.pop_front() else { break };
            self.input(now, input);
        }
    }

    /// A deadline that has been set since the task woke is seen before it sleeps again.
    fn timers(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.core.handle_timeout(now);
        }
    }

    /// Sends all that the core has to say. What cannot be sent is told to the core, whose answer goes the same way.
    fn flush(&mut self) {
        for _ in 0..ROUNDS {
            let failed = self.send();
            if failed.is_empty() {
                break;
            }
            let now = Instant::now();
            for flow in failed {
                self.core.handle_transport_error(now, &flow);
            }
        }
        while let Some(event) = self.core.poll_event() {
            self.overdue.push_back(event);
        }
        self.deliver();
    }

    /// Sends what waits; the flows that took nothing.
    fn send(&mut self) -> Vec<Flow> {
        let mut failed = vec![];
        while let Some(transmit) = self.core.poll_transmit() {
            let flow = transmit.flow;
            self.wire.sent(&flow, &transmit.bytes);
            if let Err(error) = self.transports.send(transmit) {
                tracing::debug!(%flow, %error, "cannot send");
                failed.push(flow);
            }
        }
        failed
    }

    fn deliver(&mut self) {
        while let Some(event) = self.overdue.pop_front() {
            match self.events.try_send(event) {
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.overdue.push_front(event);
                    return;
                }
            }
        }
    }
}
