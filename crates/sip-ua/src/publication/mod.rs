//! Publishing event state elsewhere (RFC 3903): one publication at one compositor, kept alive.
//!
//! [`Publication`] decides when a PUBLISH goes out, what it says, and what an answer means. It has no clock and sends
//! nothing: whoever drives it finds the way to the compositor, hands the request to a
//! [`UserAgent`](crate::user_agent::UserAgent), which answers challenges, and brings back the outcome.

mod event;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sip_parser::typed::MinExpires;
use sip_parser::{HeaderName, Message, Method};

pub use event::{PublicationEvent, PublicationProblem};
pub use settings::PublicationSettings;

use crate::registration::retry_after;
use crate::spread::Spread;
use crate::transport::Flow;
use crate::user_agent::{Body, OutboundRequest, RequestFailure, Series};

/// An attempt without an outcome for this long is given up: longer than any chain of challenges takes (64 T1 each).
const PATIENCE: Duration = Duration::from_secs(180);

/// CSeq numbers that one attempt may use up for challenges: eight realms, each with three stale nonces at most.
const CSEQ_ROOM: u32 = 32;

/// Times that the compositor may raise the expiry (423) before an attempt counts as failed.
const RAISES: u8 = 3;

/// The longest expiry that a compositor can make us ask for, in seconds.
const LONGEST: u32 = 7 * 86_400;

/// No refresh sooner than this, however short the time that was granted.
const SOONEST_REFRESH: Duration = Duration::from_secs(1);

/// An entity tag longer than this is not kept: the next PUBLISH begins anew.
const LONGEST_TAG: usize = 256;

/// One publication at one compositor.
///
/// ```text
/// Idle --publish--> Asking --2xx--> Published --time, publish--> Asking
///                    ^  |               (a refresh has no document, a change has one)
///                    |  +--412: anew, 423: longer--> Asking
///                    |  +--may pass--> Waiting --time--> Asking
///                    |  +--credentials refused too often--> Stopped
/// any state --remove--> Asking with expires=0, where there is something to remove --> Idle
/// ```
///
/// After each call drain [`poll_attempt`](Self::poll_attempt) and [`poll_event`](Self::poll_event), then sleep until
/// [`poll_timeout`](Self::poll_timeout) and call [`handle_timeout`](Self::handle_timeout). There is never more than one
/// attempt under way, and there is always a deadline, unless it is [`Idle`](Stage::Idle) or
/// [`Stopped`](Stage::Stopped).
///
/// ```
/// use std::time::Instant;
/// use sip_ua::publication::{Publication, PublicationSettings};
/// use sip_ua::transport::{Flow, Protocol};
/// use sip_ua::user_agent::Body;
///
/// let settings = PublicationSettings::new("sip:alice@example.com", "presence");
/// let mut publication = Publication::new(settings, "a-call-id", 1);
/// let document = Body { content_type: "application/pidf+xml".into(), bytes: "<presence/>".into() };
/// publication.publish(Instant::now(), document);
///
/// let attempt = publication.poll_attempt().expect("there is something to tell");
/// let flow = Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 5060).into());
/// let request = publication.request(attempt, flow).expect("the attempt is under way");
/// assert!(request.headers.contains(&("Event".into(), "presence".into())));
/// ```
#[derive(Debug)]
pub struct Publication {
    settings: PublicationSettings,
    call_id: String,
    cseq: u32,
    /// Seconds to ask for: those of the settings, or what a 423 made of them.
    asking_for: u32,
    state: State,
    /// What was told last, or is being told.
    document: Option<Body>,
    /// What came while an attempt was under way.
    next: Option<Body>,
    /// Whether the compositor has not taken `document` yet.
    untold: bool,
    /// What the compositor has of us.
    held: Option<Held>,
    ending: bool,
    /// Failures since the last success, and refusals of our credentials among them.
    failures: u32,
    rejections: u32,
    raises: u8,
    attempts: u64,
    spread: Spread,
    events: VecDeque<PublicationEvent>,
}

