//! The timer of a session: a peer that is gone without a word is noticed (RFC 4028).

use std::time::{Duration, Instant};

use sip_parser::typed::{MinSe, Refresher, SessionExpires};
use sip_parser::{HeaderName, Message, Method};
use wire_text::Decimal;

use crate::user_agent::command::Reply;
use crate::user_agent::common::lists;
use crate::user_agent::compose::OwnHeaders;
use crate::user_agent::options::{TimerMode, TimerPolicy};

/// A refresh goes out so long before the end that it can be repeated over a bad network.
const LAST_CHANCE: Duration = Duration::from_secs(32);

/// The timer of one session.
pub(in crate::user_agent) struct SessionTimer {
    policy: TimerPolicy,
    /// The interval that our requests ask for; a 422 makes it longer.
    interval: Duration,
    running: Option<Running>,
    /// How often in a row a 422 has made it longer.
    raised: u8,
    /// Whether the peer takes UPDATE (RFC 3311), the lightest way to refresh.
    peer_updates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Running {
    interval: Duration,
    we_refresh: bool,
    /// When we refresh next; meaningless where the peer does.
    refresh_at: Instant,
    /// When the session is over.
    over_at: Instant,
}

/// A refresh that nothing came of is not asked for again before this time: halves of halves would have no end.
const NOT_SOONER: Duration = Duration::from_secs(1);

/// A peer that is not content after so many 422 in a row never is.
const RAISES: u8 = 3;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// We must refresh the session, by UPDATE or by re-INVITE.
    Refresh { by_update: bool },
    /// The peer has not refreshed it, or could not be reached.
    Over,
}

impl SessionTimer {
    pub(super) fn new(policy: TimerPolicy) -> SessionTimer {
        let interval = policy.interval.max(policy.shortest);
        SessionTimer { policy, interval, running: None, raised: 0, peer_updates: false }
    }

    /// Whether the peer takes UPDATE, as far as its Allow tells.
    pub(super) fn peer_updates(&self) -> bool {
        self.peer_updates
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let running = self.running?;
        Some(if running.we_refresh { running.refresh_at.min(running.over_at) } else { running.over_at })
    }

    /// What is due at `now`. A refresh is asked for once; if nothing comes of it, again after half of what is left, as long as
    /// that is not too little.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        let by_update = self.peer_updates;
        let running = self.running.as_mut()?;
        if running.over_at <= now {
            self.running = None;
            return Some(Due::Over);
        }
        if !running.we_refresh || running.refresh_at > now {
            return None;
        }
        running.refresh_at = now + ((running.over_at - now) / 2).max(NOT_SOONER);
        Some(Due::Refresh { by_update })
    }

    /// What our INVITE, re-INVITE or UPDATE says of the timer.
    pub(in crate::user_agent) fn request_headers(&self, method: &Method) -> OwnHeaders {
        if self.policy.mode == TimerMode::Never || !matches!(method, Method::Invite | Method::Update) {
            return OwnHeaders::new();
        }
        let expires = match self.running {
            None => self.interval.as_secs().to_string(),
            Some(Running { we_refresh, interval, .. }) => {
                // A 422 to a refresh has raised what is asked for.
                let interval = interval.max(self.policy.shortest);
                format!("{};refresher={}", interval.as_secs(), if we_refresh { "uac" } else { "uas" })
            }
        };
        vec![
            ("Session-Expires", expires.into()),
            ("Min-SE", self.policy.shortest.as_secs().to_string().into()),
        ]
    }

    /// A 422 to our request: whether it makes sense to ask again, for the longer interval that the peer wants.
    pub(super) fn is_too_short(&mut self, response: &Message) -> bool {
        let Ok(Some(MinSe(seconds))) = response.header::<MinSe>() else { return false };
        let wanted = Duration::from_secs(seconds.into());
        let asked = self.running.map_or(self.interval, |running| running.interval.max(self.policy.shortest));
        let longer = wanted > asked;
        self.interval = self.interval.max(wanted);
        self.policy.shortest = self.policy.shortest.max(wanted);
        self.raised = self.raised.saturating_add(1);
        longer && self.raised <= RAISES
    }

    /// The peer's 2xx to our INVITE, re-INVITE or UPDATE settles the timer (section 7.2).
    pub(super) fn settle_as_caller(&mut self, now: Instant, response: &Message) {
        self.note_peer(response);
        self.raised = 0;
        let said = response.header::<SessionExpires>().ok().flatten();
        self.running = match (self.policy.mode, said) {
            (TimerMode::Never, _) => None,
            (_, Some(SessionExpires { seconds, refresher })) => {
                Some(self.run(now, seconds, refresher != Some(Refresher::Uas)))
            }
            (TimerMode::Always, None) => Some(self.run(now, seconds(self.interval), true)),
            (_, None) => None,
        };
    }

    /// Settles the timer for a request of the peer that is accepted now; what the 2xx says of it (section 9).
    pub(in crate::user_agent) fn settle_as_callee(&mut self, now: Instant, request: &Message) -> OwnHeaders {
        self.note_peer(request);
        let knows = supports_timer(request);
        let asked = request.header::<SessionExpires>().ok().flatten();
        let wanted = match (self.policy.mode, asked) {
            (TimerMode::Never, _) => None,
            (_, Some(asked)) => Some(asked.seconds),
            (TimerMode::Supported, None) if !knows => None,
            (_, None) => Some(seconds(self.interval)),
        };
        let Some(wanted) = wanted else {
            self.running = None;
            return OwnHeaders::new();
        };
        let least = request.header::<MinSe>().ok().flatten().map_or(0, |min| min.0);
        let interval = wanted.max(least).max(seconds(self.policy.shortest));
        // Who asks may say who refreshes; one that does not know timers never does (table 2 of section 9).
        let refresher = match asked.and_then(|asked| asked.refresher) {
            Some(refresher) if knows => refresher,
            _ if knows => Refresher::Uac,
            _ => Refresher::Uas,
        };
        let we_refresh = refresher == Refresher::Uas;
        self.running = Some(self.run(now, interval, we_refresh));
        let name = if we_refresh { "uas" } else { "uac" };
        let expires = [Decimal::of(interval).as_str(), ";refresher=", name].concat();
        // Where the peer refreshes it must know, and where we do it should, to miss us.
        let required = knows.then(|| ("Require", "timer".into()));
        let mut headers = OwnHeaders::with_capacity(2);
        headers.push(("Session-Expires", expires.into()));
        headers.extend(required);
        headers
    }

    fn run(&self, now: Instant, seconds: u32, we_refresh: bool) -> Running {
        let interval = Duration::from_secs(seconds.into()).max(self.policy.shortest);
        let margin = (interval / 3).min(LAST_CHANCE);
        let over_at = if we_refresh { now + interval } else { now + interval - margin };
        Running { interval, we_refresh, refresh_at: now + interval / 2, over_at }
    }

    /// What the peer's Allow says. A message without one changes nothing.
    fn note_peer(&mut self, message: &Message) {
        if message.has_value(&HeaderName::Allow, |_| true) {
            self.peer_updates = message.has_value(&HeaderName::Allow, |method| method == "UPDATE");
        }
    }
}

