//! PUBLISH of another exchange: whether it may, what it says, and who is told of it here.

use std::time::Instant;

use call_control::DeviceState;
use sip_parser::Message;
use sip_ua::event_package::ExchangeState;
use sip_ua::user_agent::{EventId, Reply};

use super::super::Presence;
use super::super::hint::device_name;
use super::super::mailbox::{MailboxCounts, full_name};
use super::super::publication::{Granted, Publish};
use super::super::publish::{has_type, reply_to, terms};
use super::super::subscribe::user_of;
use super::super::watchers::mailbox_key;
use super::Gone;
use crate::configuration::{AsteriskPublication, Endpoint, InboundPublication, Pattern, SipConfiguration};
use crate::entity_id::EntityId;
use crate::exchange::Exchange;

/// What exchanges publish to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ExchangeEvent {
    Devices,
    Mailboxes,
}

/// What a document says, when it may be said here.
enum Heard {
    Device(EntityId, String, DeviceState),
    Mailbox(EntityId, String, MailboxCounts),
    /// All our states are asked for.
    Refresh,
    /// Something that is stopped here.
    Nothing,
}

impl ExchangeEvent {
    pub(in super::super) const ALL: [Self; 2] = [Self::Devices, Self::Mailboxes];

    /// The event package.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Devices => "asterisk-devicestate",
            Self::Mailboxes => "asterisk-mwi",
        }
    }

    /// That of a PUBLISH; `None` where it is none of these.
    pub(in super::super) fn of(request: &Message) -> Option<Self> {
        let event = EventId::of(request)?;
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(&event.package))
    }

    /// The section that takes it, where the resource has it.
    fn taker<'c>(
        self,
        sip: &'c SipConfiguration,
        inbound: &InboundPublication,
    ) -> Option<&'c AsteriskPublication> {
        let name = match self {
            Self::Devices => &inbound.devices,
            Self::Mailboxes => &inbound.mailboxes,
        };
        sip.asterisk_publications.get(name.as_ref()?)
    }

    fn is_taken_by(self, taker: &AsteriskPublication) -> bool {
        match self {
            Self::Devices => taker.device_state,
            Self::Mailboxes => taker.mailbox_state,
        }
    }
}

impl Presence {
    /// Carries out a PUBLISH of `endpoint`, whose sender is proven; the answer to it.
    pub(in super::super) fn published_by_exchange(
        &self,
        exchange: &Exchange,
        endpoint: &Endpoint,
        event: ExchangeEvent,
        request: &Message,
    ) -> Reply {
        let configuration = exchange.configuration();
        let sip = &configuration.sip;
        let Some(resource) = user_of(request).and_then(|user| sip.inbound_publications.get(&user)) else {
            return Reply::status(404);
        };
        if resource.endpoint.as_ref().is_some_and(|wanted| *wanted != endpoint.name) {
            return Reply::status(403);
        }
        let Some(taker) = event.taker(sip, resource) else { return Reply::status(404) };
        if !event.is_taken_by(taker) {
            return Reply::status(403);
        }
        let document = match document(request) {
            Ok(document) => document,
            Err(reply) => return reply,
        };
        let heard = document.map(|document| hear(document, event, taker, exchange.entity_id())).transpose();
        let Ok(heard) = heard else { return Reply::status(400) };
        let Ok((tag, expires)) = terms(request) else { return Reply::status(400) };
        let least = endpoint.sub_min_expiry;
        let publish = Publish { tag, expires, least, value: heard.as_ref().map(|_| ()) };
        let name = format!("{}/{}/{}", endpoint.name, resource.name, event.name());
        let outcome = self.with(|state| state.remote.publish(Instant::now(), &name, publish));
        let outcome = outcome.map(|(granted, gone)| {
            self.gone(&gone);
            self.sooner.notify_one();
            granted
        });
        if let (Ok(granted), Some(heard)) = (&outcome, heard) {
            self.take(exchange, taker, event, granted, heard);
        }
        reply_to(&outcome, least)
    }