/// Names one attempt, so that an outcome that comes late does not count for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublishAttempt(u64);

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// There was nothing to tell yet, or it was removed.
    Idle,
    /// The next attempt waits for its time.
    Waiting,
    /// An attempt is under way.
    Asking,
    /// The compositor has it; a refresh follows in time.
    Published,
    /// Our credentials were refused too often.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Waiting { until: Instant },
    Asking(Asking),
    Published { refresh_at: Instant },
    Stopped,
}

/// An attempt under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asking {
    id: PublishAttempt,
    /// Seconds that are asked for; 0 removes the publication.
    seconds: u32,
    /// Whether the driver has taken it.
    taken: bool,
    give_up_at: Instant,
}

/// A publication as the compositor knows it.
#[derive(Clone, Debug)]
struct Held {
    /// `None` where it was taken and given no tag: it can be told anew, and neither refreshed nor removed.
    tag: Option<String>,
    until: Instant,
}

impl Publication {
    /// A publication without anything to tell yet. `call_id` is that of all its requests, and must be new in the world;
    /// `seed` spreads its waiting times.
    #[must_use]
    pub fn new(settings: PublicationSettings, call_id: impl Into<String>, seed: u64) -> Publication {
        Publication {
            asking_for: settings.expiration.max(1),
            settings,
            call_id: call_id.into(),
            cseq: 0,
            state: State::Idle,
            document: None,
            next: None,
            untold: false,
            held: None,
            ending: false,
            failures: 0,
            rejections: 0,
            raises: 0,
            attempts: 0,
            spread: Spread::new(seed),
            events: VecDeque::new(),
        }
    }

    /// Tells a document, as soon as may be. What was not told yet gives way to it, so whoever tells a state in parts waits
    /// until it [`is_ready`](Self::is_ready).
    pub fn publish(&mut self, now: Instant, document: Body) {
        if self.ending {
            return;
        }
        if let State::Asking(_) = self.state {
            self.next = Some(document);
            return;
        }
        self.document = Some(document);
        self.untold = true;
        if matches!(self.state, State::Idle | State::Published { .. }) {
            self.ask(now);
        }
    }

