//! One publication: the machine, its way to the network, and what it has to tell.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

use call_control::Event;
use call_control::sip::SipTechnology;
use sip_ua::publication::{Publication, PublicationEvent, PublishAttempt, Stage};
use sip_ua::user_agent::Body;
use tokio::sync::{oneshot, watch};

use super::plan::Plan;
use super::{OnPublication, PublicationStatus};
use crate::deadline::until;
use crate::exchange::Exchange;
use crate::presence::{Publisher, Statement};
use crate::registration::word;
use crate::upstream::{Done, Roads, Step, is_unavailable};

/// One publication and what it is at.
pub(super) struct Task {
    name: String,
    plan: Plan,
    publisher: Arc<Publisher>,
    around: Surroundings,
    machine: Publication,
    doing: Step<PublishAttempt>,
    /// The servers that the attempt under way has not asked yet.
    roads: Roads,
    /// What the other side was told of each thing.
    told: HashMap<String, Statement>,
    /// What it is being told.
    telling: Option<(String, Statement)>,
    /// Counts documents that number themselves.
    version: u32,
    asks: bool,
    ending: bool,
}

/// What a task works with.
pub(super) struct Surroundings {
    pub(super) sip: Arc<SipTechnology>,
    pub(super) exchange: Weak<Exchange>,
    pub(super) tell: OnPublication,
    /// Says that it shall end.
    pub(super) ended: oneshot::Receiver<()>,
    pub(super) seen: watch::Sender<PublicationStatus>,
}

impl Task {
    pub(super) fn new(name: &str, plan: Plan, publisher: Arc<Publisher>, around: Surroundings) -> Self {
        let random = word();
        // The word is hexadecimal: its first half makes a number.
        let seed = u64::from_str_radix(&random[..16], 16).unwrap_or_default();
        Self {
            name: name.to_owned(),
            machine: Publication::new(plan.settings.clone(), random, seed),
            asks: plan.asks,
            plan,
            publisher,
            around,
            doing: Step::Nothing,
            roads: Roads::default(),
            told: HashMap::new(),
            telling: None,
            version: 0,
            ending: false,
        }
    }

    /// Runs until it is told to end and has taken the publication back.
    pub(super) async fn run(mut self) {
        loop {
            self.settle();
            if self.ending && self.machine.stage() == Stage::Idle {
                return;
            }
            let deadline = self.machine.poll_timeout();
            tokio::select! {
                _ = &mut self.around.ended, if !self.ending => {
                    self.ending = true;
                    self.machine.remove(Instant::now());
                }
                done = self.doing.done() => self.go_on(done),
                () = self.publisher.rung() => {}
                () = until(deadline) => self.machine.handle_timeout(Instant::now()),
            }
        }
    }

    /// Hears what the machine says, gives it what there is to tell, and starts what it wants.
    fn settle(&mut self) {
        while let Some(event) = self.machine.poll_event() {
            self.note(event);
        }
        if self.publisher.takes_all() {
            self.told.clear();
            self.tell_everything();
        }
        let document = if self.machine.is_ready() { self.next_document() } else { None };
        if let Some(document) = document {
            self.machine.publish(Instant::now(), document);
        }
        if let Some(attempt) = self.machine.poll_attempt() {
            self.doing = Step::find(attempt, &self.plan.upstream, &self.around.sip);
        }
        let (stage, held_until) = (self.machine.stage(), self.machine.held_until(Instant::now()));
        let told = self.told.len();
        self.around
            .seen
            .send_modify(|seen| (seen.stage, seen.held_until, seen.told) = (stage, held_until, told));
    }

    /// The next step of the attempt under way.
    fn go_on(&mut self, done: Done<PublishAttempt>) {
        let now = Instant::now();
        self.doing = Step::Nothing;
        match done {
            Done::Found(attempt, Ok(roads)) => {
                self.roads = roads;
                self.ask_next(attempt);
            }
            Done::Found(attempt, Err(reason)) => self.machine.handle_unreachable(now, attempt, reason),
            Done::Answered(attempt, answer) if is_unavailable(&answer) && self.ask_next(attempt) => {}
            Done::Answered(attempt, Ok(response)) => self.machine.handle_response(now, attempt, &response),
            Done::Answered(attempt, Err(failure)) => self.machine.handle_failure(now, attempt, failure),
        }
    }

    /// Asks the next server; `false` where there is none, or the attempt was given up meanwhile.
    fn ask_next(&mut self, attempt: PublishAttempt) -> bool {
        let Some((road, patience)) = self.roads.next() else { return false };
        let Some(request) = self.machine.request(attempt, road.flow) else { return false };
        self.doing = Step::ask(attempt, request, patience, &self.around.sip);
        true
    }

    fn note(&mut self, event: PublicationEvent) {
        match event {
            PublicationEvent::Published { .. } => {
                if let Some((name, said)) = self.telling.take() {
                    if said.is_nothing() {
                        self.told.remove(&name)
                    } else {
                        self.told.insert(name, said)
                    };
                }
                let failed = self.around.seen.borrow().problem.is_some();
                if failed {
                    self.around.seen.send_modify(|seen| seen.problem = None);
                    self.warn(format!("outbound-publish [{}] is taken again", self.name));
                }
            }
            PublicationEvent::Lost => {
                self.told.clear();
                self.tell_everything();
            }
            PublicationEvent::Failed { problem, again_in } => {
                let again = match again_in {
                    Some(time) => format!("it is tried again in {} s", time.as_secs()),
                    None => "it is given up until a reload changes it".to_owned(),
                };
                // Once for each problem: it may last for days.
                let is_known = self.around.seen.borrow().problem.as_ref() == Some(&problem);
                if !is_known || again_in.is_none() {
                    self.warn(format!("outbound-publish [{}]: {problem}; {again}", self.name));
                }
                self.around.seen.send_modify(|seen| seen.problem = Some(problem));
            }
            _ => {}
        }
    }

    fn warn(&self, text: String) {
        (self.around.tell)(Event::Warning { channel: None, text });
    }

    /// All states have to be told.
    fn tell_everything(&mut self) {
        let Some(exchange) = self.around.exchange.upgrade().filter(|_| !self.ending) else { return };
        self.publisher.tell(exchange.presence().all_of(&self.publisher, &exchange.configuration()));
    }

    /// The next document that says something new.
    fn next_document(&mut self) -> Option<Body> {
        let exchange = self.around.exchange.upgrade()?;
        let presence = exchange.presence();
        if std::mem::take(&mut self.asks) {
            return presence.question();
        }
        while let Some(name) = self.publisher.next() {
            let Some(said) = presence.statement(&self.publisher, &name) else { continue };
            let is_news = match self.told.get(&name) {
                Some(told) => *told != said,
                None => !said.is_nothing(),
            };
            let document = presence.write(&self.publisher, &name, &said, self.version).filter(|_| is_news);
            if let Some(document) = document {
                self.version = self.version.wrapping_add(1);
                self.telling = Some((name, said));
                return Some(document);
            }
        }
        None
    }
}
