//! PUBLISH (RFC 3903): whose presence it is, what it says, and when it ends.

use std::sync::{Arc, Weak};
use std::time::Instant;

use call_control::sip::{PendingReply, SipEndpoint};
use sip_parser::{HeaderName, Message};
use sip_ua::event_package::Presence as Pidf;
use sip_ua::user_agent::{EventId, Reply};
use tokio::sync::Notify;

use super::Presence;
use super::hint::Hint;
use super::publication::{Granted, Publish};
use super::remote::ExchangeEvent;
use super::subscribe::user_of;
use super::value::PresenceValue;
use crate::configuration::{Configuration, Endpoint};

/// Seconds: presence that shall last for less is refused.
const LEAST: u32 = 60;

/// The event packages that are published and cannot be subscribed to.
pub(crate) fn published_packages() -> Vec<String> {
    ExchangeEvent::ALL.iter().map(|event| event.name().to_owned()).collect()
}

impl Presence {
    /// Carries out a PUBLISH whose sender is proven, and answers.
    pub(crate) fn publish(&self, endpoint: &Arc<SipEndpoint>, request: &Message, reply: PendingReply) {
        reply.send(self.published(&endpoint.name, request));
    }

    fn published(&self, name: &str, request: &Message) -> Reply {
        let Some(exchange) = self.exchange() else { return Reply::status(503) };
        let configuration = exchange.configuration();
        let Some(endpoint) = configuration.sip.endpoints.get(name) else { return Reply::status(404) };
        if let Some(event) = ExchangeEvent::of(request) {
            return self.published_by_exchange(&exchange, endpoint, event, request);
        }
        let document = match document(request) {
            Ok(document) => document,
            Err(reply) => return reply,
        };
        if !is_of(&configuration, endpoint, request) {
            return Reply::status(403);
        }
        let Ok((tag, expires)) = terms(request) else { return Reply::status(400) };
        let value = document.as_ref().map(PresenceValue::of_document);
        let publish = Publish { tag, expires, least: LEAST, value };
        let outcome = self.with(|state| state.publications.publish(Instant::now(), name, publish));
        if outcome.is_ok() {
            self.sooner.notify_one();
            self.touched(&[format!("PJSIP/{name}")]);
        }
        reply_to(&outcome, LEAST)
    }
}

/// `SIP-If-Match` and `Expires`.
///
/// # Errors
/// When what should be seconds is no number.
pub(super) fn terms(request: &Message) -> Result<(Option<&str>, Option<u32>), ()> {
    let expires = request.expires().transpose().map_err(drop)?;
    Ok((request.raw(&HeaderName::from("SIP-If-Match")).map(str::trim), expires))
}

/// The answer to a PUBLISH that was carried out, or refused with a status.
pub(super) fn reply_to(outcome: &Result<Granted, u16>, least: u32) -> Reply {
    match outcome {
        Ok(granted) => Reply::status(200)
            .header("SIP-ETag", granted.tag.clone())
            .header("Expires", granted.expires.to_string()),
        Err(423) => Reply::status(423).header("Min-Expires", least.to_string()),
        Err(status) => Reply::status(*status),
    }
}

/// Whether the body is of this media type.
pub(super) fn has_type(request: &Message, wanted: &str) -> bool {
    let content_type = request.raw(&HeaderName::ContentType).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    content_type.eq_ignore_ascii_case(wanted)
}

/// The document of a PUBLISH, if it has one.
fn document(request: &Message) -> Result<Option<Pidf>, Reply> {
    let event = EventId::of(request);
    if !event.is_some_and(|event| event.package.eq_ignore_ascii_case("presence")) {
        return Err(Reply::status(489).header("Allow-Events", "presence"));
    }
    if request.body().is_empty() {
        return Ok(None);
    }
    if !has_type(request, Pidf::CONTENT_TYPE) {
        return Err(Reply::status(415).header("Accept", Pidf::CONTENT_TYPE));
    }
    Pidf::parse(request.body()).map(Some).map_err(|error| {
        tracing::info!("a published presence is refused: {error}");
        Reply { reason: Some("Bad Presence Document".to_owned()), ..Reply::status(400) }
    })
}

/// Whether a request is about its sender: by the endpoint's name, an address of record of it, or an extension whose hint
/// names it.
pub(crate) fn is_of(configuration: &Configuration, endpoint: &Endpoint, request: &Message) -> bool {
    let Some(user) = user_of(request) else { return false };
    if user == endpoint.name || endpoint.aors.contains(&user) {
        return true;
    }
    let context = endpoint.subscribe_context.as_ref().unwrap_or(&endpoint.context);
    let hint = Hint::find(&configuration.dialplan, context, &user);
    hint.is_some_and(|hint| hint.devices.contains(&format!("PJSIP/{}", endpoint.name)))
}

/// Ends publications whose time is up, for as long as anybody serves them.
pub(super) async fn expire(presence: Weak<Presence>, sooner: Arc<Notify>) {
    /// Looked at this often where nothing is published.
    const IDLE: std::time::Duration = std::time::Duration::from_secs(3_600);
    loop {
        let Some(strong) = presence.upgrade() else { return };
        let now = Instant::now();
        let (ended, next) = strong.with(|state| {
            let ended = state.publications.expire(now);
            (ended, state.publications.next_expiry())
        });
        let keys: Vec<String> = ended.iter().map(|(endpoint, _)| format!("PJSIP/{endpoint}")).collect();
        if !keys.is_empty() {
            strong.touched(&keys);
        }
        let next = next.into_iter().chain(strong.expire_remote(now)).min();
        let wait = next.map_or(IDLE, |next| next.saturating_duration_since(Instant::now()));
        // Nothing is held while it waits, so that what nobody serves any more can end.
        drop(strong);
        // A bell that was rung before is heard at once; that the time is up is no news.
        let _ = tokio::time::timeout(wait, sooner.notified()).await;
    }
}
