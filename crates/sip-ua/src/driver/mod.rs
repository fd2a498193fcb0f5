//! The tokio shell: one task owns a core, sockets and connections feed it, handles command it.
//!
//! ```text
//!  connection ----+                 +--------- Handle (commands)
//!  connection ----+--> inputs --> Task --> events (application)
//!                      bounded    ^ |
//!  UDP sockets -------------------+ +--> sockets, connections (bounded queues)
//! ```
//!
//! The task reads the UDP sockets itself: a datagram wakes nobody else on its way.
//!
//! An application that does not take its events stops the input, not the timers: the network then waits in the
//! sockets' buffers, and what does not fit there is lost, as it would be on a busy line.

mod alarm;
mod core;
mod handle;
mod listening;
mod task;
mod transports;
mod user_agent;
mod wire_log;

use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::mpsc;

use self::alarm::Alarm;
pub use self::core::Core;
pub use self::handle::Handle;
use self::listening::Listening;
use self::task::Task;
use self::transports::Transports;
pub use self::user_agent::{UaEvents, UserAgentHandle, bind, bind_guarded};
use self::wire_log::WireLog;
use crate::guard::SharedGuard;
use crate::transport::{BindError, ConnectionLimits, ListenConfig};

/// Messages that wait for the core's task before readers do.
const INPUTS: usize = 1024;

/// Events that wait for the application before the core's task stops reading.
const EVENTS: usize = 4096;

/// Listens on all of `listen` and runs `core` in a task of its own.
///
/// The receiver yields the core's events, and ends when the task does: after [`Handle::shutdown`], or when the
/// last handle is gone. Must be called inside a tokio runtime with I/O and time enabled.
///
/// # Errors
/// The first address that cannot be listened on, and what to do about it. Nothing stays open then.
pub fn run<C: Core>(
    core: C,
    listen: &[ListenConfig],
    limits: ConnectionLimits,
) -> Result<(Handle<C>, mpsc::Receiver<C::Event>), BindError> {
    run_guarded(core, listen, limits, None)
}

/// [`run`], with a guard at the door: what it does not let in is not even parsed. That a message cannot be read is told
/// to the guard by the core, who sees more of it.
///
/// # Errors
/// As [`run`].
pub fn run_guarded<C: Core>(
    core: C,
    listen: &[ListenConfig],
    limits: ConnectionLimits,
    guard: Option<SharedGuard>,
) -> Result<(Handle<C>, mpsc::Receiver<C::Event>), BindError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(BindError::NoRuntime);
    }
    let (input_sender, inputs) = mpsc::channel(INPUTS);
    let mut transports = Transports::new(input_sender, limits, guard.clone());
    for wanted in listen {
        transports.listen(wanted)?;
    }
    let listening: Listening = Arc::new(ArcSwap::from_pointee(transports.listening()));
    let (command_sender, commands) = mpsc::unbounded_channel();
    let (events, event_receiver) = mpsc::channel(EVENTS);
    let (open, names) = (transports.open_connections(), transports.peer_names());
    let (datagrams, overdue, deadline) = (VecDeque::new(), VecDeque::new(), None);
    let told = listening.clone();
    let (alarm, crowded) = (Alarm::new(), false);
    let task = Task {
        core,
        transports,
        inputs,
        datagrams,
        commands,
        events,
        overdue,
        guard,
        crowded,
        listening: told,
        wire: WireLog::default(),
        alarm,
        deadline,
    };
    tokio::spawn(task.run());
    Ok((Handle::new(command_sender, listening, open, names), event_receiver))
}
