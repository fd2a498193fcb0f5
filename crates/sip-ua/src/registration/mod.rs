//! Registering ourselves elsewhere (RFC 3261 section 10.2): one address of record at one registrar, kept alive.
//!
//! [`Registration`] decides when a REGISTER goes out, what it says, and what an answer means. It has no clock and sends
//! nothing: whoever drives it finds the way to the registrar, hands the request to a
//! [`UserAgent`](crate::user_agent::UserAgent), which answers challenges, and brings back the outcome.

mod answer;
mod contact;
mod event;
mod names;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt::Display;
use std::time::{Duration, Instant};

use sip_parser::{Message, Method};

pub use answer::Granted;
pub use event::{Problem, RegistrationEvent};
pub use names::{instance_of, line_of};
pub use settings::RegistrationSettings;

pub(crate) use self::answer::retry_after;

use self::answer::Refusal;
use crate::spread::Spread;
use crate::transport::Flow;
use crate::user_agent::{OutboundRequest, RequestFailure, SecurityAgreement, Series};

/// An attempt without an outcome for this long is given up: longer than any chain of challenges takes (64 T1 each).
const PATIENCE: Duration = Duration::from_secs(180);

/// CSeq numbers that one attempt may use up for challenges: eight realms, each with three stale nonces at most.
const CSEQ_ROOM: u32 = 32;

/// Times that the registrar may raise the expiry (423) before an attempt counts as failed.
const RAISES: u8 = 3;

/// The longest expiry that a registrar can make us ask for, in seconds.
const LONGEST: u32 = 7 * 86_400;

/// No refresh sooner than this, however short the time that was granted.
const SOONEST_REFRESH: Duration = Duration::from_secs(5);

/// One address of record at one registrar.
///
/// ```text
/// Idle --start--> Waiting --time--> Asking --2xx--> Registered --time--> Asking
///                    ^                |                  |
///                    +--may pass------+--423: longer--> Asking
///                                     +--final---------> Stopped --register--> Asking
/// any state --unregister--> Asking with expires=0, where there is something to take back --> Idle
/// ```
///
/// After each call drain [`poll_attempt`](Self::poll_attempt) and [`poll_event`](Self::poll_event), then sleep until
/// [`poll_timeout`](Self::poll_timeout) and call [`handle_timeout`](Self::handle_timeout). There is never more than one
/// attempt under way, and there is always a deadline, unless it is [`Idle`](Standing::Idle) or
/// [`Stopped`](Standing::Stopped).
///
/// ```
/// use std::time::Instant;
/// use sip_ua::registration::{Registration, RegistrationSettings, Standing};
/// use sip_ua::transport::{Flow, Protocol};
///
/// let now = Instant::now();
/// let settings = RegistrationSettings::new("sip:example.com", "sip:alice@example.com");
/// let mut registration = Registration::new(settings, "a-call-id", 1);
/// registration.register(now);
///
/// let attempt = registration.poll_attempt().expect("it was asked for");
/// let flow = Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 5060).into());
/// let request = registration.request(attempt, flow, &flow.local).expect("the attempt is under way");
/// assert_eq!(request.contact.as_deref(), Some("<sip:s@192.0.2.1:5060>;expires=3600"));
/// assert_eq!(registration.standing(), Standing::Asking);
/// ```
#[derive(Debug)]
pub struct Registration {
    settings: RegistrationSettings,
    call_id: String,
    cseq: u32,
    /// Seconds to ask for: those of the settings, or what a 423 made of them.
    asking_for: u32,
    state: State,
    /// Whether we want to be registered.
    wanted: bool,
    bound: Option<Bound>,
    /// The URI of the Contact in the attempt under way.
    sent: String,
    /// Failures since the last success.
    failures: u32,
    raises: u8,
    /// Somebody asked for a new REGISTER while one was under way.
    again: bool,
    attempts: u64,
    spread: Spread,
    events: VecDeque<RegistrationEvent>,
}

/// Names one attempt, so that an outcome that comes late does not count for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttemptId(u64);

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing was asked for yet, or it was taken back.
    Idle,
    /// The next attempt waits for its time.
    Waiting,
    /// An attempt is under way.
    Asking,
    /// The registrar knows us; a refresh follows in time.
    Registered,
    /// It was refused for good.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Waiting { until: Instant },
    Asking(Asking),
    Registered { refresh_at: Instant },
    Stopped,
}

