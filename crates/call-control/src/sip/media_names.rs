//! Session descriptions that name a host where an address is usual (RFC 8866 section 5.7): the name is looked up before the
//! message that brought it is dealt with, and what follows it in the same session waits its turn.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sip_parser::Message;
use sip_ua::location::Locator;
use sip_ua::user_agent::{Reply, SessionEvent, SessionId};
use tracing::{debug, warn};

use super::driver::Command;
use super::verification::{CallerVerdict, ProvenInvite};
use super::worker::Worker;

/// How long a name may take. Then the description is refused, as it would be without anybody who knows the name.
const PATIENCE: Duration = Duration::from_secs(3);

/// What may wait in one session. A peer that sends more in three seconds is not listened to.
const MOST_EVENTS: usize = 32;

/// Events of one session that wait for a name, the first of them with the description that has it.
pub(super) type WaitingEvents = VecDeque<SessionEvent>;

/// The addresses of the names in one description.
pub(super) struct MediaAddresses(HashMap<String, IpAddr>);

impl MediaAddresses {
    async fn of(names: Vec<String>, locator: &Locator) -> Self {
        let mut known = HashMap::new();
        let search = async {
            for name in names {
                match locator.addresses_of(&name, false).await {
                    // Most media is of IPv4, whatever the line says of a name.
                    Ok(found) => {
                        let best = found.iter().find(|address| address.is_ipv4()).or(found.first());
                        known.extend(best.map(|address| (name, *address)));
                    }
                    Err(error) => debug!(%name, %error, "the name in a session description leads nowhere"),
                }
            }
        };
        if tokio::time::timeout(PATIENCE, search).await.is_err() {
            debug!("the names in a session description take too long");
        }
        Self(known)
    }

    /// The message with addresses in its description; the same one where nothing is known, or nothing could be written.
    fn written_into(&self, message: &Arc<Message>) -> Arc<Message> {
        let written = (!self.0.is_empty()).then(|| self.rewritten(message)).flatten();
        written.map_or_else(|| message.clone(), Arc::new)
    }

    fn rewritten(&self, message: &Message) -> Option<Message> {
        let description = message.session_description()?;
        let body = message.body();
        let start = (description.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
        let (before, behind) = (body.get(..start)?, body.get(start + description.len()..)?);
        let description = sdp::with_addresses(description, |name| self.0.get(name).copied());
        let body = [before, description.as_slice(), behind].concat();
        message.with_body(&body).ok()
    }
}

/// The names of hosts in the description of a message.
fn names_in(message: &Message) -> Vec<String> {
    let description = message.session_description().unwrap_or_default();
    sdp::host_names(description).into_iter().map(str::to_owned).collect()
}

/// The message of an event that may hold a description.
fn described(event: &mut SessionEvent) -> Option<&mut Arc<Message>> {
    match event {
        SessionEvent::Provisional { message, .. }
        | SessionEvent::Answered { message }
        | SessionEvent::Reinvite { message }
        | SessionEvent::ReinviteAnswered { message }
        | SessionEvent::Update { message }
        | SessionEvent::UpdateAnswered { message, .. }
        | SessionEvent::ProvisionalAcknowledged { message } => Some(message),
        SessionEvent::Established { ack } => ack.as_mut(),
        SessionEvent::ReinviteConfirmed { ack } => Some(ack),
        _ => None,
    }
}

/// Lets an event wait behind the others, if there is room. The end of a session always has some: nothing follows it.
fn wait_behind(waiting: &mut WaitingEvents, event: SessionEvent) {
    if waiting.len() < MOST_EVENTS || matches!(event, SessionEvent::Ended { .. }) {
        waiting.push_back(event);
    }
}

impl Worker {
    /// Hears an event once the names in its description, and in those before it, are looked up.
    pub(super) fn on_session(&mut self, id: SessionId, mut event: SessionEvent) {
        if let Some(waiting) = self.waiting.get_mut(&id) {
            return wait_behind(waiting, event);
        }
        let names = match described(&mut event) {
            Some(message) if self.sessions.contains_key(&id) => names_in(message),
            _ => Vec::new(),
        };
        if names.is_empty() {
            return self.hear(id, event);
        }
        self.waiting.insert(id, VecDeque::from([event]));
        let (commands, locator) = (self.commands.clone(), self.locator.clone());
        tokio::spawn(async move {
            let addresses = MediaAddresses::of(names, &locator).await;
            // A worker that is gone has ended the session.
            let _ = commands.send(Command::Named(id, addresses));
        });
    }