    /// Whether all that was given to it has been told, so that another document takes the place of none.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Idle | State::Published { .. }) && !self.ending
    }

    /// Removes the publication, for good. What is under way is waited for, so that it cannot come in later.
    pub fn remove(&mut self, now: Instant) {
        self.ending = true;
        self.next = None;
        if !matches!(self.state, State::Asking(_)) {
            self.take_back(now);
        }
    }

    /// The next attempt to make. Answer it with [`request`](Self::request), or with
    /// [`handle_unreachable`](Self::handle_unreachable) where no way leads to the compositor.
    pub fn poll_attempt(&mut self) -> Option<PublishAttempt> {
        match &mut self.state {
            State::Asking(asking) if !asking.taken => {
                asking.taken = true;
                Some(asking.id)
            }
            _ => None,
        }
    }

    /// The PUBLISH of an attempt, to be sent over `flow`. `None` when the attempt is not under way any more.
    pub fn request(&mut self, attempt: PublishAttempt, flow: Flow) -> Option<OutboundRequest> {
        let seconds = self.outcome_of(attempt)?;
        self.cseq = self.cseq.saturating_add(1);
        let settings = &self.settings;
        let address = |uri: &str| format!("<{uri}>");
        let (from, to) = (address(&settings.from_uri), address(&settings.to_uri));
        let mut request = OutboundRequest::new(Method::Publish, &settings.server_uri, flow, &from, &to);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        request.headers = settings.route.iter().map(|route| header("Route", route)).collect();
        request.headers.push(header("Event", &settings.event));
        request.headers.push(header("Expires", &seconds.to_string()));
        let tag = self.tag().map(|tag| header("SIP-If-Match", tag));
        // A refresh and a removal say nothing anew (RFC 3903 sections 4.3 and 4.5).
        let tells = seconds > 0 && (self.untold || tag.is_none());
        request.body = self.document.clone().filter(|_| tells);
        request.headers.extend(tag);
        request.credentials = settings.credentials.clone();
        request.series = Some(Series { call_id: self.call_id.clone(), cseq: self.cseq });
        // Where the answer does not tell how many numbers challenges cost, these are enough.
        self.cseq = self.cseq.saturating_add(CSEQ_ROOM);
        Some(request)
    }

    /// The final response to the request of an attempt.
    pub fn handle_response(&mut self, now: Instant, attempt: PublishAttempt, response: &Message) {
        let Some(asked) = self.outcome_of(attempt) else { return };
        if let Ok(cseq) = response.cseq() {
            self.cseq = cseq.number;
        }
        match response.status().unwrap_or_default() {
            _ if asked == 0 => self.gone(),
            200..=299 => self.accepted(now, response, asked),
            412 if self.held.is_some() => self.lost(now),
            423 => self.too_brief(now, response),
            401 | 407 => self.rejected(now, response),
            _ => self.failed(now, PublicationProblem::of(response), retry_after(response)),
        }
    }

    /// The request of an attempt has no response.
    pub fn handle_failure(&mut self, now: Instant, attempt: PublishAttempt, failure: RequestFailure) {
        self.fail(now, attempt, failure.into());
    }

    /// The compositor cannot be asked, for the reason that a sentence gives: its name is unknown, or no transport leads
    /// there.
    pub fn handle_unreachable(&mut self, now: Instant, attempt: PublishAttempt, reason: impl Into<String>) {
        self.fail(now, attempt, PublicationProblem::Unreachable(reason.into()));
    }

    /// Does what is due. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.state {
            State::Waiting { until } if now >= until => self.ask(now),
            State::Published { refresh_at } if now >= refresh_at => self.ask(now),
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
            State::Published { refresh_at } => Some(refresh_at),
        }
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<PublicationEvent> {
        self.events.pop_front()
    }

    /// How things stand.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.state {
            State::Idle => Stage::Idle,
            State::Waiting { .. } => Stage::Waiting,
            State::Asking(_) => Stage::Asking,
            State::Published { .. } => Stage::Published,
            State::Stopped => Stage::Stopped,
        }
    }

    /// Until when the compositor keeps what it was told last; `None` where it has nothing of us.
    #[must_use]
    pub fn held_until(&self, now: Instant) -> Option<Instant> {
        self.held.as_ref().map(|held| held.until).filter(|until| *until > now)
    }
}

/// The steps between the states.
impl Publication {
    fn ask(&mut self, now: Instant) {
        self.raises = 0;
        if self.held.as_ref().is_some_and(|held| held.until <= now) {
            self.held = None;
            self.events.push_back(PublicationEvent::Lost);
        }
        self.begin(now, self.asking_for);
    }

    fn begin(&mut self, now: Instant, seconds: u32) {
        self.attempts += 1;
        let id = PublishAttempt(self.attempts);
        self.state = State::Asking(Asking { id, seconds, taken: false, give_up_at: now + PATIENCE });
    }

    fn tag(&self) -> Option<&str> {
        self.held.as_ref()?.tag.as_deref()
    }

    /// Removes what the compositor may still have of us.
    fn take_back(&mut self, now: Instant) {
        match &self.held {
            Some(Held { tag: Some(_), until }) if *until > now => self.begin(now, 0),
            _ => self.gone(),
        }
    }

    /// The seconds that an attempt asked for, if it is the one that is under way.
    fn outcome_of(&self, attempt: PublishAttempt) -> Option<u32> {
        match self.state {
            State::Asking(asking) if asking.id == attempt => Some(asking.seconds),
            _ => None,
        }
    }