/// An attempt under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asking {
    id: AttemptId,
    /// Seconds that are asked for; 0 takes the registration back.
    seconds: u32,
    /// Whether the driver has taken it.
    taken: bool,
    give_up_at: Instant,
}

/// What the registrar knows of us.
#[derive(Clone, Debug)]
struct Bound {
    until: Instant,
    /// The URI of the Contact.
    uri: String,
    granted: Granted,
}

impl Registration {
    /// A registration that waits to be started. `call_id` is that of all its requests, and must be new in the world;
    /// `seed` spreads its waiting times.
    #[must_use]
    pub fn new(settings: RegistrationSettings, call_id: impl Into<String>, seed: u64) -> Registration {
        Registration {
            asking_for: settings.expiration.max(1),
            settings,
            call_id: call_id.into(),
            cseq: 0,
            state: State::Idle,
            wanted: false,
            bound: None,
            sent: String::new(),
            failures: 0,
            raises: 0,
            again: false,
            attempts: 0,
            spread: Spread::new(seed),
            events: VecDeque::new(),
        }
    }

    /// Registers after a random wait of `max_initial_delay` at most.
    pub fn start(&mut self, now: Instant) {
        if self.state == State::Idle {
            self.wanted = true;
            let most = self.settings.max_initial_delay;
            let until = now + self.spread.part_of(most, 0, 100);
            self.state = State::Waiting { until };
        }
    }

    /// Registers now, whatever was refused before; what is under way is waited for.
    pub fn register(&mut self, now: Instant) {
        self.wanted = true;
        self.failures = 0;
        match self.state {
            State::Asking(_) => self.again = true,
            _ => self.ask(now),
        }
    }

    /// Takes the registration back. What is under way is waited for, so that it cannot come in later.
    pub fn unregister(&mut self, now: Instant) {
        self.wanted = false;
        self.again = false;
        match self.state {
            State::Asking(_) | State::Idle => {}
            _ => self.take_back(now),
        }
    }

    /// Our address, or the connection with the registrar, is another one: registers again where we were registered.
    pub fn moved(&mut self, now: Instant) {
        match self.state {
            State::Registered { .. } => self.ask(now),
            State::Asking(_) if self.wanted => self.again = true,
            _ => {}
        }
    }

    /// The next attempt to make. Answer it with [`request`](Self::request), or with
    /// [`handle_unreachable`](Self::handle_unreachable) where no way leads to the registrar.
    pub fn poll_attempt(&mut self) -> Option<AttemptId> {
        match &mut self.state {
            State::Asking(asking) if !asking.taken => {
                asking.taken = true;
                Some(asking.id)
            }
            _ => None,
        }
    }

    /// The REGISTER of an attempt, to be sent over `flow`; calls come to `at`, a host and a port, such as an address.
    /// `None` when the attempt is not under way any more.
    pub fn request(&mut self, attempt: AttemptId, flow: Flow, at: &dyn Display) -> Option<OutboundRequest> {
        let seconds = match self.state {
            State::Asking(asking) if asking.id == attempt => asking.seconds,
            _ => return None,
        };
        self.cseq = self.cseq.saturating_add(1);
        let new = contact::uri(&self.settings, &flow, at);
        let old = self.bound.as_ref().map(|bound| bound.uri.clone());
        let contact = match (seconds, old) {
            (0, old) => contact::value(&self.settings, &old.unwrap_or(new), 0),
            (_, old) => {
                // A Contact that we have left must not ring into nowhere. With outbound the registrar sees to it.
                let left = old.filter(|old| *old != new && !self.settings.outbound());
                let left = left.map(|old| format!(", <{old}>;expires=0")).unwrap_or_default();
                let value = contact::value(&self.settings, &new, seconds) + &left;
                self.sent = new;
                value
            }
        };
        let address = format!("<{}>", self.settings.client_uri);
        let mut request =
            OutboundRequest::new(Method::Register, &self.settings.server_uri, flow, &address, &address);
        request.contact = Some(contact);
        request.headers = self.headers(seconds);
        request.credentials = self.settings.credentials.clone();
        request.security = self.security();
        request.series = Some(Series { call_id: self.call_id.clone(), cseq: self.cseq });
        // Where the answer does not tell how many numbers challenges cost, these are enough.
        self.cseq = self.cseq.saturating_add(CSEQ_ROOM);
        Some(request)
    }

