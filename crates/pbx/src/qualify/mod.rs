//! Asks contacts whether they are there (`qualify_frequency`): an OPTIONS now and then, the time that its answer takes,
//! and what follows from silence.
//!
//! `schedule.rs` decides who is asked when. One task asks; each question is a task of its own, of which
//! there is a bounded number.

mod schedule;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use call_control::{ContactChange, Event};
use sip_parser::Method;
use sip_ua::transport::Flow;
use sip_ua::user_agent::OutboundRequest;
use tokio::sync::Notify;

pub use schedule::{ContactKey, Reachability};

use self::schedule::{Changed, Manner, Question, Schedule};
use crate::configuration::{Aor, Configuration};
use crate::exchange::Exchange;
use crate::messages::deliver_waiting;
use crate::registrar::ContactEvent;

/// What is known of contacts that are asked.
#[derive(Default)]
pub struct Qualification {
    state: Mutex<State>,
    /// Rung when somebody is due sooner than before.
    sooner: Notify,
    dice: RandomState,
}

#[derive(Default)]
struct State {
    schedule: Schedule,
    /// The addresses of record whose contacts are asked.
    manners: HashMap<String, Manner>,
}

impl Qualification {
    /// Whether a contact is there.
    pub fn state(&self, aor: &str, uri: &str) -> Reachability {
        self.lock().schedule.state(&ContactKey { aor: aor.to_owned(), uri: uri.to_owned() })
    }

    /// Whether calls to a contact are worth trying: all but those that did not answer.
    pub fn is_worth_trying(&self, aor: &str, uri: &str) -> bool {
        self.state(aor, uri) != Reachability::Unreachable
    }

    /// Asks a contact now. False when it is not asked at all.
    pub fn ask(&self, aor: &str, uri: &str) -> bool {
        let key = ContactKey { aor: aor.to_owned(), uri: uri.to_owned() };
        let is_watched = self.lock().schedule.hasten(now(), &key);
        self.sooner.notify_one();
        is_watched
    }

    /// Asks the contacts that `configuration` and the registrations have, the new ones spread over a while.
    pub(crate) fn follow(&self, configuration: &Configuration, registered: Vec<ContactKey>) {
        let aors = configuration.sip.aors.values();
        let manners: HashMap<String, Manner> =
            aors.filter_map(|aor| Some((aor.name.clone(), manner_of(aor)?))).collect();
        let fixed = configuration.sip.aors.values().flat_map(|aor| {
            aor.contacts.iter().map(|uri| ContactKey { aor: aor.name.clone(), uri: uri.clone() })
        });
        let keys: HashSet<ContactKey> = fixed.chain(registered).collect();
        let (now, most) = (now(), configuration.sip.global.max_initial_qualify_time);
        let mut state = self.lock();
        state.schedule.retain(|key| keys.contains(key) && manners.contains_key(&key.aor));
        for key in keys {
            if let Some(manner) = manners.get(&key.aor) {
                let first = now + self.part_of(most.min(manner.every));
                state.schedule.watch(key, *manner, first);
            }
        }
        state.manners = manners;
        drop(state);
        self.sooner.notify_one();
    }

    /// A registered contact came, went or was refreshed. A new one is asked at once, and so is one that was thought to be
    /// away.
    pub(crate) fn note(&self, event: &ContactEvent) {
        let key = ContactKey { aor: event.aor.clone(), uri: event.uri.clone() };
        let mut state = self.lock();
        match event.change {
            ContactChange::Removed { .. } => state.schedule.forget(&key),
            _ => {
                let Some(manner) = state.manners.get(&event.aor).copied() else { return };
                let now = now();
                state.schedule.watch(key.clone(), manner, now);
                if !matches!(state.schedule.state(&key), Reachability::Reachable { .. }) {
                    state.schedule.hasten(now, &key);
                }
            }
        }
        drop(state);
        self.sooner.notify_one();
    }

    fn answered(&self, question: &Question, answer: Option<Duration>) -> Option<Changed> {
        let changed = self.lock().schedule.answered(now(), question, answer);
        // There is room for another question.
        self.sooner.notify_one();
        changed
    }

