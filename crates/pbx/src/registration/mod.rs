//! Where the exchange registers itself: at providers, and at other exchanges.
//!
//! Each `type=registration` is a task of its own (`task.rs`) that drives a machine of `sip-ua`. A reload ends those that
//! are gone, begins those that are new, and leaves alone those that stay the same; one that was changed takes itself back
//! before the new one begins, so that the registrar hears of both in their order.

mod plan;
mod task;

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use call_control::sip::SipTechnology;
use call_control::{Event, RegistrationChange};
use sip_parser::{Message, Uri};
use sip_ua::guard::SharedGuard;
use sip_ua::registration::{Granted, Problem, RegistrationEvent, Standing};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) use self::plan::own_words;

use self::plan::Plan;
use self::task::Command;
use crate::configuration::Configuration;

/// Told of what happens to registrations. It must return at once.
pub type OnRegistration = Arc<dyn Fn(Event) + Send + Sync>;

/// The longest that the end of the exchange, or the successor of a registration, waits for a registrar.
const FAREWELL: Duration = Duration::from_secs(2);

/// A word that is this process's alone.
static PROCESS: LazyLock<String> = LazyLock::new(word);

/// All registrations of the exchange elsewhere.
pub struct OutboundRegistrations {
    sip: Arc<SipTechnology>,
    tell: OnRegistration,
    guard: SharedGuard,
    running: Mutex<BTreeMap<String, Running>>,
    /// Endpoints by the `line` that their calls carry.
    lines: ArcSwap<HashMap<String, String>>,
}

/// A registration that runs.
struct Running {
    plan: Plan,
    commands: mpsc::UnboundedSender<Command>,
    status: watch::Receiver<RegistrationStatus>,
    task: JoinHandle<()>,
}

/// How a registration stands.
#[derive(Clone, Debug)]
pub struct RegistrationStatus {
    /// The name of its section.
    pub name: String,
    /// The registrar.
    pub server_uri: String,
    /// Who we are there.
    pub client_uri: String,
    /// Names of the credentials.
    pub auth: Vec<String>,
    /// The endpoint that its calls come from.
    pub endpoint: Option<String>,
    /// What it is at.
    pub standing: Standing,
    /// Why the last attempt failed, if it did.
    pub problem: Option<Problem>,
    /// What the registrar granted last, and until when.
    pub granted: Option<(Granted, Instant)>,
    /// When the next attempt is due.
    pub next_at: Option<Instant>,
    /// When it was registered last.
    pub registered_at: Option<SystemTime>,
}

impl RegistrationStatus {
    /// Whether the registrar knows us, as far as we have heard.
    pub fn is_registered(&self) -> bool {
        self.problem.is_none() && self.granted.is_some()
    }

    /// The registrar's host and port; empty where the URI has none.
    pub fn server(&self) -> String {
        let uri = Uri::parse(&self.server_uri).ok();
        uri.map(|uri| format!("{}:{}", uri.host(), uri.port().unwrap_or(5060))).unwrap_or_default()
    }

    /// Our user name there; empty where the address of record has none.
    pub fn user(&self) -> String {
        let uri = Uri::parse(&self.client_uri).ok();
        uri.and_then(|uri| uri.user_unescaped().map(|user| user.into_owned())).unwrap_or_default()
    }

    /// `Registered`, `Rejected` or `Unregistered`.
    pub fn word(&self) -> &'static str {
        match &self.problem {
            Some(Problem::Refused { .. } | Problem::Unanswerable { .. } | Problem::NothingGranted) => {
                "Rejected"
            }
            None if self.granted.is_some() => "Registered",
            _ => "Unregistered",
        }
    }
}

impl OutboundRegistrations {
    /// None yet; what happens is told to `tell`, and whose registrations hold is known to `guard`.
    pub(crate) fn new(sip: Arc<SipTechnology>, tell: OnRegistration, guard: SharedGuard) -> Self {
        Self { sip, tell, guard, running: Mutex::default(), lines: ArcSwap::default() }
    }

    /// Makes the registrations those of `configuration`.
    pub(crate) fn follow(&self, configuration: &Configuration) {
        let mut running = self.running();
        let mut before = std::mem::take(&mut *running);
        for (name, section) in &configuration.sip.registrations {
            let plan = match Plan::of(configuration, section) {
                Ok(plan) => plan,
                Err(problem) => {
                    tracing::warn!("registration [{name}] is left out: {problem}");
                    continue;
                }
            };
            let next = match before.remove(name) {
                Some(same) if same.plan == plan => same,
                other => self.begin(name, plan, other),
            };
            running.insert(name.clone(), next);
        }
        before.into_values().for_each(|gone| gone.tell(Command::End));
        let lines = running
            .values()
            .filter_map(|one| Some((one.plan.settings.line.clone()?, one.plan.endpoint.clone()?)));
        self.lines.store(Arc::new(lines.collect()));
    }

    /// Begins one, after the one whose place it takes has ended.
    fn begin(&self, name: &str, plan: Plan, predecessor: Option<Running>) -> Running {
        let (commands, queue) = mpsc::unbounded_channel();
        let status = RegistrationStatus::new(name, &plan);
        let (seen, status) = watch::channel(status);
        let work = task::Task::new(
            name,
            plan.clone(),
            self.sip.clone(),
            (self.tell.clone(), self.guard.clone()),
            queue,
            seen,
        );
        let task = tokio::spawn(async move {
            if let Some(mut predecessor) = predecessor {
                predecessor.tell(Command::End);
                // One whose registrar is silent is not waited for: whoever mends a wrong address wants to see it.
                if tokio::time::timeout(FAREWELL, &mut predecessor.task).await.is_err() {
                    predecessor.task.abort();
                }
            }
            work.run().await;
        });
        Running { plan, commands, status, task }
    }