    /// The final response to the request of an attempt.
    pub fn handle_response(&mut self, now: Instant, attempt: AttemptId, response: &Message) {
        let Some(asked) = self.outcome_of(attempt) else { return };
        if let Ok(cseq) = response.cseq() {
            self.cseq = cseq.number;
        }
        match response.status().unwrap_or_default() {
            200..=299 if asked == 0 => self.gone(now),
            200..=299 => self.accepted(now, response, asked),
            _ if asked == 0 => self.gone(now),
            _ => self.refused(now, response),
        }
    }

    /// The request of an attempt has no response.
    pub fn handle_failure(&mut self, now: Instant, attempt: AttemptId, failure: RequestFailure) {
        self.fail(now, attempt, failure.into());
    }

    /// The registrar cannot be asked, for the reason that a sentence gives: its name is unknown, or no transport leads
    /// there.
    pub fn handle_unreachable(&mut self, now: Instant, attempt: AttemptId, reason: impl Into<String>) {
        self.fail(now, attempt, Problem::Unreachable(reason.into()));
    }

    /// Does what is due. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.state {
            State::Waiting { until } if now >= until => self.ask(now),
            State::Registered { refresh_at } if now >= refresh_at => self.ask(now),
            State::Asking(asking) if now >= asking.give_up_at => {
                self.fail(now, asking.id, RequestFailure::TimedOut.into());
            }
            _ => {}
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Idle | State::Stopped => None,
            State::Waiting { until } => Some(until),
            State::Asking(asking) => Some(asking.give_up_at),
            State::Registered { refresh_at } => Some(refresh_at),
        }
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<RegistrationEvent> {
        self.events.pop_front()
    }

    /// How things stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.state {
            State::Idle => Standing::Idle,
            State::Waiting { .. } => Standing::Waiting,
            State::Asking(_) => Standing::Asking,
            State::Registered { .. } => Standing::Registered,
            State::Stopped => Standing::Stopped,
        }
    }

    /// What the registrar granted, and until when, while it is good.
    #[must_use]
    pub fn granted(&self, now: Instant) -> Option<(&Granted, Instant)> {
        self.bound.as_ref().filter(|bound| bound.until > now).map(|bound| (&bound.granted, bound.until))
    }

    /// What it was told.
    #[must_use]
    pub fn settings(&self) -> &RegistrationSettings {
        &self.settings
    }
}

/// The steps between the states.
impl Registration {
    fn ask(&mut self, now: Instant) {
        self.raises = 0;
        self.begin(now, self.asking_for);
    }

    fn begin(&mut self, now: Instant, seconds: u32) {
        self.attempts += 1;
        let id = AttemptId(self.attempts);
        self.state = State::Asking(Asking { id, seconds, taken: false, give_up_at: now + PATIENCE });
    }

    /// Removes what the registrar may still know of us.
    fn take_back(&mut self, now: Instant) {
        match &self.bound {
            Some(bound) if bound.until > now => self.begin(now, 0),
            _ => self.gone(now),
        }
    }

    /// The seconds that an attempt asked for, if it is the one that is under way.
    fn outcome_of(&self, attempt: AttemptId) -> Option<u32> {
        match self.state {
            State::Asking(asking) if asking.id == attempt => Some(asking.seconds),
            _ => None,
        }
    }

    fn accepted(&mut self, now: Instant, response: &Message, asked: u32) {
        let uri = std::mem::take(&mut self.sent);
        let granted = Granted::of(response, &uri, asked);
        if granted.seconds == 0 {
            return self.failed(now, Problem::NothingGranted, Some(self.settings.retry_interval));
        }
        let seconds = granted.seconds;
        let time = Duration::from_secs(seconds.into());
        let refreshed = self.bound.as_ref().is_some_and(|bound| bound.until > now);
        self.bound = Some(Bound { until: now + time, uri, granted });
        self.failures = 0;
        self.events.push_back(RegistrationEvent::Registered { seconds, refreshed });
        let wait = self.spread.part_of(time, 75, 90).max(SOONEST_REFRESH);
        self.state = State::Registered { refresh_at: now + wait };
        self.catch_up(now);
    }