    /// A random part of `time`.
    fn part_of(&self, time: Duration) -> Duration {
        let per_mille = self.dice.hash_one(now()) % 1_000;
        // Below 1,000, so it fits.
        time * per_mille as u32 / 1_000
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn manner_of(aor: &Aor) -> Option<Manner> {
    Some(Manner {
        every: aor.qualify_frequency?,
        patience: aor.qualify_timeout,
        only_2xx: aor.qualify_2xx_only,
        authenticate: aor.authenticate_qualify,
    })
}

/// Asks whoever is due, for as long as the exchange lives.
pub(crate) async fn run(exchange: Weak<Exchange>, qualification: Arc<Qualification>) {
    loop {
        while let Some(question) = {
            let mut state = qualification.lock();
            state.schedule.poll_question(now())
        } {
            let Some(exchange) = exchange.upgrade() else { return };
            tokio::spawn(ask(exchange, question));
        }
        let next = qualification.lock().schedule.poll_timeout();
        let next = next.unwrap_or_else(|| now() + LONGEST_SLEEP);
        tokio::select! {
            () = tokio::time::sleep_until(next.into()) => {}
            () = qualification.sooner.notified() => {}
        }
        if exchange.strong_count() == 0 {
            return;
        }
    }
}

/// The runtime's time, which a rehearsal lets pass faster than the world's.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// How long the task sleeps where nobody is to be asked, until it looks whether the exchange is still there.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Asks one contact, and draws the conclusions.
async fn ask(exchange: Arc<Exchange>, question: Question) {
    let begun = now();
    let request = request(&exchange, &question);
    let answer = async {
        let (request, sip) = request.await?;
        sip.user_agent().send_request(request).await.ok()
    };
    let answer = match question.manner.patience {
        Some(patience) => tokio::time::timeout(patience, answer).await.unwrap_or(None),
        None => answer.await,
    };
    let good =
        answer.filter(|response| !question.manner.only_2xx || matches!(response.status(), Some(200..=299)));
    let answer = good.map(|_| begun.elapsed());
    if let Some(changed) = exchange.qualification().answered(&question, answer) {
        tell(&exchange, &question.key, changed);
        let is_there = matches!(changed.now, Reachability::Reachable { .. });
        if is_there && !exchange.waiting_messages().is_empty() {
            tokio::spawn(deliver_waiting(exchange.clone(), question.key.aor));
        }
    }
}

/// The OPTIONS to a contact, which takes the way that a call would take.
async fn request(
    exchange: &Exchange,
    question: &Question,
) -> Option<(OutboundRequest, Arc<call_control::sip::SipTechnology>)> {
    let ContactKey { aor, uri } = &question.key;
    let sip = exchange.sip()?.clone();
    let configuration = exchange.configuration();
    let endpoints = exchange.endpoints();
    let endpoint = endpoints.with_aor(aor).first();
    let (hop, route_set) = crate::directory::way_to(exchange, endpoint.map(AsRef::as_ref), aor, uri)?;
    let flow = sip.flow_to(&hop).await.ok()?;
    let host = match flow.local.ip() {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let user = endpoint.and_then(|endpoint| endpoint.from_user.clone());
    let user = user.unwrap_or_else(|| configuration.sip.global.default_from_user.clone());
    let host = endpoint.and_then(|endpoint| endpoint.from_domain.clone()).unwrap_or(host);
    let from = format!("<sip:{}@{host}>", sip_parser::escape_user(&user));
    let mut request = OutboundRequest::new(Method::Options, uri, flow, &from, &format!("<{uri}>"));
    let port = sip.local_address(flow.protocol).map_or(flow.local.port(), |listening| listening.port());
    let local = std::net::SocketAddr::new(flow.local.ip(), port);
    let at = sip.user_agent().sent_by(&Flow::new(flow.protocol, local, flow.remote)).to_string();
    request.contact = Some(format!("<sip:{}@{at}>", sip_parser::escape_user(&user)));
    request.headers = route_set.into_iter().map(|route| ("Route".to_owned(), route)).collect();
    if question.manner.authenticate {
        let known = endpoint.and_then(|endpoint| exchange.endpoints().get(&endpoint.name).cloned());
        request.credentials = known.map(|known| known.outbound_credentials.clone()).unwrap_or_default();
    }
    Some((request, sip))
}

/// Tells all who should know that a contact has come or gone.
fn tell(exchange: &Exchange, key: &ContactKey, changed: Changed) {
    let ContactKey { aor, uri } = key.clone();
    let gone = changed.now == Reachability::Unreachable;
    exchange.registrations().note_reachability(&aor, &uri, !gone);
    let round_trip = match changed.now {
        Reachability::Reachable { round_trip } => Some(round_trip),
        _ => None,
    };
    let board = exchange.switchboard();
    board.notice(|| Event::ContactStatus { aor: aor.clone(), uri, round_trip });
    let configuration = exchange.configuration();
    for endpoint in exchange.endpoints().with_aor(&aor) {
        // One that has another contact which is there has neither come nor gone.
        let others = endpoint.aors.iter().flat_map(|name| {
            let fixed = configuration.sip.aors.get(name).map(|aor| aor.contacts.clone()).unwrap_or_default();
            let registered = exchange.registrations().contacts(name).into_iter().map(|b| b.contact_uri);
            fixed.into_iter().chain(registered).map(|uri| ContactKey { aor: name.clone(), uri })
        });
        let mut others = others.filter(|other| other != key);
        let is_there = |other: ContactKey| {
            matches!(exchange.qualification().state(&other.aor, &other.uri), Reachability::Reachable { .. })
        };
        if !others.any(is_there) {
            board.notice(|| Event::EndpointStatus { endpoint: endpoint.name.clone(), reachable: !gone });
        }
    }
}

#[cfg(test)]
mod tests;