/// Whether a request of a peer asks for a session interval that `policy` takes (section 9).
pub(in crate::user_agent) fn screen(policy: &TimerPolicy, request: &Message) -> Result<(), Reply> {
    if policy.mode == TimerMode::Never {
        return Ok(());
    }
    let knows = supports_timer(request);
    if policy.mode == TimerMode::Required && !knows {
        return Err(Reply::status(421).header("Require", "timer"));
    }
    match request.header::<SessionExpires>() {
        Ok(Some(asked)) if knows && asked.seconds < seconds(policy.shortest) => {
            Err(Reply::status(422).header("Min-SE", seconds(policy.shortest).to_string()))
        }
        _ => Ok(()),
    }
}

fn supports_timer(request: &Message) -> bool {
    lists(request, &HeaderName::Supported, "timer") || lists(request, &HeaderName::Require, "timer")
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(seconds: u32) -> Message {
        let text = format!("SIP/2.0 422 Session Interval Too Small\r\nMin-SE: {seconds}\r\n\r\n");
        Message::parse(text.into()).unwrap()
    }

    #[test]
    fn a_peer_that_wants_ever_more_is_given_up() {
        let mut timer = SessionTimer::new(TimerPolicy::default());
        let asked = (1..100).take_while(|n| timer.is_too_short(&refusal(2_000 * n))).count();
        assert_eq!(asked, 3);
    }

    #[test]
    fn a_refresh_that_is_refused_as_too_short_asks_for_more() {
        let now = Instant::now();
        let mut timer = SessionTimer::new(TimerPolicy::default());
        timer.running = Some(timer.run(now, 90, true));
        assert!(timer.is_too_short(&refusal(120)));
        let headers = timer.request_headers(&Method::Update);
        let said =
            |name: &str| headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_string());
        assert_eq!(said("Session-Expires").as_deref(), Some("120;refresher=uac"));
        assert_eq!(said("Min-SE").as_deref(), Some("120"));
        // It has been asked for, and is not asked for again.
        assert!(!timer.is_too_short(&refusal(120)));
    }

    #[test]
    fn a_session_that_nobody_refreshes_ends_after_few_requests() {
        let mut now = Instant::now();
        let mut timer = SessionTimer::new(TimerPolicy::default());
        timer.running = Some(timer.run(now, 1_800, true));
        let mut asked = 0;
        loop {
            now = timer.deadline().expect("it runs");
            match timer.due(now) {
                Some(Due::Refresh { .. }) => asked += 1,
                Some(Due::Over) => break,
                None => {}
            }
            assert!(asked < 20, "it asks without end");
        }
        assert!(asked > 5);
    }
}
