//! SUBSCRIBE: what is asked for, whether it may be, and the first answer.

use std::sync::Arc;
use std::time::Instant;

use call_control::sip::{PendingSubscription, SipEndpoint};
use sip_parser::{HeaderName, Message, escape_user};
use sip_ua::event_package::{DialogInfo, MessageSummary, Presence as Pidf, RegistrationInfo, ResourceList};
use sip_ua::user_agent::{Document, EventId, Reply, SubscriptionEvent, SubscriptionId, SubscriptionTerms};

use super::Presence;
use super::documents::Subject;
use super::hint::Hint;
use super::watchers::{Item, Resource, Sent, Watcher};
use crate::configuration::{Configuration, Endpoint};
use crate::directory::{names_of, options_of};
use crate::kept_values::Family;

/// The packages that can be subscribed to, and their documents: the one that is told where a watcher takes any comes first.
const PACKAGES: &[(&str, &[&str])] = &[
    ("dialog", &[DialogInfo::CONTENT_TYPE]),
    ("presence", &[Pidf::CONTENT_TYPE, Pidf::CPIM_CONTENT_TYPE, Pidf::XPIDF_CONTENT_TYPE]),
    ("message-summary", &[MessageSummary::CONTENT_TYPE]),
    ("reg", &[RegistrationInfo::CONTENT_TYPE]),
];

/// Seconds: longer wishes are cut.
const LONGEST: u32 = 7_200;

/// The names of the packages.
pub(crate) fn packages() -> Vec<String> {
    PACKAGES.iter().map(|(package, _)| (*package).to_owned()).collect()
}

impl Presence {
    /// Takes or refuses a SUBSCRIBE whose sender is proven.
    pub(crate) fn subscribe(
        &self,
        endpoint: &Arc<SipEndpoint>,
        request: &Message,
        pending: PendingSubscription,
    ) {
        let Some(exchange) = self.exchange() else { return pending.refuse(Reply::status(503)) };
        let configuration = exchange.configuration();
        let Some(endpoint) = configuration.sip.endpoints.get(&endpoint.name) else {
            return pending.refuse(Reply::status(404));
        };
        match wanted(&configuration, endpoint, request) {
            Ok(wanted) => self.admit(&configuration, endpoint, wanted, request, pending),
            Err(reply) => {
                let status = reply.status;
                let (name, from) = (&endpoint.name, pending.flow().remote);
                let uri = request.uri().unwrap_or_default();
                tracing::info!("a subscription of '{name}' from {from} to {uri} is refused with {status}");
                pending.refuse(reply);
            }
        }
    }

    fn admit(
        &self,
        configuration: &Configuration,
        endpoint: &Endpoint,
        wanted: Wanted,
        request: &Message,
        pending: PendingSubscription,
    ) {
        let id = SubscriptionId::next();
        let facts = self.facts();
        // Under the lock, so that no change comes between what is told first and what is compared with later.
        self.with(|state| {
            let now = state.look(&facts, &wanted.resource);
            let user = user_of(request).unwrap_or_default();
            let watcher = Watcher::new(&endpoint.name, wanted, pending.user_agent().clone(), request);
            let (contact, document) = (pending.contact(&user), watcher.document(&now));
            let terms = terms(configuration, endpoint, &watcher, contact, document);
            state.watchers.insert(id, Watcher { last: Some(now), ..watcher });
            pending.accept(id, terms);
        });
    }

    /// A subscription was granted, refreshed or ended.
    pub(crate) fn subscription(&self, id: SubscriptionId, event: &SubscriptionEvent) {
        if let SubscriptionEvent::Recorded(record) = event {
            return self.keep(id, record);
        }
        self.with(|state| match event {
            SubscriptionEvent::Granted { expires } => state.watchers.granted(id, Instant::now(), *expires),
            SubscriptionEvent::Ended { reason, .. } => {
                if let Some(watcher) = state.watchers.remove(id) {
                    if let Some(tag) = &watcher.kept_as {
                        self.store.put(Family::Subscription, tag, None);
                    }
                    let (endpoint, resource) = (&watcher.endpoint, watcher.resource.name());
                    tracing::debug!("the subscription of '{endpoint}' to {resource} ended: {reason:?}");
                }
            }
            _ => {}
        });
    }
}