    fn refused(&mut self, now: Instant, response: &Message) {
        let refusal = Refusal::of(response);
        let settings = &self.settings;
        let again = match refusal {
            Refusal::TooBrief(least) if self.may_ask_for(least) => {
                self.asking_for = least;
                self.raises += 1;
                return match self.wanted {
                    true => self.begin(now, least),
                    false => self.take_back(now),
                };
            }
            // Registered by its address it is reached all the same; the flow alone would not be kept.
            Refusal::NoOutbound if settings.outbound() => {
                self.settings.reg_id = None;
                return match self.wanted {
                    true => self.begin(now, self.asking_for),
                    false => self.take_back(now),
                };
            }
            Refusal::Passing | Refusal::TooBrief(_) => {
                Some(retry_after(response).unwrap_or(settings.retry_interval))
            }
            Refusal::Credentials if !settings.auth_rejection_permanent => Some(settings.retry_interval),
            Refusal::Forbidden => settings.forbidden_retry_interval.or(settings.fatal_retry_interval),
            Refusal::Credentials | Refusal::NoOutbound | Refusal::Final => settings.fatal_retry_interval,
        };
        let problem = Problem::of(response, &self.settings.credentials);
        self.failed(now, problem, again);
    }

    /// Whether a 423 may raise our wish to `least` seconds.
    fn may_ask_for(&self, least: u32) -> bool {
        least > self.asking_for && least <= LONGEST && self.raises < RAISES
    }

    fn fail(&mut self, now: Instant, attempt: AttemptId, problem: Problem) {
        match self.outcome_of(attempt) {
            Some(0) => self.gone(now),
            Some(_) => self.failed(now, problem, Some(self.settings.retry_interval)),
            None => {}
        }
    }

    /// An attempt to register failed; it may be made again after some time.
    fn failed(&mut self, now: Instant, problem: Problem, again_in: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let exhausted = self.settings.max_retries.is_some_and(|most| self.failures > most);
        let again_in = again_in.filter(|_| !exhausted && self.wanted);
        // A wait of nothing would make a loop of a registrar that refuses at once.
        let again_in = again_in.map(|wait| wait.max(Duration::from_secs(1)));
        self.events.push_back(RegistrationEvent::Failed { problem, again_in });
        self.state = match again_in {
            Some(wait) => State::Waiting { until: now + wait },
            None => State::Stopped,
        };
        self.catch_up(now);
    }

    /// Does what was asked for while the attempt was under way.
    fn catch_up(&mut self, now: Instant) {
        if !self.wanted {
            self.take_back(now);
        } else if std::mem::take(&mut self.again) {
            self.ask(now);
        }
    }

    /// Nothing is left of it at the registrar, as far as we can do something about it.
    fn gone(&mut self, now: Instant) {
        self.bound = None;
        self.state = State::Idle;
        self.events.push_back(RegistrationEvent::Unregistered);
        if self.wanted {
            self.again = false;
            self.ask(now);
        }
    }

    /// What a REGISTER says of security mechanisms: ours, and what the registrar said as it last took one.
    fn security(&self) -> Option<SecurityAgreement> {
        let client = self.settings.security_mechanisms.clone();
        let known = self.bound.as_ref().map(|bound| bound.granted.security_server.clone());
        (!client.is_empty()).then(|| SecurityAgreement { client, server: known.unwrap_or_default() })
    }

    fn headers(&self, seconds: u32) -> Vec<(String, String)> {
        let settings = &self.settings;
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers: Vec<_> = settings.route.iter().map(|route| header("Route", route)).collect();
        headers.push(header("Expires", &seconds.to_string()));
        match (settings.outbound(), settings.support_path) {
            (true, _) => headers.push(header("Supported", "path, outbound")),
            (false, true) => headers.push(header("Supported", "path")),
            (false, false) => {}
        }
        headers.extend(settings.headers.iter().cloned());
        headers
    }
}