    /// How all of them stand, by name.
    pub fn statuses(&self) -> Vec<RegistrationStatus> {
        self.running().values().map(Running::status).collect()
    }

    /// How one of them stands.
    pub fn status(&self, name: &str) -> Option<RegistrationStatus> {
        self.running().get(name).map(Running::status)
    }

    /// Registers now, whatever was refused before. False when there is none of that name.
    pub fn register(&self, name: &str) -> bool {
        self.running().get(name).map(|one| one.tell(Command::Register)).is_some()
    }

    /// Takes a registration back, until somebody asks for it again or a reload changes it. False when there is none of
    /// that name.
    pub fn unregister(&self, name: &str) -> bool {
        self.running().get(name).map(|one| one.tell(Command::Unregister)).is_some()
    }

    /// The endpoint that a request comes from, by the `line` that it brings back to us in its Request-URI, or in To.
    pub(crate) fn endpoint_of(&self, request: &Message) -> Option<String> {
        let lines = self.lines.load();
        if lines.is_empty() {
            return None;
        }
        let of = |uri: Uri<'_>| lines.get(uri.param("line").flatten()?).cloned();
        request.request_uri().ok().and_then(of).or_else(|| of(request.to().ok()?.uri()))
    }

    /// The way that requests of an endpoint take which is registered elsewhere, as that registrar wants it (RFC 3608).
    pub(crate) fn service_route(&self, endpoint: &str) -> Vec<String> {
        let running = self.running();
        let its = running.values().filter(|one| one.plan.endpoint.as_deref() == Some(endpoint));
        let now = Instant::now();
        let mut routes = its.filter_map(|one| {
            let status = one.status.borrow();
            let granted = status.granted.as_ref().filter(|(_, until)| *until > now);
            granted.map(|(granted, _)| granted.service_route.clone())
        });
        routes.find(|route| !route.is_empty()).unwrap_or_default()
    }

    /// The security mechanisms that the registrar of an endpoint has told (RFC 3329): that of a registration which names the
    /// endpoint, else of one at `host`.
    pub(crate) fn security_servers(&self, endpoint: &str, host: &str) -> Vec<String> {
        let running = self.running();
        let names = |one: &&Running| one.plan.endpoint.as_deref() == Some(endpoint);
        let is_there = |one: &&Running| {
            let registrar = Uri::parse(&one.plan.settings.server_uri);
            registrar.is_ok_and(|uri| uri.host().to_string().eq_ignore_ascii_case(host))
        };
        let its = running.values().filter(names).chain(running.values().filter(is_there));
        let mut told = its.filter_map(|one| {
            let status = one.status();
            status.granted.map(|(granted, _)| granted.security_server)
        });
        told.find(|servers| !servers.is_empty()).unwrap_or_default()
    }

    /// Takes all of them back, and waits a moment for the registrars.
    pub(crate) async fn stop(&self) {
        let running = std::mem::take(&mut *self.running());
        running.values().for_each(|one| one.tell(Command::End));
        let all = async {
            for one in running.into_values() {
                let _ = one.task.await;
            }
        };
        if tokio::time::timeout(FAREWELL, all).await.is_err() {
            tracing::warn!("a registrar did not answer in time; what it knows of us ends by itself");
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// How it stands now; what was granted may have ended since its task looked last.
    fn status(&self) -> RegistrationStatus {
        let mut status = self.status.borrow().clone();
        let now = Instant::now();
        status.granted = status.granted.filter(|(_, until)| *until > now);
        status
    }

    /// A task that is gone has ended.
    fn tell(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}

impl RegistrationStatus {
    fn new(name: &str, plan: &Plan) -> Self {
        Self {
            name: name.to_owned(),
            server_uri: plan.settings.server_uri.clone(),
            client_uri: plan.settings.client_uri.clone(),
            auth: plan.auth.clone(),
            endpoint: plan.endpoint.clone(),
            standing: Standing::Idle,
            problem: None,
            granted: None,
            next_at: None,
            registered_at: None,
        }
    }
}

/// What observers are told of a step.
fn change_of(event: RegistrationEvent) -> Option<RegistrationChange> {
    Some(match event {
        RegistrationEvent::Registered { seconds, refreshed: false } => {
            RegistrationChange::Registered { expires: seconds }
        }
        RegistrationEvent::Registered { seconds, .. } => RegistrationChange::Refreshed { expires: seconds },
        RegistrationEvent::Failed { problem, again_in } => RegistrationChange::Failed {
            problem: problem.to_string(),
            again_in: again_in.map(|time| time.as_secs()),
        },
        RegistrationEvent::Unregistered => RegistrationChange::Unregistered,
        _ => return None,
    })
}

/// Random letters and digits: the keys of a hasher come from the system's randomness.
pub(crate) fn word() -> String {
    let half = || RandomState::new().hash_one(Instant::now());
    format!("{:016x}{:016x}", half(), half())
}

#[cfg(test)]
mod tests;