    fn accepted(&mut self, now: Instant, response: &Message, asked: u32) {
        let tag = response.raw(&HeaderName::from("SIP-ETag")).map(str::trim);
        let tag = tag.filter(|tag| !tag.is_empty() && tag.len() <= LONGEST_TAG).map(str::to_owned);
        // A compositor may grant less than we ask for, never more (RFC 3903 section 6, step 6).
        let seconds = response.expires().and_then(Result::ok).map_or(asked, |granted| granted.min(asked));
        if seconds == 0 {
            self.held = None;
            return self.failed(now, PublicationProblem::NothingGranted, None);
        }
        let time = Duration::from_secs(seconds.into());
        self.held = Some(Held { tag, until: now + time });
        (self.untold, self.failures, self.rejections) = (false, 0, 0);
        self.events.push_back(PublicationEvent::Published { seconds });
        let wait = self.spread.part_of(time, 75, 90).max(SOONEST_REFRESH);
        self.state = State::Published { refresh_at: now + wait };
        self.catch_up(now);
    }

    /// 412: whatever tag we have means nothing there any more (RFC 3903 section 4.3).
    fn lost(&mut self, now: Instant) {
        self.held = None;
        self.events.push_back(PublicationEvent::Lost);
        match self.ending {
            true => self.gone(),
            false => {
                self.take_next();
                self.begin(now, self.asking_for);
            }
        }
    }

    fn too_brief(&mut self, now: Instant, response: &Message) {
        let least = response.header::<MinExpires>().ok().flatten().map(|MinExpires(seconds)| seconds);
        let fits = |least: &u32| *least > self.asking_for && *least <= LONGEST && self.raises < RAISES;
        match least.filter(fits) {
            Some(least) if !self.ending => {
                self.asking_for = least;
                self.raises += 1;
                self.begin(now, least);
            }
            _ => self.failed(now, PublicationProblem::of(response), retry_after(response)),
        }
    }

    /// Our answer to a challenge was refused, or we have none.
    fn rejected(&mut self, now: Instant, response: &Message) {
        self.rejections = self.rejections.saturating_add(1);
        let problem = PublicationProblem::of(response);
        if self.rejections >= self.settings.max_auth_attempts.max(1) && !self.ending {
            self.events.push_back(PublicationEvent::Failed { problem, again_in: None });
            self.state = State::Stopped;
            return;
        }
        self.failed(now, problem, retry_after(response));
    }

    fn fail(&mut self, now: Instant, attempt: PublishAttempt, problem: PublicationProblem) {
        match self.outcome_of(attempt) {
            Some(0) => self.gone(),
            Some(_) => self.failed(now, problem, None),
            None => {}
        }
    }

    /// An attempt failed; it is made again after a while. The other side may be one that somebody sets up only now, so
    /// no refusal is taken for good.
    fn failed(&mut self, now: Instant, problem: PublicationProblem, asked: Option<Duration>) {
        let doubled = 1u32.checked_shl(self.failures.min(20)).unwrap_or(u32::MAX);
        let (first, longest) = (self.settings.first_retry, self.settings.longest_retry);
        self.failures = self.failures.saturating_add(1);
        let wait = first.saturating_mul(doubled).min(longest).max(Duration::from_secs(1));
        let wait = asked.unwrap_or_else(|| self.spread.part_of(wait, 80, 120));
        let again_in = (!self.ending).then_some(wait);
        self.events.push_back(PublicationEvent::Failed { problem, again_in });
        self.take_next();
        self.state = State::Waiting { until: now + wait };
        if self.ending {
            self.take_back(now);
        }
    }

    /// What came while the attempt was under way is the document from now on; whether there was such a one.
    fn take_next(&mut self) -> bool {
        let Some(next) = self.next.take() else { return false };
        self.document = Some(next);
        self.untold = true;
        true
    }

    /// Does what was asked for while the attempt was under way.
    fn catch_up(&mut self, now: Instant) {
        if self.ending {
            self.take_back(now);
        } else if self.take_next() {
            self.ask(now);
        }
    }

    /// Nothing is left of it at the compositor, as far as we can do something about it.
    fn gone(&mut self) {
        self.held = None;
        self.state = State::Idle;
        self.events.push_back(PublicationEvent::Removed);
    }
}
