//! What the exchange publishes elsewhere (RFC 3903): states of its devices and mailboxes to other exchanges, states of its
//! extensions to compositors.
//!
//! Each `type=outbound-publish` is a task of its own (`task.rs`) that drives a machine of `sip-ua`; with `multi_user` each
//! extension of it is. A reload ends those that are gone, begins those that are new, and leaves alone those that stay the
//! same. What there is to tell is known to `presence/publishers.rs`.

mod plan;
mod task;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use call_control::Event;
use call_control::sip::SipTechnology;
use sip_ua::publication::{PublicationProblem, Stage};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use self::plan::Plan;
use crate::exchange::Exchange;
use crate::presence::{Presence, Publisher, Publishers};

/// Told of what happens to publications. It must return at once.
type OnPublication = Arc<dyn Fn(Event) + Send + Sync>;

/// The longest that the end of the exchange, or the successor of a publication, waits for the other side.
const FAREWELL: Duration = Duration::from_secs(2);

/// All publications of the exchange elsewhere.
pub struct OutboundPublications {
    sip: Arc<SipTechnology>,
    exchange: Weak<Exchange>,
    tell: OnPublication,
    running: Mutex<BTreeMap<String, Running>>,
}

/// A publication that runs.
struct Running {
    plan: Plan,
    publisher: Arc<Publisher>,
    /// Ends the task when it is dropped.
    end: oneshot::Sender<()>,
    status: watch::Receiver<PublicationStatus>,
    task: JoinHandle<()>,
}

/// How a publication stands.
#[derive(Clone, Debug)]
pub struct PublicationStatus {
    /// The name of its section, and of its extension where each has one: `lamps/100`.
    pub name: String,
    /// The resource that is published to.
    pub server_uri: String,
    /// The event package.
    pub event: String,
    /// What it is at.
    pub stage: Stage,
    /// Why the last attempt failed, if it did.
    pub problem: Option<PublicationProblem>,
    /// Until when the other side keeps what it was told.
    pub held_until: Option<Instant>,
    /// States that were told.
    pub told: usize,
    /// States that wait to be told.
    pub waiting: usize,
}

impl OutboundPublications {
    /// None yet; what happens is told to `tell`.
    pub(crate) fn new(sip: Arc<SipTechnology>, exchange: Weak<Exchange>, tell: OnPublication) -> Self {
        Self { sip, exchange, tell, running: Mutex::default() }
    }

    /// Makes the publications those of the configuration in force.
    pub(crate) fn follow(&self, exchange: &Exchange) {
        let configuration = exchange.configuration();
        let mut running = self.running();
        let mut before = std::mem::take(&mut *running);
        for (name, plan) in plan::all(&configuration) {
            let next = match before.remove(&name) {
                Some(same) if same.plan == plan => same,
                other => self.begin(&name, plan, other),
            };
            running.insert(name, next);
        }
        let presence = exchange.presence();
        presence.publish_by(publishers_of(&running));
        // Only now, so that no change comes between; and to those that stay too, for phones may have come or gone.
        for one in running.values() {
            one.publisher.tell(presence.all_of(&one.publisher, &configuration));
        }
        // Dropped, they take themselves back.
        drop(before);
    }

    /// Begins one, after the one whose place it takes has ended.
    fn begin(&self, name: &str, plan: Plan, predecessor: Option<Running>) -> Running {
        let (end, ended) = oneshot::channel();
        let (seen, status) = watch::channel(PublicationStatus::new(name, &plan));
        let publisher = Arc::new(Publisher::new(plan.states.clone()));
        let (sip, exchange) = (self.sip.clone(), self.exchange.clone());
        let surroundings = task::Surroundings { sip, exchange, tell: self.tell.clone(), ended, seen };
        let work = task::Task::new(name, plan.clone(), publisher.clone(), surroundings);
        let task = tokio::spawn(async move {
            if let Some(predecessor) = predecessor {
                predecessor.ends().await;
            }
            work.run().await;
        });
        Running { plan, publisher, end, status, task }
    }

    /// Tells all states of a publication again: the other side has asked for them.
    pub(crate) fn tell_all(&self, name: &str) {
        if let Some(one) = self.running().get(name) {
            one.publisher.tell_all();
        }
    }

    /// How all of them stand, by name.
    pub fn statuses(&self) -> Vec<PublicationStatus> {
        let running = self.running();
        let status = |one: &Running| {
            let status = one.status.borrow().clone();
            let held_until = status.held_until.filter(|until| *until > Instant::now());
            PublicationStatus { waiting: one.publisher.waiting_count(), held_until, ..status }
        };
        running.values().map(status).collect()
    }

    /// Takes all of them back, and waits a moment for the other sides.
    pub(crate) async fn stop(&self, presence: &Presence) {
        presence.publish_by(Publishers::default());
        let running = std::mem::take(&mut *self.running());
        let ends: Vec<_> = running.into_values().map(|one| tokio::spawn(one.ends())).collect();
        for end in ends {
            let _ = end.await;
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn publishers_of(running: &BTreeMap<String, Running>) -> Publishers {
    Publishers::new(running.values().map(|one| one.publisher.clone()))
}

impl Running {
    /// Takes it back. A server that is silent is not waited for: what it has of us ends by itself.
    async fn ends(mut self) {
        drop(self.end);
        if tokio::time::timeout(FAREWELL, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl PublicationStatus {
    fn new(name: &str, plan: &Plan) -> Self {
        Self {
            name: name.to_owned(),
            server_uri: plan.settings.server_uri.clone(),
            event: plan.settings.event.clone(),
            stage: Stage::Idle,
            problem: None,
            held_until: None,
            told: 0,
            waiting: 0,
        }
    }
}
