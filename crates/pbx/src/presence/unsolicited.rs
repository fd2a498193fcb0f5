//! NOTIFYs of waiting messages that nobody subscribed to (RFC 3842 section 3.9 of practice): `mailboxes` of endpoints.

use std::sync::Arc;
use std::time::Duration;

use call_control::sip::Route;
use sip_parser::Method;
use sip_ua::event_package::MessageSummary;
use tracing::debug;

use super::Presence;
use super::documents::summary;
use super::mailbox::{MailboxCounts, full_name};
use super::watchers::Watcher;
use crate::configuration::{Configuration, Endpoint};
use crate::directory;
use crate::exchange::Exchange;

/// Time between the phones of one endpoint and those of the next after a start.
const BETWEEN_ENDPOINTS: Duration = Duration::from_millis(20);

impl Presence {
    /// A contact of an address of record is new: its lamp is set.
    pub(super) fn tell_phone(&self, aor: &str, contact: &str) {
        let Some(exchange) = self.exchange() else { return };
        let configuration = exchange.configuration();
        for endpoint in exchange.endpoints().with_aor(aor) {
            if !endpoint.mailboxes.is_empty() {
                let routes = directory::contacts_of(&exchange, &endpoint.name).into_iter();
                let new: Vec<Route> = routes.filter(|route| route.target == contact).collect();
                self.tell_endpoint(&exchange, &configuration, endpoint, new, None);
            }
        }
    }

    /// Tells all phones of all endpoints with mailboxes, a few at a time: the exchange has just started. A phone that
    /// registers meanwhile is told by [`tell_phone`](Self::tell_phone), and not twice.
    pub(crate) fn tell_all_phones(exchange: &Arc<Exchange>) -> impl Future<Output = ()> + Send + use<> {
        let configuration = exchange.configuration();
        let with_mailboxes = configuration.sip.endpoints.values().filter(|one| !one.mailboxes.is_empty());
        let known: Vec<(Arc<Endpoint>, Vec<String>)> = with_mailboxes
            .map(|endpoint| {
                let routes = directory::contacts_of(exchange, &endpoint.name).into_iter();
                (endpoint.clone(), routes.map(|route| route.target.clone()).collect())
            })
            .collect();
        let exchange = Arc::downgrade(exchange);
        async move {
            for (endpoint, known) in known {
                tokio::time::sleep(BETWEEN_ENDPOINTS).await;
                let Some(exchange) = exchange.upgrade() else { return };
                let mut routes = directory::contacts_of(&exchange, &endpoint.name);
                routes.retain(|route| known.contains(&route.target));
                let configuration = exchange.configuration();
                exchange.presence().tell_endpoint(&exchange, &configuration, &endpoint, routes, None);
            }
        }
    }

    /// Tells all phones of endpoints with this mailbox.
    pub(super) fn tell_phones_of(&self, mailbox: &str) {
        let Some(exchange) = self.exchange() else { return };
        let configuration = exchange.configuration();
        for endpoint in configuration.sip.endpoints.values() {
            if endpoint.mailboxes.iter().any(|name| full_name(name) == mailbox) {
                let routes = directory::contacts_of(&exchange, &endpoint.name);
                self.tell_endpoint(&exchange, &configuration, endpoint, routes, Some(mailbox));
            }
        }
    }

    /// Tells what waits in the mailboxes of an endpoint: together, or, where `aggregate_mwi=no`, of each by itself; then of
    /// the one that changed alone.
    fn tell_endpoint(
        &self,
        exchange: &Exchange,
        configuration: &Configuration,
        endpoint: &Endpoint,
        routes: Vec<Route>,
        changed: Option<&str>,
    ) {
        let Some(sip) = exchange.sip().filter(|_| !routes.is_empty()).cloned() else { return };
        let has_asked =
            |watcher: &Watcher| watcher.endpoint == endpoint.name && watcher.package == "message-summary";
        if endpoint.mwi_subscribe_replaces_unsolicited
            && self.with(|state| state.watchers.iter().any(has_asked))
        {
            return;
        }
        let facts = self.facts();
        let own = &endpoint.mailboxes;
        let counts: Vec<_> = self.with(|state| match endpoint.aggregate_mwi {
            true => vec![state.all_mailboxes(&facts, own)],
            false => {
                let is_news = |name: &&String| changed.is_none_or(|changed| full_name(name) == changed);
                own.iter().filter(is_news).map(|name| state.mailbox(&facts, name)).collect()
            }
        });
        let mut aors = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name));
        let voicemail = endpoint
            .voicemail_extension
            .clone()
            .or_else(|| aors.find_map(|aor| aor.voicemail_extension.clone()))
            .or_else(|| configuration.sip.global.default_voicemail_extension.clone());
        let name = endpoint.name.clone();
        let from_user = endpoint.mwi_from_user.as_ref();
        let routes = routes.into_iter().map(|mut route| {
            if from_user.is_some() {
                Arc::make_mut(&mut route.endpoint).from_user = from_user.cloned();
            }
            route
        });
        let each = |route: Route| counts.iter().map(move |one| (route.clone(), *one)).collect::<Vec<_>>();
        let notices: Vec<(Route, MailboxCounts)> = routes.flat_map(each).collect();
        self.runtime.spawn(async move {
            for (route, counts) in notices {
                let account = match &voicemail {
                    Some(user) => sip.uri_for(&route, user).await,
                    None => None,
                };
                let document: MessageSummary = summary(account.as_deref(), counts);
                let headers = vec![
                    ("Event".to_owned(), "message-summary".to_owned()),
                    // There is no subscription that could go on.
                    ("Subscription-State".to_owned(), "terminated".to_owned()),
                ];
                let sent = sip.send_to(&route, Method::Notify, headers, Some(document.write())).await;
                let failed = match sent {
                    Ok(Ok(response)) if matches!(response.status(), Some(200..=299)) => continue,
                    Ok(Ok(response)) => response.status().unwrap_or_default().to_string(),
                    Ok(Err(failure)) => failure.to_string(),
                    Err(error) => error.to_string(),
                };
                debug!("the phone of '{name}' at {} was not told of its messages: {failed}", route.target);
            }
        });
    }
}
