//! One registration: the machine, and its way to the network.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use call_control::Event;
use call_control::sip::SipTechnology;
use sip_ua::guard::SharedGuard;
use sip_ua::registration::{AttemptId, Registration, RegistrationEvent, Standing};
use sip_ua::transport::Flow;
use sip_ua::user_agent::RequestFailure;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::plan::Plan;
use super::{OnRegistration, RegistrationStatus, change_of, word};
use crate::deadline::until;
use crate::upstream::{Done, Roads, Step, is_unavailable};

/// How often it is looked whether our address or the connection with the registrar is still the same.
const WATCH: Duration = Duration::from_secs(15);

/// Seconds between keep-alives where an outbound registrar does not tell (RFC 5626 section 4.4.1).
const FLOW_TIMER: u32 = 120;

/// What a registration is asked to do.
pub(super) enum Command {
    /// Register now.
    Register,
    /// Take it back.
    Unregister,
    /// Take it back, and end.
    End,
}

/// One registration and what it is at.
pub(super) struct Task {
    name: String,
    plan: Plan,
    sip: Arc<SipTechnology>,
    tell: OnRegistration,
    guard: SharedGuard,
    commands: mpsc::UnboundedReceiver<Command>,
    seen: watch::Sender<RegistrationStatus>,
    machine: Registration,
    doing: Step<AttemptId>,
    /// The servers that the attempt under way has not asked yet.
    roads: Roads,
    /// The road of the last REGISTER that was sent.
    flow: Option<Flow>,
    /// Whether that was a connection of ours, which can be lost. A request may also have gone over one that the
    /// registrar had opened.
    connected: bool,
    /// When the next keep-alive is due, where the registrar binds us by our flow.
    keep_alive_at: Option<Instant>,
    ending: bool,
}

impl Task {
    pub(super) fn new(
        name: &str,
        plan: Plan,
        sip: Arc<SipTechnology>,
        (tell, guard): (OnRegistration, SharedGuard),
        commands: mpsc::UnboundedReceiver<Command>,
        seen: watch::Sender<RegistrationStatus>,
    ) -> Self {
        let random = word();
        // The word is hexadecimal: its first half makes a number.
        let seed = u64::from_str_radix(&random[..16], 16).unwrap_or_default();
        let machine = Registration::new(plan.settings.clone(), random, seed);
        let (name, doing) = (name.to_owned(), Step::Nothing);
        Self {
            name,
            plan,
            sip,
            tell,
            guard,
            commands,
            seen,
            machine,
            doing,
            roads: Roads::default(),
            flow: None,
            connected: false,
            keep_alive_at: None,
            ending: false,
        }
    }