/// On which terms a watcher is served.
pub(super) fn terms(
    configuration: &Configuration,
    endpoint: &Endpoint,
    watcher: &Watcher,
    contact: String,
    document: Document,
) -> SubscriptionTerms {
    let mut terms = SubscriptionTerms::new(contact, document);
    terms.min_expires = endpoint.sub_min_expiry;
    terms.max_expires = LONGEST;
    let options = options_of(&configuration.sip, endpoint);
    (terms.peer_address, terms.reply_route) = (options.peer_address, options.reply_route);
    if matches!(watcher.resource, Resource::List { .. }) {
        terms.headers.push(("Require".to_owned(), ResourceList::OPTION.to_owned()));
    }
    terms
}

/// What a SUBSCRIBE asks for.
pub(super) struct Wanted {
    pub(super) package: &'static str,
    /// The form of its documents.
    pub(super) content_type: &'static str,
    pub(super) resource: Resource,
}

/// Reads what a SUBSCRIBE asks for.
pub(super) fn wanted(
    configuration: &Configuration,
    endpoint: &Endpoint,
    request: &Message,
) -> Result<Wanted, Reply> {
    let event = EventId::of(request).ok_or(Reply::status(489))?;
    let known = PACKAGES.iter().find(|(package, _)| package.eq_ignore_ascii_case(&event.package));
    let (package, content_types) = known.ok_or(Reply::status(489))?;
    if !endpoint.allow_subscribe {
        return Err(Reply::status(603));
    }
    let Some(content_type) = content_types.iter().find(|content_type| accepts(request, content_type)) else {
        return Err(Reply::status(406).header("Accept", content_types.join(", ")));
    };
    let wanted = |resource| Wanted { package, content_type, resource };
    let mut user = user_of(request).ok_or(Reply::status(404))?;
    if configuration.sip.global.ignore_uri_user_options {
        user.truncate(user.find(';').unwrap_or(user.len()));
    }
    let resource = match *package {
        "reg" => registration(configuration, endpoint, request)?,
        _ => single(configuration, endpoint, package, &user, request),
    };
    // A list may have the name of an extension, for phones that know no lists.
    let list = configuration.sip.resource_lists.get(&user).filter(|list| list.event == *package);
    match list {
        Some(list) if knows_lists(request) => Ok(wanted(several(configuration, endpoint, list, request))),
        Some(_) if resource.is_none() => Err(Reply::status(421).header("Require", ResourceList::OPTION)),
        _ => Ok(wanted(resource.ok_or(Reply::status(404))?)),
    }
}

fn single(
    configuration: &Configuration,
    endpoint: &Endpoint,
    package: &str,
    user: &str,
    request: &Message,
) -> Option<Resource> {
    match package {
        "message-summary" => mailboxes(configuration, endpoint, user, request),
        _ => extension(configuration, endpoint, user, request),
    }
}

/// The items of a list; what of them does not exist is told as such.
fn several(
    configuration: &Configuration,
    endpoint: &Endpoint,
    list: &crate::configuration::ResourceList,
    request: &Message,
) -> Resource {
    let items = list.items.iter().map(|name| Item {
        name: name.clone(),
        uri: format!("sip:{}@{}", escape_user(name), host_of(request)),
        resource: single(configuration, endpoint, &list.event, name, request),
    });
    Resource::List {
        uri: bare(request.uri().unwrap_or_default()),
        name: list.name.clone(),
        display_names: list.display_names,
        batch: list.notification_batch_interval,
        sent: (!list.full_state).then(Sent::default),
        items: items.collect(),
    }
}