    /// Notes what a publication says, and tells who watches it.
    fn take(
        &self,
        exchange: &Exchange,
        taker: &AsteriskPublication,
        event: ExchangeEvent,
        granted: &Granted,
        heard: Heard,
    ) {
        let noted = match heard {
            Heard::Refresh => {
                let publish = match event {
                    ExchangeEvent::Devices => &taker.devicestate_publish,
                    ExchangeEvent::Mailboxes => &taker.mailboxstate_publish,
                };
                if let Some((publications, name)) = exchange.outbound_publications().zip(publish.as_ref()) {
                    publications.tell_all(name);
                }
                return;
            }
            Heard::Device(by, name, value) if granted.expires > 0 => {
                let noted = self.with(|state| state.remote.say_device(by, granted.id, &name, value));
                self.tell_watchers(&[name]);
                noted
            }
            Heard::Mailbox(by, name, value) if granted.expires > 0 => {
                let noted = self.with(|state| state.remote.say_mailbox(by, granted.id, &name, value));
                self.tell_watchers(&[mailbox_key(&name)]);
                self.tell_phones_of(&name);
                noted
            }
            _ => return,
        };
        if noted.is_err() {
            tracing::warn!("a state of another exchange is left out: {} are known", super::MOST);
        }
    }

    /// Tells who watches what is not said any more.
    fn gone(&self, gone: &Gone) {
        let mailboxes = gone.mailboxes.iter().map(|mailbox| mailbox_key(mailbox));
        let keys: Vec<String> = gone.devices.iter().cloned().chain(mailboxes).collect();
        if !keys.is_empty() {
            self.tell_watchers(&keys);
        }
        gone.mailboxes.iter().for_each(|mailbox| self.tell_phones_of(mailbox));
    }

    /// Forgets what other exchanges said, and their publications too where they are lost as well.
    #[cfg(test)]
    pub(crate) fn forget_remote(&self, with_publications: bool) {
        self.with(|state| state.remote.forget_all(with_publications));
    }

    /// Ends publications of other exchanges whose time is up; when the next one ends.
    pub(in super::super) fn expire_remote(&self, now: Instant) -> Option<Instant> {
        let (gone, next) = self.with(|state| (state.remote.expire(now), state.remote.next_expiry()));
        self.gone(&gone);
        next
    }
}

/// The document of a PUBLISH, if it has one.
fn document(request: &Message) -> Result<Option<ExchangeState>, Reply> {
    if request.body().is_empty() {
        return Ok(None);
    }
    if !has_type(request, ExchangeState::CONTENT_TYPE) {
        return Err(Reply::status(415).header("Accept", ExchangeState::CONTENT_TYPE));
    }
    ExchangeState::parse(request.body()).map(Some).map_err(|error| {
        tracing::info!("a state that another exchange published is refused: {error}");
        Reply { reason: Some("Bad State Document".to_owned()), ..Reply::status(400) }
    })
}

/// What a document says, as far as it is taken here.
///
/// # Errors
/// When it does not belong to the event, or comes from nobody.
fn hear(
    document: ExchangeState,
    event: ExchangeEvent,
    taker: &AsteriskPublication,
    own: EntityId,
) -> Result<Heard, ()> {
    let stopped =
        |filter: &Option<Pattern>, name: &str| filter.as_ref().is_some_and(|filter| !filter.fits(name));
    let (ExchangeState::Device { eid, .. }
    | ExchangeState::Mailbox { eid, .. }
    | ExchangeState::Refresh { eid }) = &document;
    let by: EntityId = eid.parse().map_err(drop)?;
    if by == own {
        // It came back to us, over others.
        return Ok(Heard::Nothing);
    }
    match (event, document) {
        (_, ExchangeState::Refresh { .. }) => Ok(Heard::Refresh),
        // One that may not be kept is news for the moment, and lamps show what is kept.
        (ExchangeEvent::Devices, ExchangeState::Device { cachable: false, .. }) => Ok(Heard::Nothing),
        (ExchangeEvent::Devices, ExchangeState::Device { device, state, .. }) => {
            if stopped(&taker.device_state_filter, &device) {
                return Ok(Heard::Nothing);
            }
            let state = DeviceState::from_name(&state).unwrap_or_default();
            Ok(Heard::Device(by, device_name(&device), state))
        }
        (ExchangeEvent::Mailboxes, ExchangeState::Mailbox { mailbox, new, old, .. }) => {
            if stopped(&taker.mailbox_state_filter, &mailbox) {
                return Ok(Heard::Nothing);
            }
            Ok(Heard::Mailbox(by, full_name(&mailbox), MailboxCounts { new, old }))
        }
        _ => Err(()),
    }
}
