//! PUBLISH of presence (RFC 3903): whose it is, what it says, and when it ends.

use std::sync::{Arc, Weak};
use std::time::Instant;

use call_control::sip::{PendingReply, SipEndpoint};
use sip_parser::{HeaderName, Message};
use sip_ua::event_package::Presence as Pidf;
use sip_ua::user_agent::{EventId, Reply};
use tokio::sync::Notify;

use super::Presence;
use super::hint::Hint;
use super::publication::{LEAST, Publish};
use super::subscribe::user_of;
use crate::configuration::{Configuration, Endpoint};

impl Presence {
    /// Carries out a PUBLISH whose sender is proven, and answers.
    pub(crate) fn publish(&self, endpoint: &Arc<SipEndpoint>, request: &Message, reply: PendingReply) {
        reply.send(self.published(&endpoint.name, request));
    }

    fn published(&self, name: &str, request: &Message) -> Reply {
        let Some(exchange) = self.exchange() else { return Reply::status(503) };
        let configuration = exchange.configuration();
        let Some(endpoint) = configuration.sip.endpoints.get(name) else { return Reply::status(404) };
        let document = match document(request) {
            Ok(document) => document,
            Err(reply) => return reply,
        };
        if !is_of(&configuration, endpoint, request) {
            return Reply::status(403);
        }
        let expires = match request.expires() {
            Some(Err(_)) => return Reply::status(400),
            Some(Ok(seconds)) => Some(seconds),
            None => None,
        };
        let tag = request.raw(&HeaderName::from("SIP-If-Match")).map(str::trim);
        let publish = Publish { tag, expires, document: document.as_ref() };
        let outcome = self.with(|state| state.publications.publish(Instant::now(), name, &publish));
        match outcome {
            Ok(granted) => {
                self.sooner.notify_one();
                self.touched(&[format!("PJSIP/{name}")]);
                Reply::status(200)
                    .header("SIP-ETag", granted.tag)
                    .header("Expires", granted.expires.to_string())
            }
            Err(423) => Reply::status(423).header("Min-Expires", LEAST.to_string()),
            Err(status) => Reply::status(status),
        }
    }
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
    let content_type = request.raw(&HeaderName::ContentType).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    if !content_type.eq_ignore_ascii_case(Pidf::CONTENT_TYPE) {
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
        let keys: Vec<String> = ended.iter().map(|endpoint| format!("PJSIP/{endpoint}")).collect();
        if !keys.is_empty() {
            strong.touched(&keys);
        }
        let wait = next.map_or(IDLE, |next| next.saturating_duration_since(Instant::now()));
        // Nothing is held while it waits, so that what nobody serves any more can end.
        drop(strong);
        // A bell that was rung before is heard at once; that the time is up is no news.
        let _ = tokio::time::timeout(wait, sooner.notified()).await;
    }
}