/// Whether the watcher can read lists (RFC 4662 section 4.1).
fn knows_lists(request: &Message) -> bool {
    let told = request.values(&HeaderName::Supported).chain(request.values(&HeaderName::Require));
    let mut told = told.map(str::trim);
    told.any(|tag| tag.eq_ignore_ascii_case(ResourceList::OPTION))
}

fn extension(
    configuration: &Configuration,
    endpoint: &Endpoint,
    user: &str,
    request: &Message,
) -> Option<Resource> {
    let context = endpoint.subscribe_context.as_ref().unwrap_or(&endpoint.context);
    let hint = Hint::find(&configuration.dialplan, context, user)?;
    let host = host_of(request);
    let subject = Subject {
        extension: user.to_owned(),
        uri: format!("sip:{}@{host}", escape_user(user)),
        host,
        early_inuse_ringing: endpoint.notify_early_inuse_ringing,
    };
    Some(Resource::Extension { subject, hint })
}

/// The mailboxes of the address of record that is named, if it is the endpoint's own; those of the endpoint where the
/// address has none.
fn mailboxes(
    configuration: &Configuration,
    endpoint: &Endpoint,
    user: &str,
    request: &Message,
) -> Option<Resource> {
    let own = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name));
    let names = request.request_uri().map(|uri| names_of(&configuration.sip, &uri)).unwrap_or_default();
    let is_own = |name: &String| name == user || names.contains(name);
    let dials_voicemail = |extension: &Option<String>| extension.as_deref() == Some(user);
    let aor = own.into_iter().find(|aor| {
        is_own(&aor.name) || is_own(&endpoint.name) || dials_voicemail(&aor.voicemail_extension)
    })?;
    let mailboxes = if aor.mailboxes.is_empty() { &endpoint.mailboxes } else { &aor.mailboxes };
    let usual = configuration.sip.global.default_voicemail_extension.as_ref();
    let account = aor.voicemail_extension.as_ref().or(endpoint.voicemail_extension.as_ref()).or(usual);
    let account = account.map(|extension| format!("sip:{extension}@{}", host_of(request)));
    let found = !mailboxes.is_empty();
    found.then(|| Resource::Mailboxes { aor: aor.name.clone(), mailboxes: mailboxes.clone(), account })
}

/// Registrations are told to their owner alone.
fn registration(
    configuration: &Configuration,
    endpoint: &Endpoint,
    request: &Message,
) -> Result<Option<Resource>, Reply> {
    let uri = request.request_uri().map_err(|_| Reply::status(400))?;
    let names = names_of(&configuration.sip, &uri);
    let Some(aor) = names.iter().find(|name| endpoint.aors.contains(name)) else {
        return Err(Reply::status(403));
    };
    let uri = bare(request.uri().unwrap_or_default());
    Ok(Some(Resource::Registration { aor: aor.clone(), uri }))
}

/// Whether the watcher takes documents of this type. Without Accept it takes the package's own.
fn accepts(request: &Message, content_type: &str) -> bool {
    let kind = content_type.split('/').next().unwrap_or_default();
    let mut named = false;
    let takes = |value: &str| {
        let value = value.split(';').next().unwrap_or_default().trim();
        value == "*/*" || value.eq_ignore_ascii_case(content_type) || value == format!("{kind}/*")
    };
    let any = request.values(&HeaderName::Accept).inspect(|_| named = true).any(takes);
    any || !named
}

/// The user part of the Request-URI.
pub(super) fn user_of(request: &Message) -> Option<String> {
    let user = request.request_uri().ok()?.user_unescaped()?.into_owned();
    (!user.is_empty()).then_some(user)
}

/// Host and port of the Request-URI.
fn host_of(request: &Message) -> String {
    let Ok(uri) = request.request_uri() else { return String::new() };
    match uri.port() {
        Some(port) => format!("{}:{port}", uri.host()),
        None => uri.host().to_string(),
    }
}

/// A URI without its parameters.
fn bare(uri: &str) -> String {
    uri.split([';', '?']).next().unwrap_or_default().to_owned()
}
