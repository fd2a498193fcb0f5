//! `core stop …`: how an exchange ends.

use std::sync::{Mutex, PoisonError};

use call_control::Switchboard;
use tokio::sync::mpsc;

use super::{Answer, Command, CommandError, Context};
use crate::console::StopRequest;

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core stop now", "Ends the exchange and its calls", now),
    Command::now("core stop gracefully", "Ends the exchange with its last call", gracefully)
        .explained("No new calls are taken. 'core stop now' ends it sooner."),
    Command::now("core stop when convenient", "Ends the exchange when there is no call", when_convenient)
        .explained("New calls are taken until then."),
    Command::now("core restart", "Says how an exchange is started again", restart)
        .taking("[now|gracefully|when convenient]"),
];

/// What was decided about the end, by whichever console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decided {
    Nothing,
    WhenConvenient,
    Gracefully,
}

/// How the exchange shall end, in words of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Now,
    Gracefully,
    WhenConvenient,
}

/// Asks the program to end the exchange. Shared by all consoles.
pub(crate) struct Stopping {
    switchboard: Switchboard,
    requests: mpsc::Sender<StopRequest>,
    decided: std::sync::Arc<Mutex<Decided>>,
}

impl Stopping {
    pub(crate) fn new(switchboard: Switchboard, requests: mpsc::Sender<StopRequest>) -> Self {
        Self { switchboard, requests, decided: std::sync::Arc::new(Mutex::new(Decided::Nothing)) }
    }

    /// Does what a command has announced.
    pub(crate) async fn carry_out(&self, ending: Ending) {
        // Nobody takes requests any more when the exchange is ending.
        match ending {
            Ending::Now => drop(self.requests.send(StopRequest::Now).await),
            Ending::Gracefully => drop(self.requests.send(StopRequest::Gracefully).await),
            Ending::WhenConvenient => self.wait_for_quiet(),
        }
    }

    /// Ends the exchange at the first moment without calls.
    fn wait_for_quiet(&self) {
        let (requests, decided) = (self.requests.clone(), self.decided.clone());
        let mut active = self.switchboard.watch_active();
        tokio::spawn(async move {
            if active.wait_for(|channels| *channels == 0).await.is_ok()
                && decide(&decided, Decided::Gracefully) == Decided::WhenConvenient
            {
                let _ = requests.send(StopRequest::Gracefully).await;
            }
        });
    }
}

/// Notes a decision; what was decided before.
fn decide(decided: &Mutex<Decided>, now: Decided) -> Decided {
    std::mem::replace(&mut decided.lock().unwrap_or_else(PoisonError::into_inner), now)
}

fn now(context: &Context, _: &[String]) -> Answer {
    context.ask_for_stop(Ending::Now);
    Ok(String::new())
}

fn gracefully(context: &Context, _: &[String]) -> Answer {
    // Once more would end the calls that are being waited for.
    if decide(&context.stopping.decided, Decided::Gracefully) != Decided::Gracefully {
        context.ask_for_stop(Ending::Gracefully);
    }
    Ok("Waiting for inactivity to perform halt".to_owned())
}

fn when_convenient(context: &Context, _: &[String]) -> Answer {
    let mut decided = context.stopping.decided.lock().unwrap_or_else(PoisonError::into_inner);
    if *decided == Decided::Nothing {
        *decided = Decided::WhenConvenient;
        context.ask_for_stop(Ending::WhenConvenient);
    }
    Ok("Waiting for inactivity to perform halt".to_owned())
}

fn restart(_: &Context, _: &[String]) -> Answer {
    Err(CommandError::Failed(
        "An exchange does not start itself again; whoever started it does. Under systemd: systemctl restart ipbx. \
         By hand: core stop gracefully, then start it as before."
            .to_owned(),
    ))
}