    /// The names are looked up: what waited goes on.
    pub(super) fn on_named(&mut self, id: SessionId, addresses: &MediaAddresses) {
        let mut waiting = self.waiting.remove(&id).unwrap_or_default();
        if let Some(mut event) = waiting.pop_front() {
            if let Some(message) = described(&mut event) {
                *message = addresses.written_into(message);
            }
            self.hear(id, event);
        }
        for event in waiting {
            self.on_session(id, event);
        }
    }

    /// Begins a call once the names in its description are looked up. A CANCEL ends it meanwhile.
    pub(super) fn on_invite(&mut self, mut invite: ProvenInvite, verdict: CallerVerdict) {
        let names = names_in(&invite.message);
        if names.is_empty() {
            return self.admit(invite, verdict);
        }
        let Ok(room) = self.verdicts.clone().try_acquire_owned() else {
            warn!(endpoint = %invite.endpoint.name, "a call is refused: too many wait for names to be looked up");
            return self.user_agent.respond(invite.id, Reply::status(503).header("Retry-After", "5"));
        };
        self.user_agent.respond(invite.id, Reply::status(100));
        let (commands, locator) = (self.commands.clone(), self.locator.clone());
        tokio::spawn(async move {
            let addresses = MediaAddresses::of(names, &locator).await;
            drop(room);
            invite.message = addresses.written_into(&invite.message);
            // A worker that is gone has refused everybody.
            let _ = commands.send(Command::Admit(Box::new((invite, verdict))));
        });
    }
}

#[cfg(test)]
mod tests {
    use sip_ua::user_agent::EndReason;

    use super::*;

    #[test]
    fn a_peer_that_says_too_much_meanwhile_is_not_heard_but_for_its_end() {
        let mut waiting = WaitingEvents::new();
        for _ in 0..2 * MOST_EVENTS {
            wait_behind(&mut waiting, SessionEvent::Established { ack: None });
        }
        assert_eq!(waiting.len(), MOST_EVENTS);
        wait_behind(&mut waiting, SessionEvent::Ended { message: None, reason: EndReason::Bye });
        assert!(matches!(waiting.back(), Some(SessionEvent::Ended { .. })));
    }

    #[test]
    fn a_description_gets_its_addresses_wherever_it_stands() {
        let addresses =
            MediaAddresses(HashMap::from([("a.example".to_owned(), "192.0.2.10".parse().unwrap())]));
        let description = "v=0\r\nc=IN IP4 a.example\r\nm=audio 4000 RTP/AVP 0\r\n";
        let parts = format!(
            "--b\r\nContent-Type: application/sdp\r\n\r\n{description}\r\n--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n"
        );
        for (kind, body) in [("application/sdp", description), ("multipart/mixed;boundary=b", &parts)] {
            let text = format!(
                "INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b\r\nl: {}\r\nContent-Type: {kind}\r\n\r\n{body}",
                body.len()
            );
            let message = Arc::new(Message::parse(text.into()).unwrap());
            assert_eq!(names_in(&message), ["a.example"]);
            let written = addresses.written_into(&message);
            assert!(names_in(&written).is_empty());
            assert_eq!(String::from_utf8_lossy(written.body()), body.replace("a.example", "192.0.2.10"));
            assert_eq!(written.content_type(), Some(kind));
        }
    }
}