    /// Runs until it is told to end and has taken the registration back.
    pub(super) async fn run(mut self) {
        self.machine.start(Instant::now());
        let mut watch = tokio::time::interval(WATCH);
        watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.settle();
            let standing = self.machine.standing();
            if self.ending && matches!(standing, Standing::Idle | Standing::Stopped) {
                return;
            }
            let deadline = self.machine.poll_timeout();
            tokio::select! {
                // A queue that is closed would answer at once, again and again.
                command = self.commands.recv(), if !self.ending => self.obey(command),
                done = self.doing.done() => self.go_on(done),
                () = until(self.keep_alive_at) => self.keep_alive(),
                () = until(deadline) => self.machine.handle_timeout(Instant::now()),
                _ = watch.tick(), if standing == Standing::Registered => self.look_around(),
            }
        }
    }

    fn obey(&mut self, command: Option<Command>) {
        let now = Instant::now();
        match command {
            Some(Command::Register) if !self.ending => self.machine.register(now),
            Some(Command::Register) => {}
            Some(Command::Unregister) => self.machine.unregister(now),
            Some(Command::End) | None => {
                self.ending = true;
                self.commands.close();
                self.machine.unregister(now);
            }
        }
    }

    /// Starts what the machine wants, and tells what it says.
    fn settle(&mut self) {
        if let Some(attempt) = self.machine.poll_attempt() {
            self.doing = Step::find(attempt, &self.plan.upstream, &self.sip);
        }
        while let Some(event) = self.machine.poll_event() {
            self.note(&event);
            if let (RegistrationEvent::Registered { seconds, .. }, Some(flow)) = (&event, &self.flow) {
                // Nobody may shut a provider out by writing its address on datagrams.
                self.guard.welcome(flow.remote.ip(), Duration::from_secs((*seconds).into()));
            }
            if let Some(change) = change_of(event) {
                let (server_uri, client_uri) =
                    (self.plan.settings.server_uri.clone(), self.plan.settings.client_uri.clone());
                (self.tell)(Event::Registration { name: self.name.clone(), server_uri, client_uri, change });
            }
        }
        let granted = self.machine.granted(Instant::now());
        let granted = granted.map(|(granted, until)| (granted.clone(), until));
        let (standing, next_at) = (self.machine.standing(), self.machine.poll_timeout());
        self.seen.send_modify(|seen| {
            seen.standing = standing;
            seen.granted = granted;
            seen.next_at = next_at.filter(|_| standing != Standing::Asking);
        });
    }

    fn note(&self, event: &RegistrationEvent) {
        self.seen.send_modify(|seen| match event {
            RegistrationEvent::Registered { .. } => {
                seen.problem = None;
                seen.registered_at = Some(SystemTime::now());
            }
            RegistrationEvent::Failed { problem, .. } => seen.problem = Some(problem.clone()),
            _ => seen.problem = None,
        });
    }

    /// The next step of the attempt under way.
    fn go_on(&mut self, done: Done<AttemptId>) {
        let now = Instant::now();
        self.doing = Step::Nothing;
        match done {
            Done::Found(attempt, Ok(roads)) => {
                self.roads = roads;
                self.ask_next(attempt);
            }
            Done::Found(attempt, Err(reason)) => self.machine.handle_unreachable(now, attempt, reason),
            Done::Answered(attempt, answer) if is_unavailable(&answer) && self.ask_next(attempt) => {}
            Done::Answered(attempt, Ok(response)) => {
                let user_agent = self.sip.user_agent();
                let reliable = self.flow.filter(|flow| flow.protocol.is_reliable());
                self.connected = reliable.is_some_and(|flow| user_agent.has_connection(&flow));
                self.machine.handle_response(now, attempt, &response);
                self.keep_alive_at = self.next_keep_alive(now);
            }
            Done::Answered(attempt, Err(failure)) => match self.flow {
                // A proxy may be between us and the registrar, and the name of either stand for several servers.
                Some(flow) if failure != RequestFailure::Stopped => {
                    let reason = format!("{} ({}): {failure}", flow.remote, flow.protocol);
                    self.machine.handle_unreachable(now, attempt, reason);
                }
                _ => self.machine.handle_failure(now, attempt, failure),
            },
        }
    }

    /// Asks the next server; `false` where there is none, or the attempt was given up meanwhile.
    fn ask_next(&mut self, attempt: AttemptId) -> bool {
        let Some((road, patience)) = self.roads.next() else { return false };
        let Some(request) = self.machine.request(attempt, road.flow, &road.at) else { return false };
        self.flow = Some(road.flow);
        self.doing = Step::ask(attempt, request, patience, &self.sip);
        true
    }

    /// When the connection needs a keep-alive: after nine tenths of what the registrar asks for, where it takes us by the
    /// rules of outbound.
    fn next_keep_alive(&self, now: Instant) -> Option<Instant> {
        let (granted, _) = self.machine.granted(now)?;
        let outbound = self.machine.settings().reg_id.is_some();
        let seconds = granted.flow_timer.unwrap_or(FLOW_TIMER).max(1);
        (outbound && self.connected).then(|| now + Duration::from_secs(seconds.into()) * 9 / 10)
    }

    /// Sends a keep-alive where the connection is still there: to send one elsewhere would open another connection, which
    /// the registrar does not know us by.
    fn keep_alive(&mut self) {
        let user_agent = self.sip.user_agent();
        match self.flow.filter(|flow| user_agent.has_connection(flow)) {
            Some(flow) => {
                user_agent.run(move |agent, _| agent.keep_alive(flow));
                self.keep_alive_at = self.next_keep_alive(Instant::now());
            }
            None => {
                self.keep_alive_at = None;
                self.machine.moved(Instant::now());
            }
        }
    }

    /// Registers again where calls would not reach us any more: the connection that the registrar knows us by is closed,
    /// or this machine has another address towards it.
    fn look_around(&mut self) {
        let Some(flow) = self.flow else { return };
        let user_agent = self.sip.user_agent();
        let lost = self.connected && !user_agent.has_connection(&flow);
        let bound = self.plan.upstream.transport.is_some_and(|(_, bind)| !bind.ip().is_unspecified());
        let now = user_agent.flow_to(flow.protocol, flow.remote).map(|now| now.local.ip());
        // No way there at all: the refresh will tell.
        let moved = !bound && now.is_some_and(|now| now != flow.local.ip());
        if lost || moved {
            self.machine.moved(Instant::now());
        }
    }
}
